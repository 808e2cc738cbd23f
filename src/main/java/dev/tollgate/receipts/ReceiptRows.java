package dev.tollgate.receipts;

import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.BiConsumer;

/** The receipts' SQL on the writer's connection. */
final class ReceiptRows {

    static final String SELECT_LAST =
            "SELECT sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1";
    static final String SELECT_ACTIVE = "SELECT id FROM signing_key WHERE retired_at IS NULL";

    // The account's row is locked by its settlement, so nobody adds to the chain meanwhile.
    private static final RowStatement SELECT_ENDS = RowStatement.of(
            "SELECT account_id, sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1",
            """
            SELECT wanted.account_id, last.sequence, last.body FROM unnest(?) AS wanted (account_id)
            JOIN LATERAL (SELECT sequence, body FROM receipt WHERE account_id = wanted.account_id
                ORDER BY sequence DESC LIMIT 1) AS last ON true""",
            "text");
    private static final RowStatement INSERT =
            RowStatement.insert("receipt", "account_id text", "sequence bigint", "task_id text", "body text");
    private static final String RETIRE = "UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL";
    private static final String INSERT_KEY = """
            INSERT INTO signing_key (id, public_key, sealed_private, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""";

    private final Statements statements;

    ReceiptRows(Statements statements) {
        this.statements = statements;
    }

    /** The last receipt of each account that has one. */
    void ends(Collection<String> accountIds, BiConsumer<String, Body> found) throws SQLException {
        Rows ends = SELECT_ENDS.on(
                statements, row -> found.accept(row.getString(1), new Body(row.getLong(2), row.getString(3))));
        for (String accountId : accountIds) {
            ends.text(accountId).next();
        }
        ends.finish();
    }

    /** Takes account, sequence, task and body of each. */
    Rows inserts() throws SQLException {
        return INSERT.on(statements);
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
