package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A migration takes place whole or not at all, once, and says who may run after it. */
class MigrationsTest {

    @TempDir
    Path folder;

    /** Its file is a test's: the next migration of a later release. */
    private static final Migration LATER = new Migration(Migrations.NEWEST + 1, "V2__of_a_test.sql", true);

    private static final Migration SHUTTING_OUT = new Migration(LATER.number(), LATER.file(), false);

    /** The number of the migration that says what entries are of. */
    private static final int ORIGINS = number("__origins.sql");

    private static final String ENTRY =
            "INSERT INTO entry (account_id, number, balance_after_micros, kind, amount_micros, reason, request_id, grants, task_id, created_at)"
                    + " VALUES ('%s', %d, 0, %s)";

    private static List<Migration> with(Migration later) {
        return Stream.concat(Migration.ALL.stream(), Stream.of(later)).toList();
    }

    private static int number(String file) {
        return Migration.ALL.stream()
                .filter(it -> it.file().endsWith(file))
                .findFirst()
                .orElseThrow()
                .number();
    }

    /** Databases of 0.1.0 have these: a change of the baseline would be a schema that they are not. */
    @Test
    void each_file_of_a_migration_is_listed() throws IOException {
        Path folder = Path.of("base/src/main/resources/migrations");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(Files.readAllLines(folder.resolve("files")))
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".sql"))
                                    .toList());
        }
    }

    @Test
    void the_baseline_stays_as_it_is() {
        Migration baseline = Migration.ALL.getFirst();
        assertThat(baseline.checksum(Dialect.SQLITE)).startsWith("35b1d653bcb73074");
        assertThat(baseline.checksum(Dialect.POSTGRESQL)).startsWith("a817499942286b11");
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void a_program_runs_on_a_newer_schema_that_is_compatible(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, with(LATER));
        assertThat(Migrations.run(engine)).isEqualTo(LATER.number());
        Migrations.check(engine);
        assertThatThrownBy(() -> Migrations.requireOurs(engine))
                .hasMessageContaining("newer Tollgate (schema " + LATER.number());
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void a_program_starts_on_no_schema_that_shuts_it_out(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, with(SHUTTING_OUT));
        assertThatThrownBy(() -> Migrations.run(engine))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("for programs from schema " + LATER.number() + " on");
        assertThatThrownBy(() -> Migrations.check(engine)).isInstanceOf(CannotOpen.class);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void a_migration_that_fails_leaves_nothing(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.run(engine);
        change(engine, "CREATE TABLE of_a_test (id TEXT)");
        assertThatThrownBy(() -> Migrations.migrate(engine, with(LATER))).isInstanceOf(CannotOpen.class);
        change(engine, "DROP TABLE of_a_test");
        assertThat(Migrations.version(engine)).isEqualTo(Migrations.NEWEST);
        Migrations.migrate(engine, with(LATER)); // would find the column of its first statement
        assertThat(Migrations.version(engine)).isEqualTo(LATER.number());
    }

    @Test
    void the_first_line_says_whether_a_migration_is_compatible() {
        assertThat(Migration.ALL.getFirst().isCompatible()).isFalse();
        assertThat(Migration.in(List.of("V1__tollgate.sql", "V2__of_a_test.sql"))
                        .getLast()
                        .isCompatible())
                .isTrue();
        assertThatThrownBy(() -> Migration.in(List.of("V2__says_nothing.sql")))
                .hasMessageContaining("V2__says_nothing.sql does not say");
    }

    /** Who wants to go back to a former version reads there whether that is possible. */
    @Test
    void the_manual_names_each_schema_that_shuts_earlier_versions_out() throws IOException {
        String named =
                found("Schemas ([0-9, and]+) shut earlier versions out", Files.readString(Path.of("docs/upgrade.md")));
        assertThat(named.replace(" and ", ", "))
                .isEqualTo(Migration.ALL.stream()
                        .skip(1)
                        .filter(it -> !it.isCompatible())
                        .map(it -> String.valueOf(it.number()))
                        .collect(Collectors.joining(", ")));
    }

    @Test
    void a_killed_migration_leaves_nothing() throws SQLException {
        String url = Postgres.empty();
        PostgresServer server = new PostgresServer(url, Duration.ofMinutes(1));
        Migrations.run(server);
        try (HeldRows held = new HeldRows(url, "SELECT COUNT(*) FROM node")) {
            CompletableFuture<Void> migration =
                    CompletableFuture.runAsync(() -> Migrations.migrate(server, with(LATER)));
            held.awaitNoProgress(migration);
            rows(
                    server,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database()");
            assertThatThrownBy(migration::join).hasCauseInstanceOf(CannotOpen.class);
        }
        assertThat(Migrations.version(server)).isEqualTo(Migrations.NEWEST);
        Migrations.migrate(server, with(LATER));
        int least = Migration.ALL.stream()
                .filter(it -> !it.isCompatible())
                .mapToInt(Migration::number)
                .max()
                .orElseThrow();
        assertThat(rows(server, "SELECT version, least FROM tollgate_schema ORDER BY version DESC LIMIT 1"))
                .containsExactly(LATER.number() + "|" + least);
    }

    private Engine engine(Dialect dialect) throws SQLException {
        return dialect == Dialect.SQLITE ? new SqliteFile(folder) : new PostgresServer(Postgres.empty());
    }

    @Test
    void of_programs_that_start_together_one_migrates_and_the_others_wait_for_it() throws SQLException {
        PostgresServer server = new PostgresServer(Postgres.empty());
        MigrationTurn quick = new MigrationTurn(server, Duration.ofMillis(10), Migration.ALL, false);
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
            Await.until("all to have asked", () -> log.text().split("waiting for", -1).length > 6);
            assertThat(Migrations.version(server)).isZero();
            assertThat(starts).noneMatch(CompletableFuture::isDone);
            assertThat(job).isNotDone();
        }
        starts.forEach(CompletableFuture::join);
        job.join();
        assertThat(rows(server, "SELECT COUNT(*), MAX(version) FROM tollgate_schema"))
                .containsExactly(Migrations.NEWEST + "|" + Migrations.NEWEST);
    }

    @Test
    void a_migration_waits_briefly_and_repeatedly_for_a_used_table() throws Exception {
        String url = Postgres.empty();
        Migrations.migrate(new PostgresServer(url));
        PostgresServer hasty = new PostgresServer(url, Duration.ofMillis(100));
        CompletableFuture<Void> migration;
        LogCapture log = new LogCapture();
        try (log;
                HeldRows held = new HeldRows(url, "SELECT COUNT(*) FROM node")) {
            migration = CompletableFuture.runAsync(
                    new MigrationTurn(hasty, Duration.ofMillis(20), with(LATER), false)::run);
            held.awaitNoProgress(migration);
            // Queues behind the waiting migration, and succeeds before the table is free.
            assertThat(rows(hasty, "SELECT COUNT(*) FROM node")).containsExactly("0");
            assertThat(migration).isNotDone();
            held.close();
            migration.join();
        }
        assertThat(log.text()).contains("the migration waits for a table in use");
        assertThat(log.errors()).isEmpty();
        assertThat(Migrations.version(hasty)).isEqualTo(LATER.number());
        try (Connection connection = new PostgresServer(url).migrating().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW lock_timeout")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("3s");
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void what_was_told_before_its_table_is_still_told(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, Migration.ALL.subList(0, 1));
        for (String sql : List.of(
                "INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'a', 1)",
                "INSERT INTO person (id, account_id, login, name, role, password_hash, zone, created_at)"
                        + " VALUES ('per_1', 'acc_1', 'a@example.org', 'a', 'user', '', 'UTC', 1)",
                "INSERT INTO told_notice (person_id, told, sequence, version, models) VALUES ('per_1', 'balance,x', 4, 5, 'm@2026-12-01')",
                "INSERT INTO key_notice (key_id, kind, account_id, told) VALUES ('key_1', 'unused', 'acc_1', 7)",
                "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('acc_1', 'account', 'day', 9, 0)",
                "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('acc_1', 'each_member', 'day', 8, 0)",
                "INSERT INTO budget_notice (account_id, owner, kind, starts_at, ends_at, percent) VALUES ('acc_1', 'account', 'day', 10, 20, 100)",
                "INSERT INTO budget_notice (account_id, owner, kind, starts_at, ends_at, percent) VALUES ('acc_1', 'account', 'day', 20, 30, 50)",
                "INSERT INTO budget_notice (account_id, owner, kind, starts_at, ends_at, percent) VALUES ('acc_1', 'mem_1', 'day', 20, 30, 80)",
                "INSERT INTO billing_contact (account_id, name, address, vat_id, changed_at, mailed_month)"
                        + " VALUES ('acc_1', 'a', '', '', 1, '2026-10')")) {
            change(engine, sql);
        }

        Migrations.migrate(engine, Migration.ALL);

        assertThat(rows(engine, "SELECT owner, kind, subject, fact FROM told"))
                .containsExactlyInAnyOrder(
                        "per_1|limits||5 4 balance,x",
                        "per_1|models||m@2026-12-01",
                        "acc_1|key.unused|key_1|7",
                        "acc_1|budget|account day|20 9 50",
                        "acc_1|budget|mem_1 day|20 8 80",
                        "acc_1|statement||2026-10");
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void attempts_of_earlier_calls_are_counted(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, Migration.ALL.subList(0, 14));
        String list = """
                '{"attempts":[{"channel":"a","model":"up","ms":12,"outcome":"unavailable"},{"channel":"a","model":"up","ms":0,"outcome":"left"},\
                {"channel":"b","model":"new","ms":5,"outcome":"answered","answered_by":"newer"}],\
                "costs":[{"channel":"b","model":"new","prompt":1,"outcome":"x","cost":3}]}'""";
        List<String> calls = List.of(
                "'completed', 'b', 'up', 900, NULL", // an ordinary one
                "'failed', 'b', 'up', NULL, NULL", // without a first byte
                "'abandoned', '', '', NULL, NULL",
                "'completed', 'b', 'new', 900, " + list,
                "'completed', 'b', 'new', 900, " + list,
                "'failed', 'a', 'up', NULL, '{\"attempts\":[],\"costs\":[]}'");
        for (int i = 0; i < calls.size(); i++) {
            change(
                    engine,
                    "INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros,"
                            + " balance_after_micros, receipts, flags, account_id, id, key_id, door, model_id, ending, channel,"
                            + " upstream_model, first_byte_us, attempts) VALUES (" + (i + 1) + ", 1, " + (7_200_000 + i)
                            + ", 0, 0, 0, 0, 0, 0, 0, 'acc_1', 'task_" + i + "', 'key_1', 'chat', 'm', " + calls.get(i)
                            + ")");
        }
        change(
                engine,
                "INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls)"
                        + " VALUES (7200000, '', 'b', 'm', 'new', 'completed', 2)");

        Migrations.migrate(engine, Migration.ALL);

        assertThat(
                        rows(
                                engine,
                                "SELECT starts_at, channel, model, upstream_model, ending, calls, attempts, failed_attempts FROM usage_hour"))
                .containsExactlyInAnyOrder(
                        "7200000|b|m|up|completed|0|1|0",
                        "7200000|a|m|up|completed|0|4|2",
                        "7200000|b|m|new|completed|2|2|0");
    }

    /** An operator's words name nothing. The account acc_1 lives, acc_2 is deleted. */
    @ParameterizedTest
    @EnumSource(Dialect.class)
    void origins_of_earlier_entries_follow_from_rows_and_not_from_reasons(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, Migration.ALL.subList(0, ORIGINS - 1));
        for (String sql : List.of(
                "INSERT INTO account (id, name, created_at, deleted_at) VALUES ('acc_1', 'one', 5, NULL), ('acc_2', 'two', 5, 9)",
                "INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at, account_id, redeemed_at)"
                        + " VALUES (7, 'x', 1, '', 1, 'acc_1', 2)",
                "INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state)"
                        + " VALUES ('pay_1', 'acc_1', 'stripe', 1, 1, 2000000, 'paid'), ('pay_2', 'acc_1', 'test', 1, 1, 2000000, 'paid')",
                "INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, cents, outcome)"
                        + " VALUES ('evt_1', 'x', 'dispute_lost', 1, 1, 'pay_1', 1, 'taken')",
                "INSERT INTO plan_version (sequence, plan, number, created_at, body) VALUES (1, 'pro', 1, 1, '{}')",
                "INSERT INTO subscription (account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number)"
                        + " VALUES ('acc_1', 3, 'pro', 1, 1, 12, 11, 1, 2, 1)",
                "INSERT INTO credit_grant (account_id, number, kind, credits_micros, left_micros, created_at, starts_at, entry_number)"
                        + " VALUES ('acc_1', 1, 'plan', 1, 1, 1, 1, 8)")) {
            change(engine, sql);
        }
        List<String> entries = List.of(
                "'top_up', 1, 'credits at creation', NULL, NULL, NULL, 5",
                "'top_up', 1, 'voucher 7', 'voucher-7', NULL, NULL, 6",
                "'top_up', 1, 'voucher 8', NULL, NULL, NULL, 6",
                "'top_up', 1, 'credits to start with', 'sandbox-start-acc_1', NULL, NULL, 6",
                "'top_up', 1, 'Payment of $1', 'payment-pay_1', NULL, NULL, 6",
                "'top_up', 1, 'Test', 'test-payment-acc_1-pay_2', NULL, NULL, 6",
                "'reversal', -1, 'Disputed payment', 'notice-evt_1', NULL, NULL, 6",
                "'top_up', 1, 'Plan Pro, period 11 of 12', 'plan-3-11-1', '1:1', NULL, 6",
                "'refund', 1, 'slow', 'operator r', NULL, 'task_1', 6",
                "'adjustment', -1, 'Grant 1 expired', 'lapse-1-1', '1:1', NULL, 6",
                "'adjustment', -1, 'by mistake', 'operator e', '1:1', NULL, 6",
                "'adjustment', -1, 'moved', 'end-plan-3', '1:1', NULL, 6",
                "'adjustment', -1, 'account deleted', 'operator d', NULL, NULL, 6",
                "'reversal', -1, 'by hand', NULL, NULL, NULL, 6");
        for (int i = 0; i < entries.size(); i++) {
            change(engine, ENTRY.formatted("acc_1", i + 1, entries.get(i)));
        }
        change(engine, ENTRY.formatted("acc_2", 1, "'adjustment', -1, 'account deleted', NULL, NULL, NULL, 6"));

        try (LogCapture log = new LogCapture()) {
            Migrations.migrate(engine, Migration.ALL);
            assertThat(log.text()).contains("2 entries of the ledger have a reason that names a voucher");
        }

        assertThat(rows(engine, "SELECT origin, origin_id FROM entry ORDER BY account_id, number"))
                .containsExactly(
                        "creation|null",
                        "voucher|7",
                        "gift|null",
                        "start|null",
                        "payment|pay_1",
                        "test_payment|pay_2",
                        "dispute|pay_1",
                        "plan|3.11",
                        "call|null",
                        "expiry|null",
                        "grant_end|null",
                        "plan_end|3",
                        "correction|null",
                        "correction|null",
                        "deletion|null");
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

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void jobs_stay_and_can_be_interactions(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, Migration.ALL.subList(0, number("__interactions.sql") - 1));
        change(engine, "INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'one', 1)");
        String job =
                "INSERT INTO job (id, account_id, owner, origin_id, kind, state, pause, paused_at, due_at, node_id, name_hash, body_hash,"
                        + " created_at, deadline, cancel_at, ended_at, gone_at, sealed_bytes, charged_micros) VALUES ('%s', 'acc_1', 'mem_1', 'key_1', %s)";
        change(
                engine,
                job.formatted("a", "'response', 'open', 'credits', 2, 3, 'n', 'h', 'b', 4, 5, 6, NULL, 7, 8, 9"));
        change(engine, job.formatted("b", "'batch', 'expired', NULL, NULL, 3, '', NULL, 'b', 4, 5, NULL, 6, 7, 8, 9"));
        List<String> before = rows(engine, "SELECT * FROM job ORDER BY id");

        Migrations.migrate(engine, Migration.ALL);

        assertThat(rows(engine, "SELECT * FROM job ORDER BY id")).isEqualTo(before);
        change(
                engine,
                job.formatted(
                        "c", "'interaction', 'requires_action', NULL, NULL, 3, '', 'i', 'b', 4, 5, NULL, 6, 7, 8, 9"));
        assertThatThrownBy(() -> change(
                        engine,
                        job.formatted("d", "'batch', 'open', NULL, NULL, 3, '', 'h', 'b', 4, 5, 6, NULL, 7, 8, 9")))
                .as("the name of another's job")
                .isInstanceOf(SQLException.class);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void plans_that_were_assigned_and_ended_have_their_steps(Dialect dialect) throws SQLException {
        Engine engine = engine(dialect);
        Migrations.migrate(engine, Migration.ALL.subList(0, number("__plan_steps.sql") - 1));
        change(engine, "INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'one', 1), ('acc_2', 'two', 1)");
        change(
                engine,
                "INSERT INTO plan_version (sequence, plan, number, created_at, body) VALUES (1, 'pro', 1, 1, '{}')");
        for (String row : List.of(
                "'acc_1', 1, 5, 3, 'operator', 9, 'a', 'b'",
                "'acc_1', 2, 9, 366, NULL, NULL, NULL, NULL",
                "'acc_2', 1, 7, 1, 'finished', 8, 'a', NULL")) {
            change(
                    engine,
                    "INSERT INTO subscription (period, starts_at, ends_at, grant_number, plan, version, account_id, number, anchor, periods,"
                            + " ended_by, ended_at, request_id, end_request_id) VALUES (1, 1, 2, 1, 'pro', 1, " + row
                            + ")");
        }

        Migrations.migrate(engine, Migration.ALL);

        assertThat(
                        rows(
                                engine,
                                "SELECT account_id, number, at, subscription, kind, periods, request_id FROM plan_step ORDER BY account_id, number"))
                .containsExactly(
                        "acc_1|1|5|1|assign|3|a",
                        "acc_1|2|9|1|end|0|b",
                        "acc_1|3|9|2|assign|366|null",
                        "acc_2|1|7|1|assign|1|a");
        assertThat(rows(engine, "SELECT number, periods, ended_by FROM subscription ORDER BY account_id, number"))
                .containsExactly("1|3|operator", "2|366|null", "1|1|finished");
        change(engine, "UPDATE subscription SET periods = 400 WHERE number = 2");
    }
}
