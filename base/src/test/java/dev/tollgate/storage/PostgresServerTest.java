package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.sql.Reads;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is different on a server that others use too. */
@Timeout(240)
class PostgresServerTest {

    private final Notes notes = new Notes();

    @Test
    void nodes_that_start_together_migrate_once() throws Exception {
        String url = Postgres.empty();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Database>> starting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starting.add(threads.submit(() -> Database.openShared(url)));
            }
            for (Future<Database> node : starting) {
                try (Database database = node.get()) {
                    assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("0");
                    assertThat(ask(
                                    database,
                                    "SELECT COUNT(DISTINCT version) || '/' || COUNT(version) || '/' ||"
                                            + " MAX(version) FROM tollgate_schema"))
                            .endsWith("/" + Migrations.NEWEST)
                            .matches("(\\d+)/\\1/.*");
                }
            }
        }
    }

    @Test
    void a_newer_schema_is_refused_with_a_sentence() {
        String url = Postgres.migrated();
        Postgres.execute(url, "INSERT INTO tollgate_schema VALUES (99, 'V99__future.sql', '', 99, 1)");
        assertThatThrownBy(() -> Database.openShared(url))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("newer Tollgate (schema 99, for programs from schema 99 on; this program knows "
                        + Migrations.NEWEST + ")");
        assertThatThrownBy(() -> Database.openReading(url)).isInstanceOf(CannotOpen.class);
    }

    @Test
    void a_server_looks_for_the_client_of_each_connection() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            String interval = "SELECT current_setting('client_connection_check_interval')";
            assertThat(ask(database, interval)).isEqualTo("5s");
            assertThat(database.pages().<String>read("", sql -> sql.one(interval, row -> row.getString(1))))
                    .isEqualTo("5s");
        }
    }

    /** A plan for any range collects all rows of a large account before it sorts them. */
    @Test
    void each_read_of_a_page_is_planned_for_its_own_range() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            PageReads pages = database.pages();
            for (int i = 0; i < 15; i++) {
                pages.read("acc_1", PostgresServerTest::range);
            }
            String plans = "SELECT SUM(generic_plans) || ' of any, ten of its own: ' || (SUM(custom_plans) >= 10)"
                    + " FROM pg_prepared_statements WHERE statement LIKE '%ORDER BY number DESC LIMIT 2000'";
            String seen = pages.read("acc_1", sql -> text(sql, plans));
            assertThat(seen).isEqualTo("0 of any, ten of its own: true");
        }
    }

    private static boolean range(Reads sql) throws SQLException {
        return sql.has(
                "SELECT id FROM call WHERE account_id = ? AND number > ? AND number < ? ORDER BY number DESC LIMIT 2000",
                "acc_1",
                0L,
                2_001L);
    }

    @Test
    void an_unreachable_server_is_reported_without_the_password() {
        assertThatThrownBy(() -> Database.openShared("jdbc:postgresql://127.0.0.1:1/x?user=u&password=hush-hush"))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith("Cannot reach the database")
                .hasMessageNotContaining("hush");
    }

    @Test
    void an_older_server_than_is_supported_is_refused_with_a_sentence() throws Exception {
        String url = Postgres.migrated();
        // The socket is closed first: who waits for a caller who never came would be waited for.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ServerSocket older = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            threads.submit(() -> sayThatItIsOlder(older, URI.create(url.substring("jdbc:".length())), threads));
            String told = url.replaceFirst(":\\d+/", ":" + older.getLocalPort() + "/") + "&sslmode=disable";
            assertThatThrownBy(() -> Database.openShared(told))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessage("The database is PostgreSQL 14; Tollgate needs 15 or newer.");
        }
    }

    /** Passes one connection on, and names another version on the way. */
    private static @Nullable Void sayThatItIsOlder(ServerSocket at, URI real, ExecutorService threads)
            throws IOException {
        try (Socket caller = at.accept();
                Socket server = new Socket(real.getHost(), real.getPort())) {
            Future<?> asked = threads.submit(() -> caller.getInputStream().transferTo(server.getOutputStream()));
            DataInputStream answers = new DataInputStream(server.getInputStream());
            DataOutputStream told = new DataOutputStream(caller.getOutputStream());
            for (int type = 0; type != 'Z'; ) {
                type = answers.read();
                byte[] body = answers.readNBytes(answers.readInt() - Integer.BYTES);
                told.write(type);
                told.writeInt(body.length + Integer.BYTES);
                told.write(new String(body, ISO_8859_1)
                        .replaceFirst("(?<=server_version\000)\\d\\d", "14")
                        .getBytes(ISO_8859_1));
            }
            answers.transferTo(told);
            asked.cancel(true);
        }
        return null;
    }

    @Test
    void units_that_come_while_other_nodes_write_join_one_batch() {
        String url = Postgres.migrated();
        try (Database database = Database.openShared(url)) {
            Writer writer = database.startWriter(List.of(notes));
            writer.commitAndWait(Unit.of(new Notes.Note("hot")));
            notes.asking = "SELECT id FROM account WHERE id = 'hot' FOR UPDATE";
            writer.commitAndWait(Unit.of(new Notes.Note("undisturbed")));
            try (HeldRows held = new HeldRows(url, notes.asking)) {
                CompletableFuture<Unit> heldUp = writer.commit(Unit.of(new Notes.Note("held up")));
                held.awaitNoProgress(heldUp);
                long since = System.nanoTime();
                Await.until("a wait that is noticed", () -> System.nanoTime() - since > 100_000_000);
                held.close();
                heldUp.join();
            }
            List<CompletableFuture<Unit>> later = new ArrayList<>();
            try (HeldRows other = new HeldRows(url, WriterConnection.TAKE_TURN)) {
                for (String name : List.of("a", "b", "c")) {
                    later.add(writer.commit(Unit.of(new Notes.Note(name))));
                    other.awaitNoProgress(later.getFirst());
                }
            }
            later.forEach(CompletableFuture::join);
            assertThat(notes.committed.getLast()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void reading_connections_cannot_write() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            assertThatThrownBy(() -> ask(
                            database, "INSERT INTO account (id, name, created_at) VALUES ('a', 'a', 1) RETURNING id"))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasStackTraceContaining("read-only transaction");
        }
    }

    @Test
    void a_read_sees_one_snapshot_despite_later_commits() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            Writer writer = database.startWriter(List.of(notes));
            String counts = database.read(sql -> {
                String before = text(sql, "SELECT COUNT(*) FROM account");
                writer.commitAndWait(Unit.of(new Notes.Note("meanwhile")));
                return before + text(sql, "SELECT COUNT(*) FROM account");
            });
            assertThat(counts).isEqualTo("00");
        }
    }

    @Test
    void the_writers_commits_are_synced_even_where_the_server_would_not() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            Asking asking = new Asking("SHOW synchronous_commit");
            database.startWriter(List.of(asking)).commitAndWait(Unit.of(new Asking.Ask()));
            assertThat(asking.answer.get()).isEqualTo("on");
        }
    }

    @Test
    void a_batch_whose_connection_is_lost_is_written_over_a_new_one() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            Writer writer = database.startWriter(List.of(notes));
            writer.commitAndWait(Unit.of(new Notes.Note("a")));
            notes.firstSql = null;
            terminateOthers(database);
            writer.commitAndWait(Unit.of(new Notes.Note("b")));
            assertThat(ask(database, "SELECT STRING_AGG(name, ',' ORDER BY created_at) FROM account"))
                    .isEqualTo("a,b");
        }
    }

    @Test
    void an_unavailable_server_is_logged_once_for_all_units() {
        String url = Postgres.migrated();
        String name = url.replaceAll("\\?.*", "").replaceAll(".*/", "");
        try (LogCapture log = new LogCapture();
                Database database = Database.openShared(url)) {
            Writer writer = database.startWriter(List.of(notes));
            writer.commitAndWait(Unit.of(new Notes.Note("a")));
            String elsewhere = url.replace("/" + name, "/postgres");
            Postgres.execute(elsewhere, "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
            Postgres.number(
                    elsewhere,
                    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" + name + "'");
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("b"))))
                        .isInstanceOf(StoreUnavailable.class);
            }
            assertThat(log.text().lines().filter(line -> line.contains("the database accepts no writes")))
                    .hasSize(1);
            assertThat(log.text().lines().filter(line -> line.contains("of work failed")))
                    .hasSize(1);
            assertThat(log.text()).doesNotContain("is tried again");
        }
    }

    @Test
    void a_batch_that_meets_a_server_which_only_reads_is_written_over_a_new_connection() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            Writer writer = database.startWriter(List.of(notes));
            notes.firstSql = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
            writer.commitAndWait(Unit.of(new Notes.Note("a")));
            notes.firstSql = null;
            writer.commitAndWait(Unit.of(new Notes.Note("b")));
            assertThat(ask(database, "SELECT STRING_AGG(name, ',' ORDER BY created_at) FROM account"))
                    .isEqualTo("a,b");
        }
    }

    @Test
    void a_row_of_another_node_that_came_first_is_seen_on_a_second_look() {
        String url = Postgres.migrated();
        AtomicBoolean late = new AtomicBoolean();
        try (Database one = Database.openShared(url);
                Database two = Database.openShared(url)) {
            Writer first = one.startWriter(List.of(notes));
            Claims claims = new Claims(() -> {
                if (!late.getAndSet(true)) {
                    first.commitAndWait(Unit.of(new Notes.Note("claimed")));
                }
            });
            Claims.Claim claim = new Claims.Claim("claimed");
            two.startWriter(List.of(claims)).commitAndWait(Unit.of(claim));
            assertThat(claim.outcome()).isFalse();
        }
    }

    @Test
    void a_commit_that_took_place_is_not_reported_as_failed_when_its_answer_is_lost() throws SQLException {
        String url = Postgres.migrated();
        CutCommit cut = new CutCommit(new PostgresServer(url).writing(), true);
        try (Database database = Database.openShared(url);
                WriterConnection connection = new WriterConnection(Dialect.POSTGRESQL, cut.source(), null)) {
            insert(connection);
            connection.commit();
            assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("1");
        }
    }

    @Test
    void a_commit_that_did_not_take_place_is_reported_as_failed_when_the_connection_is_lost() throws SQLException {
        String url = Postgres.migrated();
        CutCommit cut = new CutCommit(new PostgresServer(url).writing(), false);
        try (Database database = Database.openShared(url);
                WriterConnection connection = new WriterConnection(Dialect.POSTGRESQL, cut.source(), null)) {
            insert(connection);
            assertThatIsReportedAsFailed(connection);
            assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("0");
        }
    }

    @Test
    void a_commit_that_was_reported_as_failed_cannot_take_place_later() throws SQLException {
        String url = Postgres.migrated();
        CutCommit cut = new CutCommit(new PostgresServer(url).writing(), false);
        try (Database database = Database.openShared(url);
                WriterConnection connection = new WriterConnection(Dialect.POSTGRESQL, cut.source(), null)) {
            insert(connection);
            assertThatIsReportedAsFailed(connection);
            assertThatThrownBy(cut::arriveLate).hasMessageContaining("commit_mark");
            assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("0");
        }
    }

    @Test
    void a_writer_leaves_one_mark_however_much_it_commits() {
        try (Database database = Database.openShared(Postgres.migrated())) {
            Writer writer = database.startWriter(List.of(notes));
            for (int i = 0; i < 5; i++) {
                writer.commitAndWait(Unit.of(new Notes.Note("n" + i)));
            }
            assertThat(ask(database, "SELECT COUNT(*) || '/' || MAX(batch) || '/' || SUM(took_place) FROM commit_mark"))
                    .isEqualTo("1/5/1");
        }
    }

    @Test
    void the_marks_of_writers_that_are_gone_are_forgotten() {
        String url = Postgres.migrated();
        Postgres.execute(url, "INSERT INTO commit_mark VALUES ('old', 7, 1, 1), ('recent', 8, 1, 9000000000000)");
        try (Database database = Database.openShared(url)) {
            database.startWriter(List.of(notes)).commitAndWait(Unit.of(new Notes.Note("n")));
            assertThat(ask(database, "SELECT STRING_AGG(CAST(batch AS TEXT), ',' ORDER BY batch) FROM commit_mark"))
                    .isEqualTo("1,8");
        }
    }

    private static void assertThatIsReportedAsFailed(WriterConnection connection) {
        assertThatThrownBy(connection::commit)
                .isInstanceOf(SQLException.class)
                .satisfies(e -> assertThat(Failures.kind(e)).isEqualTo(Failures.Kind.DISCONNECTED));
    }

    private static void insert(WriterConnection connection) throws SQLException {
        connection
                .statements()
                .of("INSERT INTO account (id, name, created_at) VALUES ('a', 'a', 1)")
                .executeUpdate();
    }

    private static void terminateOthers(Database database) {
        ask(
                database,
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    private static String ask(Database database, String sql) {
        return database.read(reads -> text(reads, sql));
    }

    private static String text(Reads sql, String query) throws SQLException {
        String text = sql.one(query, row -> row.getString(1));
        return String.valueOf(text);
    }

    /** Remembers what the writer's session says. */
    private static final class Asking implements Part<Asking.Ask> {

        record Ask() implements Change {}

        private final String sql;
        private final AtomicReference<String> answer = new AtomicReference<>();

        Asking(String sql) {
            this.sql = sql;
        }

        @Override
        public Class<Ask> type() {
            return Ask.class;
        }

        @Override
        public void write(Statements statements, List<Ask> changes) throws SQLException {
            try (ResultSet row = statements.of(sql).executeQuery()) {
                row.next();
                answer.set(row.getString(1));
            }
        }
    }

    /** Takes a name if it is free; something may happen between looking and taking. */
    private static final class Claims implements Part<Claims.Claim> {

        static final class Claim extends Decision<Boolean> {

            private final String name;

            Claim(String name) {
                this.name = name;
            }
        }

        private final Runnable between;

        Claims(Runnable between) {
            this.between = between;
        }

        @Override
        public Class<Claim> type() {
            return Claim.class;
        }

        @Override
        public void write(Statements statements, List<Claim> changes) throws SQLException {
            for (Claim claim : changes) {
                boolean free = isFree(statements, claim.name);
                between.run();
                if (free) {
                    var insert = statements.of("INSERT INTO account (id, name, created_at) VALUES (?, 'x', 1)");
                    insert.setString(1, claim.name);
                    insert.executeUpdate();
                }
                claim.decide(free);
            }
        }

        private static boolean isFree(Statements statements, String name) throws SQLException {
            var select = statements.of("SELECT 1 FROM account WHERE id = ?");
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return !row.next();
            }
        }
    }
}
