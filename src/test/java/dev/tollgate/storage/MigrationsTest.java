package dev.tollgate.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Books written by an earlier program are the same books afterwards. */
class MigrationsTest {

    private static final List<String> BOOKS_OF_SCHEMA_8 = List.of(
            "INSERT INTO account (id, name, created_at, balance_micros, reserved_micros, purchased_micros, consumed_micros, last_sequence)"
                    + " VALUES ('acc_1', 'a', 1, 600, 100, 1000, 300, 6)",
            "INSERT INTO reservation (id, account_id, key_id, created_at, state, held_micros, charged_micros, node_id)"
                    + " VALUES ('call_1', 'acc_1', 'key_1', 2, 'settled', 400, 300, '')",
            "INSERT INTO reservation (id, account_id, key_id, created_at, state, held_micros, charged_micros, node_id)"
                    + " VALUES ('call_2', 'acc_1', 'key_1', 3, 'open', 100, 0, 'n')",
            "INSERT INTO reservation (id, account_id, key_id, created_at, state, held_micros, charged_micros, node_id)"
                    + " VALUES ('call_3', 'acc_1', 'key_1', 3, 'released', 0, 0, 'n')",
            "INSERT INTO entry VALUES ('acc_1', 1, 1, 'top_up', NULL, 'funding', 'available', 1000, 'hello')",
            "INSERT INTO entry VALUES ('acc_1', 2, 2, 'reservation', 'call_1', 'available', 'reserved', 300, NULL)",
            "INSERT INTO entry VALUES ('acc_1', 3, 2, 'reservation', 'call_2', 'available', 'reserved', 100, NULL)",
            "INSERT INTO entry VALUES ('acc_1', 4, 2, 'reservation', 'call_1', 'available', 'reserved', 100, NULL)",
            "INSERT INTO entry VALUES ('acc_1', 5, 3, 'charge', 'call_1', 'reserved', 'revenue', 300, NULL)",
            "INSERT INTO entry VALUES ('acc_1', 6, 3, 'release', 'call_1', 'reserved', 'available', 100, NULL)",
            "INSERT INTO task (id, account_id, key_id, door, model, status, created_at, completed_at, usage, charge_micros, pricing)"
                    + " VALUES ('call_1', 'acc_1', 'key_1', 'chat', 'm', 'completed', 2, 3, '{}', 300, '{}')",
            "INSERT INTO task (id, account_id, key_id, door, model, status, created_at)"
                    + " VALUES ('call_2', 'acc_1', 'key_1', 'chat', 'm', 'processing', 3)",
            "INSERT INTO receipt VALUES ('acc_1', 1, 'call_1', '{}')");

    private static final List<String> WHAT_IS_COMPARED = List.of(
            "SELECT id, account_id, key_id, created_at, state, held_micros, charged_micros, node_id FROM reservation ORDER BY id",
            "SELECT * FROM entry ORDER BY account_id, sequence",
            "SELECT * FROM task ORDER BY id",
            "SELECT * FROM receipt ORDER BY account_id, sequence");

    @TempDir
    Path folder;

    @Test
    void the_lean_books_hold_what_the_books_before_held_on_sqlite() throws SQLException {
        SqliteFile file = new SqliteFile(folder);
        the_lean_books_hold_what_the_books_before_held(file);
        assertThat(rows(file, "PRAGMA foreign_key_check")).isEmpty();
        assertThat(rows(file, "PRAGMA integrity_check")).containsExactly("ok");
    }

    @Test
    void the_lean_books_hold_what_the_books_before_held_on_postgresql() throws SQLException {
        the_lean_books_hold_what_the_books_before_held(new PostgresServer(Postgres.empty()));
    }

    private static void the_lean_books_hold_what_the_books_before_held(Engine engine) throws SQLException {
        Migrations.migrate(engine, 8);
        for (String sql : BOOKS_OF_SCHEMA_8) {
            change(engine, sql);
        }
        List<List<String>> before = compared(engine);
        Migrations.migrate(engine, 9);
        assertThat(compared(engine)).isEqualTo(before);
        assertThat(rows(engine, "SELECT id, first_sequence, last_sequence FROM reservation ORDER BY id"))
                .containsExactly("call_1|2|6", "call_2|3|3", "call_3|0|0");
    }

    @Test
    void a_call_that_was_running_when_the_program_was_replaced_is_open_apart_from_the_history_on_sqlite()
            throws SQLException {
        SqliteFile file = new SqliteFile(folder);
        what_was_running_is_open_apart_from_the_history(file);
        assertThat(rows(file, "PRAGMA foreign_key_check")).isEmpty();
        assertThat(rows(file, "PRAGMA integrity_check")).containsExactly("ok");
    }

    @Test
    void a_call_that_was_running_when_the_program_was_replaced_is_open_apart_from_the_history_on_postgresql()
            throws SQLException {
        what_was_running_is_open_apart_from_the_history(new PostgresServer(Postgres.empty()));
    }

    private static void what_was_running_is_open_apart_from_the_history(Engine engine) throws SQLException {
        Migrations.migrate(engine, 8);
        for (String sql : BOOKS_OF_SCHEMA_8) {
            change(engine, sql);
        }
        Migrations.migrate(engine, 14);
        List<String> entries = rows(engine, "SELECT * FROM entry ORDER BY account_id, sequence");
        Migrations.migrate(engine, 15);
        assertThat(rows(engine, "SELECT * FROM open_hold")).containsExactly("call_2|acc_1|key_1|chat|m|3|100|3|3|n");
        assertThat(rows(engine, "SELECT id, state FROM reservation ORDER BY id"))
                .containsExactly("call_1|settled", "call_3|released");
        assertThat(rows(engine, "SELECT id, status FROM task ORDER BY id")).containsExactly("call_1|completed");
        assertThat(rows(engine, "SELECT * FROM entry ORDER BY account_id, sequence"))
                .isEqualTo(entries);
    }

    private static List<List<String>> compared(Engine engine) throws SQLException {
        List<List<String>> tables = new ArrayList<>();
        for (String sql : WHAT_IS_COMPARED) {
            tables.add(rows(engine, sql));
        }
        return tables;
    }

    private static List<String> rows(Engine engine, String sql) throws SQLException {
        try (Connection connection = engine.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                StringJoiner line = new StringJoiner("|");
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    line.add(row.getString(i));
                }
                rows.add(line.toString());
            }
            return rows;
        }
    }

    private static void change(Engine engine, String sql) throws SQLException {
        try (Connection connection = engine.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
