package dev.tollgate.receipts;

import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The receipts' SQL on the writer's connection. */
final class ReceiptRows {

    static final String SELECT_LAST =
            "SELECT sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1";
    static final String SELECT_ACTIVE = "SELECT id FROM signing_key WHERE retired_at IS NULL";

    private static final String INSERT =
            "INSERT INTO receipt (account_id, sequence, task_id, body) VALUES (?, ?, ?, ?)";
    private static final String RETIRE = "UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL";
    private static final String INSERT_KEY = """
            INSERT INTO signing_key (id, public_key, sealed_private, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""";

    private final Statements statements;

    ReceiptRows(Statements statements) {
        this.statements = statements;
    }

    @Nullable
    Body last(String accountId) throws SQLException {
        PreparedStatement select = statements.of(SELECT_LAST);
        select.setString(1, accountId);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new Body(row.getLong(1), row.getString(2)) : null;
        }
    }

    void insert(String accountId, long sequence, String taskId, String body) throws SQLException {
        PreparedStatement insert = statements.of(INSERT);
        insert.setString(1, accountId);
        insert.setLong(2, sequence);
        insert.setString(3, taskId);
        insert.setString(4, body);
        insert.executeUpdate();
    }

    /** @throws IllegalStateException when there is none: the start makes one before the first call */
    String activeKeyId() throws SQLException {
        try (ResultSet row = statements.of(SELECT_ACTIVE).executeQuery()) {
            if (!row.next()) {
                throw new IllegalStateException("no key signs receipts");
            }
            return row.getString(1);
        }
    }

    void set(SetSigningKey change) throws SQLException {
        SigningKey key = change.key();
        if (change.replaces()) {
            PreparedStatement retire = statements.of(RETIRE);
            retire.setLong(1, key.createdAt().toEpochMilli());
            retire.executeUpdate();
        }
        PreparedStatement insert = statements.of(INSERT_KEY);
        insert.setString(1, key.id());
        insert.setString(2, key.publicKey());
        insert.setString(3, key.sealedPrivate());
        insert.setLong(4, key.createdAt().toEpochMilli());
        insert.executeUpdate();
    }
}
