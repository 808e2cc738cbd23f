package dev.tollgate.books.receipts;

import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The receipts' SQL on the writer's connection. */
final class ReceiptRows {

    static final String SELECT_LAST =
            "SELECT sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1";
    static final String SELECT_ACTIVE = "SELECT id FROM signing_key WHERE retired_at IS NULL";

    private static final RowStatement ACTIVE = RowStatement.of(SELECT_ACTIVE, SELECT_ACTIVE);
    private static final RowStatement SELECT_ENDS = RowStatement.of(
            "SELECT account_id, sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1",
            """
            SELECT wanted.account_id, last.sequence, last.body FROM unnest(?) AS wanted (account_id)
            JOIN LATERAL (SELECT sequence, body FROM receipt WHERE account_id = wanted.account_id
                ORDER BY sequence DESC LIMIT 1) AS last ON true""",
            "text");
    private static final RowStatement INSERT =
            RowStatement.insert("receipt", "account_id text", "sequence bigint", "task_id text", "body utf8");
    private static final String RETIRE = "UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL";
    private static final String INSERT_KEY = """
            INSERT INTO signing_key (id, public_key, sealed_private, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""";

    private final Statements statements;

    ReceiptRows(Statements statements) {
        this.statements = statements;
    }

    /** The last receipt of each account that has one. A server's answers come with what is asked next, here and below. */
    void askEnds(Collection<String> accountIds, BiConsumer<String, Body> found) throws SQLException {
        Rows ends = SELECT_ENDS.on(
                statements, row -> found.accept(row.getString(1), new Body(row.getLong(2), row.getString(3))));
        for (String accountId : accountIds) {
            ends.text(accountId).next();
        }
        ends.finishLater();
    }

    /** Takes account, sequence, task and body of each. */
    Rows inserts() throws SQLException {
        return INSERT.on(statements);
    }

    void askActiveKeyId(Consumer<String> found) throws SQLException {
        Rows active = ACTIVE.on(statements, row -> found.accept(row.getString(1)));
        active.next();
        active.finishLater();
    }

    /** @return whether it is in charge now */
    boolean set(SetSigningKey change) throws SQLException {
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
        return insert.executeUpdate() > 0;
    }
}
