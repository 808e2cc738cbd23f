package dev.tollgate.books.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.function.Consumer;

/** The table of spend windows on the writer's connection. Rows that are read stay locked until the batch ends. */
final class WindowTable {

    private static final String WINDOW_COLUMNS =
            "SELECT key_id, kind, starts_at, charged_micros, held_micros FROM spend_window";
    private static final RowStatement SELECT_WINDOW = RowStatement.of(
            WINDOW_COLUMNS + " WHERE key_id = ? AND kind = ? AND starts_at = ?",
            WINDOW_COLUMNS + " WHERE (key_id, kind, starts_at) IN (SELECT * FROM unnest(?, ?, ?))"
                    + " ORDER BY key_id, kind, starts_at" + Dialect.POSTGRESQL.lock(),
            "text",
            "text",
            "bigint");

    private static final RowStatement INSERT_WINDOW = RowStatement.insert(
            "spend_window",
            "charged_micros bigint",
            "held_micros bigint",
            "key_id text",
            "kind text",
            "starts_at bigint");
    private static final RowStatement UPDATE_WINDOW =
            RowStatement.of("""
            UPDATE spend_window SET charged_micros = ?, held_micros = ? WHERE key_id = ? AND kind = ? AND starts_at = ?""", """
            UPDATE spend_window SET charged_micros = r.charged, held_micros = r.held
            FROM unnest(?, ?, ?, ?, ?) AS r (charged, held, key_id, kind, starts_at)
            WHERE spend_window.key_id = r.key_id AND spend_window.kind = r.kind AND spend_window.starts_at = r.starts_at""", "bigint", "bigint", "text", "text", "bigint");

    private static final String BEGIN_WINDOWS = """
            INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros)
            SELECT ?, kind, starts_at, CAST(SUM(charged_micros) AS BIGINT), CAST(SUM(held_micros) AS BIGINT) FROM spend_window
            WHERE key_id IN (SELECT id FROM api_key WHERE account_id = ?)
            GROUP BY kind, starts_at""";
    private static final String END_WINDOWS = "DELETE FROM spend_window WHERE key_id = ?";

    private static final Comparator<WindowRow> BY_KEY = Comparator.comparing((WindowRow window) -> window.id.ownerId())
            .thenComparing(window -> window.id.kind().code())
            .thenComparing(window -> window.id.startsAtMillis());

    private final Statements statements;

    WindowTable(Statements statements) {
        this.statements = statements;
    }

    /** Asks for the windows that exist; a server's answer comes with the next question. */
    void ask(Collection<WindowRow.Id> ids, Consumer<WindowRow> found) throws SQLException {
        rows(ids, found).finishLater();
    }

    /** Reads the windows that exist, of accounts that are locked. */
    void read(Collection<WindowRow.Id> ids, Consumer<WindowRow> found) throws SQLException {
        rows(ids, found).finish();
    }

    private Rows rows(Collection<WindowRow.Id> ids, Consumer<WindowRow> found) throws SQLException {
        Rows windows = SELECT_WINDOW.on(statements, row -> found.accept(window(row)));
        for (WindowRow.Id id : ids) {
            windows.text(id.ownerId())
                    .text(id.kind().code())
                    .number(id.startsAtMillis())
                    .next();
        }
        return windows;
    }

    private static WindowRow window(ResultSet row) throws SQLException {
        return new WindowRow(
                new WindowRow.Id(row.getString(1), Codes.parse(SpendWindow.class, row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(5));
    }

    void write(Collection<WindowRow> windows) throws SQLException {
        Rows inserts = INSERT_WINDOW.on(statements);
        Rows updates = UPDATE_WINDOW.on(statements);
        for (WindowRow window : LedgerSql.inOrder(statements, windows, BY_KEY)) {
            if (window.isChanged()) {
                Rows rows = window.isFresh() ? inserts : updates;
                rows.number(window.chargedMicros())
                        .number(window.heldMicros())
                        .text(window.id.ownerId())
                        .text(window.id.kind().code())
                        .number(window.id.startsAtMillis())
                        .next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    /** Creates the windows of an account that becomes limited, from the sums of its keys' windows, which are written; deletes them if it becomes unlimited. */
    void followLimits(AccountRow account) throws SQLException {
        if (account.isLimitedFromNowOn()) {
            PreparedStatement insert = statements.of(BEGIN_WINDOWS);
            insert.setString(1, account.id);
            insert.setString(2, account.id);
            insert.executeUpdate();
        } else if (account.isUnlimitedFromNowOn()) {
            PreparedStatement delete = statements.of(END_WINDOWS);
            delete.setString(1, account.id);
            delete.executeUpdate();
        }
    }
}
