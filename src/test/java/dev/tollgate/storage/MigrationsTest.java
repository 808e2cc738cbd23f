package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    private static final String TASKS =
            "SELECT id, account_id, key_id, door, model, status, created_at, completed_at, usage, usage_flags,"
                    + " max_tokens_applied, charge_micros, pricing, error_code, error_message, model_id, course FROM task ORDER BY id";

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

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void tasks_in_rows_of_their_own_are_what_they_were_in_their_keys_tree(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, 31);
        change(engine, "INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'a', 1)");
        for (String id : List.of("call_2", "call_1", "call_3")) {
            change(
                    engine,
                    "INSERT INTO reservation (id, account_id, key_id, created_at, state, held_micros)" + " VALUES ('"
                            + id + "', 'acc_1', 'key_1', 2, 'settled', 400)");
            change(
                    engine,
                    "INSERT INTO task (id, account_id, key_id, door, model, status, created_at, completed_at, usage, usage_flags,"
                            + " max_tokens_applied, charge_micros, pricing, error_code, error_message, model_id, course) VALUES ('"
                            + id
                            + "', 'acc_1', 'key_1', 'chat', 'm', 'completed', 2, 3, '{\"u\":1}', 'estimated', 7, 300, '{\"p\":1}',"
                            + " 'code', 'words', 'asked', '{\"c\":1}')");
        }
        List<String> before = rows(engine, TASKS);
        assertThat(before).hasSize(3);
        Migrations.migrate(engine, 32);
        assertThat(rows(engine, TASKS)).isEqualTo(before);
        if (dialect == Dialect.SQLITE) {
            assertThat(rows(engine, "PRAGMA foreign_key_check")).isEmpty();
            assertThat(rows(engine, "PRAGMA integrity_check")).containsExactly("ok");
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void free_credits_that_are_left_are_marked(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, 35);
        for (String account : List.of("acc_demo|90|10", "acc_a|120|30", "acc_b|0|0", "acc_c|100|60", "acc_d|30|0")) {
            String[] parts = account.split("\\|");
            long purchased = Long.parseLong(parts[1]) + Long.parseLong(parts[2]);
            change(
                    engine,
                    "INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, consumed_micros) VALUES ('"
                            + parts[0] + "', 'a', 1, " + parts[1] + ", " + purchased + ", " + parts[2] + ")");
        }
        change(
                engine,
                "INSERT INTO entry (account_id, sequence, created_at, kind, from_bucket, to_bucket, amount_micros, reason)"
                        + " VALUES ('acc_demo', 1, 1, 'top_up', 'funding', 'available', 100, 'demo credits')");
        for (String row : List.of(
                "'acc_a', 1, 'top_up', 50, 'sandbox-start-acc_a'",
                "'acc_a', 2, 'top_up', 100, 'voucher-1'",
                "'acc_b', 1, 'top_up', 50, 'test-payment-acc_b-p'",
                "'acc_b', 2, 'adjustment', -50, NULL",
                "'acc_c', 1, 'top_up', 50, 'test-payment-acc_c-p'",
                "'acc_d', 1, 'top_up', 50, 'sandbox-start-acc_d'")) {
            change(
                    engine,
                    "INSERT INTO requested_entry (account_id, sequence, kind, amount_micros, request_id) VALUES (" + row
                            + ")");
        }
        Migrations.migrate(engine, 36);
        assertThat(rows(engine, "SELECT id, sandbox_micros FROM account ORDER BY id"))
                .containsExactly("acc_a|20", "acc_b|0", "acc_c|0", "acc_d|30", "acc_demo|90");
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void a_program_starts_on_a_newer_schema_that_suffers_it_and_on_no_other(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.run(engine);
        int newer = Migrations.NEWEST + 1;
        change(engine, "ALTER TABLE account ADD COLUMN of_the_next_program TEXT");
        change(
                engine,
                "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by,"
                        + " installed_on, execution_time, success) SELECT installed_rank + 1, '" + newer
                        + "', description,"
                        + " type, script, installed_by, installed_on, execution_time, success FROM flyway_schema_history"
                        + " ORDER BY installed_rank DESC LIMIT 1");
        assertThat(Migrations.run(engine)).isEqualTo(newer);
        Migrations.check(engine);
        assertThatThrownBy(() -> Migrations.requireOurs(engine))
                .hasMessageContaining("newer Tollgate (schema " + newer);

        change(engine, "UPDATE installation SET value = '" + newer + "' WHERE name = 'compatible_from'");
        assertThatThrownBy(() -> Migrations.run(engine))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("for programs from schema " + newer + " on");
        assertThatThrownBy(() -> Migrations.check(engine)).isInstanceOf(CannotOpen.class);
        change(engine, "DELETE FROM installation WHERE name = 'compatible_from'");
        assertThatThrownBy(() -> Migrations.run(engine)).isInstanceOf(CannotOpen.class);
    }

    /** The first migration whose file says what programs before it make of its rows. */
    private static final int SAYING_IT = 42;

    /**
     * A migration must not change what a row means to a program that may still run, so its file says, in a line of its own, one of: "Older programs read
     * on.", "Older programs are shut out." (and sets compatible_from), or "Older programs are shut out by NAME.", a {@link RowForm} of its number.
     */
    @Test
    void each_later_migration_says_what_older_programs_make_of_it() throws IOException {
        for (String folder : List.of("migrations", "migrations-sqlite", "migrations-postgresql")) {
            try (Stream<Path> files = Files.list(Path.of("src/main/resources", folder))) {
                files.filter(file -> number(file) >= SAYING_IT).forEach(MigrationsTest::assertSaysIt);
            }
        }
    }

    private static int number(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceFirst("^V(\\d+)__.*", "$1"));
    }

    private static void assertSaysIt(Path file) {
        String sql = read(file);
        Matcher says = Pattern.compile("(?m)^-- Older programs (read on|are shut out|are shut out by ([A-Z_]+))\\.$")
                .matcher(sql);
        assertThat(says.find()).as(file + " has no line '-- Older programs …'").isTrue();
        if (says.group(2) != null) {
            assertThat(RowForm.valueOf(says.group(2)).schema())
                    .as(file.toString())
                    .isEqualTo(number(file));
        } else if (says.group(1).equals("are shut out")) {
            assertThat(sql).as(file.toString()).contains("compatible_from");
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void the_rows_of_each_form_can_be_found(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.run(engine);
        for (RowForm form : RowForm.values()) {
            assertThat(form.schema()).isLessThanOrEqualTo(Migrations.NEWEST);
            assertThat(rows(engine, form.rows())).isEmpty();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Engine engine(Dialect dialect) throws SQLException {
        return dialect == Dialect.SQLITE ? new SqliteFile(folder) : new PostgresServer(Postgres.empty());
    }

    @Test
    void of_programs_that_start_together_one_migrates_and_the_others_wait_for_it() throws SQLException {
        PostgresServer server = new PostgresServer(Postgres.empty());
        MigrationTurn quick = new MigrationTurn(server, Duration.ofMillis(10));
        CompletableFuture<Void> job;
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        try (Connection another = server.source().getConnection();
                Statement statement = another.createStatement();
                LogCapture log = new LogCapture()) {
            statement.execute("SELECT pg_advisory_lock(" + MigrationTurn.TURN + ")");
            job = CompletableFuture.runAsync(quick::await);
            for (int i = 0; i < 5; i++) {
                starts.add(CompletableFuture.runAsync(quick::run, task -> new Thread(task).start()));
            }
            Gateway.await("all to have asked", () -> log.text().split("waiting for", -1).length > 6);
            assertThat(Migrations.version(server)).isZero();
            assertThat(starts).noneMatch(CompletableFuture::isDone);
            assertThat(job).isNotDone();
        }
        starts.forEach(CompletableFuture::join);
        job.join();
        assertThat(rows(server, "SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
                .doesNotHaveDuplicates()
                .contains(Integer.toString(Migrations.NEWEST));
    }

    @Test
    void a_migration_waits_briefly_and_repeatedly_for_a_used_table() throws Exception {
        String url = Postgres.empty();
        Migrations.migrate(new PostgresServer(url), 30);
        PostgresServer hasty = new PostgresServer(url, Duration.ofMillis(100));
        CompletableFuture<Void> migration;
        LogCapture log = new LogCapture();
        try (log;
                HeldRows held = new HeldRows(url, "SELECT COUNT(*) FROM node")) {
            migration = CompletableFuture.runAsync(new MigrationTurn(hasty, Duration.ofMillis(20))::run);
            held.awaitNoProgress(migration);
            // Queues behind the waiting migration, and succeeds before the table is free.
            assertThat(rows(hasty, "SELECT COUNT(*) FROM node")).containsExactly("0");
            assertThat(migration).isNotDone();
            held.close();
            migration.join();
        }
        assertThat(log.text()).contains("the migration waits for a table in use");
        assertThat(log.errors()).isEmpty();
        assertThat(Migrations.version(hasty)).isEqualTo(Migrations.NEWEST);
        try (Connection connection = new PostgresServer(url).migrating().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW lock_timeout")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("3s");
        }
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
