package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Today;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A restore of a copy, and a drill of one, as the commands do them (C32, C33). */
class RestoreTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"hello"}]}""";

    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private final AppActions actions = new AppActions(new PrintWriter(new StringWriter()));
    private Path copy;
    private Path target;

    @BeforeEach
    void name() {
        copy = folder.resolve("copy.db");
        target = folder.resolve("restored");
    }

    private Settings settings(String key) {
        return SettingsLoader.load(Map.of("data", target.toString()), Map.of("TOLLGATE_SECRET_KEY", key));
    }

    private Settings settings() {
        return settings(Gateway.SECRET_KEY);
    }

    private static void copy(Gateway gateway, Path to) {
        try (Database database = Database.openReading(gateway.data())) {
            database.backupTo(to);
        }
    }

    /** A copy of books with two charged calls, a session, a link and a mail that waits. */
    private void copied() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY))) {
            Customer customer = gateway.customer("500");
            gateway.post("/v1/chat/completions", CALL, customer.key());
            gateway.post("/v1/chat/completions", CALL, customer.key());
            gateway.execute(
                    "INSERT INTO outgoing_mail (id, recipient, subject, body, state, attempts, queued_at, due_at)"
                            + " VALUES ('mail_1', 'a@example.org', 'Hello', 'sealed', 'waiting', 0, 1, 1)");
            copy(gateway, copy);
        }
    }

    private String text(String sql) {
        try (Database database = Database.openReading(target)) {
            return database.read(reads -> String.join(" ", reads.list(sql, row -> String.valueOf(row.getString(1)))));
        }
    }

    private List<String> files() {
        try (Stream<Path> files = Files.exists(target) ? Files.list(target) : Stream.of()) {
            return files.map(it -> it.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String restore(Settings settings) {
        return actions.restore(settings, copy, null, lines::add);
    }

    @Test
    void restored_books_say_what_is_lost_and_sign_number_and_mail_anew() {
        copied();
        assertThat(restore(settings())).matches("from \\S+ to \\S+");
        assertThat(lines).containsExactly(copy + " is restored.");
        assertThat(files()).contains("tollgate.db").doesNotContain(".restore.part", "tollgate.db-wal");
        assertThat(
                        text(
                                "SELECT number || CASE WHEN retired_at IS NULL THEN '' ELSE ' retired' END FROM signing_key ORDER BY number"))
                .isEqualTo("1 retired 2");
        assertThat(text("SELECT state || body FROM outgoing_mail")).isEqualTo("failed");
        assertThat(text("SELECT name FROM installation WHERE name LIKE 'restored%'"))
                .isEqualTo("restored #2");
        assertThat(text("SELECT action FROM audit_log ORDER BY sequence DESC LIMIT 1"))
                .isEqualTo("books.restore");
        assertThat(text("SELECT COUNT(*) FROM session")).isEqualTo("0");
        assertThat(text("SELECT COUNT(*) FROM call")).isEqualTo("2");
        try (Database database = Database.openReading(target)) {
            LostTime lost = database.read(LostTime::all).getFirst();
            assertThat(lost.from()).isBefore(lost.to());
        }
    }

    @Test
    void restored_books_add_up_and_serve() {
        copied();
        restore(settings());
        try (LogCapture log = new LogCapture();
                App app = App.start(SettingsLoader.load(
                        Map.of("data", target.toString(), "port", "0"),
                        Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY)))) {
            assertThat(app.port()).isPositive();
            assertThat(log.text()).contains("the books in this data folder were restored");
        }
        try (var inspection = actions.inspection(settings())) {
            assertThat(inspection.verify(differences::add, _ -> {}, (_, _) -> {}))
                    .as(differences.toString())
                    .isTrue();
        }
    }

    @Test
    void the_first_start_says_the_begin_of_the_lost_time() {
        Instant newest = Today.instant().plusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY))) {
            gateway.customer("500");
            gateway.setNow(newest);
            gateway.commands().createAccount("without an entry", 0);
            copy(gateway, copy);
        }
        String lost = restore(settings());
        try (LogCapture log = new LogCapture();
                App app = App.start(SettingsLoader.load(
                        Map.of("data", target.toString(), "port", "0"),
                        Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY)))) {
            assertThat(app.port()).isPositive();
            String from = lost.substring("from ".length(), lost.indexOf("Z to "));
            assertThat(Instant.parse(from + "Z")).isBetween(newest, newest.plusSeconds(600));
            assertThat(log.text()).contains("were restored, and their newest entry is of " + from);
        }
    }

    @Test
    void a_restore_replaces_nothing() throws IOException {
        copied();
        Files.createDirectory(target);
        Files.writeString(target.resolve("tollgate.db-wal"), "of other books");
        assertThatThrownBy(() -> restore(settings()))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("holds tollgate.db-wal");
        assertThat(files()).containsExactly("tollgate.db-wal");
    }

    @Test
    void a_restore_that_fails_leaves_no_books() throws IOException {
        copied();
        assertThatThrownBy(() -> restore(settings("a5".repeat(32)))).hasMessageContaining("secret key");
        assertThat(files()).doesNotContain("tollgate.db", ".restore.part");
        Files.writeString(copy, "no database");
        assertThatThrownBy(() -> restore(settings())).hasMessage("No copy is whole. Nothing was changed.");
        assertThat(lines.getLast()).contains("not a database");
        assertThat(files()).doesNotContain("tollgate.db", ".restore.part");
        assertThatThrownBy(() -> actions.restore(settings(), folder.resolve("none"), null, lines::add))
                .hasMessage("There is no copy and no folder of copies at " + folder.resolve("none") + ".");
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "'PRAGMA user_version = 7', has no books of Tollgate",
        "'CREATE TABLE account (id TEXT)', has tables of another program"
    })
    void a_copy_without_books_is_neither_restored_nor_proved(String sql, String why) throws IOException {
        Files.createFile(copy);
        if (!sql.isEmpty()) {
            alter(copy, sql);
            alter(copy, "VACUUM");
        }
        assertThatThrownBy(() -> restore(settings())).hasMessage("No copy is whole. Nothing was changed.");
        assertThatThrownBy(() -> drill(copy)).hasMessage("No copy is whole. Nothing was changed.");
        assertThat(lines).hasSize(2).allMatch(it -> it.contains(why));
        assertThat(files()).doesNotContain("tollgate.db", ".restore.part");
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE TRIGGER other AFTER INSERT ON audit_log BEGIN UPDATE account SET name = 'OTHER'; END, the trigger other",
        "CREATE VIEW other AS SELECT 1, the view other",
        "CREATE VIRTUAL TABLE other USING dbstat, the virtual table other"
    })
    void a_copy_with_code_of_others_is_neither_restored_nor_proved(String sql, String what) {
        copied();
        alter(copy, sql);
        assertThatThrownBy(() -> restore(settings())).hasMessage("No copy is whole. Nothing was changed.");
        assertThatThrownBy(() -> drill(copy)).hasMessage("No copy is whole. Nothing was changed.");
        assertThat(lines).hasSize(2).allMatch(it -> it.contains("has " + what + ", which is not of Tollgate"));
        assertThat(files()).doesNotContain("tollgate.db", ".restore.part");
    }

    @Test
    void a_copy_with_a_further_index_is_restored() {
        copied();
        alter(copy, "CREATE INDEX other ON call (request_id) WHERE number > 1");
        assertThat(drill(copy)).isTrue();
        restore(settings());
    }

    @Test
    void a_copy_without_books_is_passed_over_for_a_whole_one() throws Exception {
        copied();
        Path own = Files.createDirectories(folder.resolve("copies/tollgate-0a1b2c3d"));
        Path whole = named(own, "tollgate-20261128T080000Z.db");
        Files.delete(copy);
        Files.createFile(copy);
        Path empty = named(own, "tollgate-20261129T080000Z.db");
        actions.restore(settings(), own, null, lines::add);
        assertThat(lines).containsExactly(empty + " is empty. It is passed over.", whole + " is restored.");
        assertThat(text("SELECT COUNT(*) FROM call")).isEqualTo("2");
    }

    @Test
    void books_put_in_place_by_hand_are_recorded_once() throws IOException {
        copied();
        Files.createDirectory(target);
        Files.copy(copy, target.resolve("tollgate.db"));
        assertThat(actions.restored(settings(), null, lines::add)).isNotNull();
        assertThat(actions.restored(settings(), null, lines::add)).isNull();
        assertThat(text("SELECT name FROM installation WHERE name LIKE 'restored%'"))
                .isEqualTo("restored #2");
    }

    @Test
    void a_restore_on_a_server_is_recorded_while_no_server_runs() {
        String url = Postgres.migrated();
        Settings shared = SettingsLoader.load(
                Map.of("data", target.toString()),
                Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY, "TOLLGATE_DATABASE_URL", url));
        try (Gateway gateway = Gateway.startOn(url)) {
            Customer customer = gateway.customer("500");
            gateway.post("/v1/chat/completions", CALL, customer.key());
            assertThatThrownBy(() -> actions.restored(shared, null, lines::add)).hasMessageContaining("Servers run");
        }
        assertThat(actions.restored(shared, null, lines::add)).isNotNull();
        assertThat(actions.restored(shared, null, lines::add)).isNull();
        assertThat(actions.drill(shared, null, null, differences::add, lines::add))
                .as(differences.toString())
                .isTrue();
        assertThatThrownBy(() -> actions.restore(shared, copy, null, lines::add))
                .hasMessageContaining("For PostgreSQL see docs/upgrade.md");
    }

    /** A copy of books with jobs: a finished response, a running one, and an interaction without credits. Returns the keys of the last two. */
    private List<String> copiedWithJobs() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY))) {
            gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 20, 0)));
            Customer customer = gateway.customer("500");
            background(gateway, customer, "responses");
            Gateway.await("an answer", () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'completed'") == 1);
            gateway.script("- respond: [{delay_ms: 60000}]");
            background(gateway, customer, "responses");
            Customer poor = gateway.customer("0.02");
            background(gateway, poor, "interactions");
            Gateway.await(
                    "a running one and a pause",
                    () -> gateway.number("SELECT (SELECT COUNT(*) FROM open_hold) * (SELECT COUNT(pause) FROM job)")
                            == 1);
            copy(gateway, copy);
            String id = gateway.text("SELECT SUBSTR(job_id, 10) FROM job_line WHERE state = 'running'");
            gateway.post("/v1/responses/resp_" + id + "/cancel", "", customer.key());
            return List.of(customer.key(), poor.key());
        }
    }

    private static void background(Gateway gateway, Customer customer, String door) {
        Gateway.Reply reply = gateway.post(
                "/v1/" + door,
                CALL.replace(
                        "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]",
                        "\"input\":\"hello\",\"background\":true"),
                customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static final String JOBS = "SELECT state FROM job ORDER BY id";

    @Test
    void restored_books_end_open_jobs_and_send_no_calls() throws Exception {
        List<String> keys = copiedWithJobs();
        restore(settings());
        assertThat(lines)
                .containsExactly(
                        "Batches, and responses and interactions in the background, that had not ended: 2. They have failed, since restored books send no calls.",
                        copy + " is restored.");
        assertThat(text(JOBS)).isEqualTo("completed failed failed");
        List<String> paths = List.of(
                "responses/resp_" + text("SELECT SUBSTR(id, 10) FROM job WHERE state = 'failed' AND kind = 'response'"),
                "interactions/v1_" + text("SELECT SUBSTR(id, 10) FROM job WHERE kind = 'interaction'"));
        try (App app = App.start(SettingsLoader.load(
                Map.of("data", target.toString(), "port", "0"), Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY)))) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                for (int i = 0; i < paths.size(); i++) {
                    HttpRequest get = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + app.port() + "/v1/" + paths.get(i)))
                            .header("authorization", "Bearer " + keys.get(i))
                            .build();
                    assertThat(client.send(get, BodyHandlers.ofString()).body())
                            .contains("\"status\":\"failed\"", "restored from a copy");
                }
            }
        }
        assertThat(text(JOBS)).isEqualTo("completed failed failed");
        assertThat(text("SELECT ending FROM call ORDER BY id")).isEqualTo("completed abandoned");
        try (var inspection = actions.inspection(settings())) {
            assertThat(inspection.verify(differences::add, _ -> {}, (_, _) -> {}))
                    .as(differences.toString())
                    .isTrue();
        }
    }

    @Test
    void books_put_in_place_by_hand_end_open_jobs_when_they_are_recorded() throws IOException {
        copiedWithJobs();
        assertThat(drill(copy)).as(differences.toString()).isTrue();
        lines.clear();
        Files.createDirectory(target);
        Files.copy(copy, target.resolve("tollgate.db"));
        assertThat(actions.restored(settings(), null, lines::add)).isNotNull();
        assertThat(lines).singleElement().asString().contains("had not ended: 2");
        assertThat(text(JOBS)).isEqualTo("completed failed failed");
    }

    private boolean drill(Path place) {
        return actions.drill(settings(), place, null, differences::add, lines::add);
    }

    private void alter(Path file, String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_drill_proves_a_copy_and_changes_nothing() throws IOException {
        copied();
        byte[] before = Files.readAllBytes(copy);
        assertThat(drill(copy)).isTrue();
        assertThat(differences).isEmpty();
        assertThat(lines).contains(copy + " is read.", "There is no copy of an earlier day to compare with.");
        assertThat(Files.readAllBytes(copy)).isEqualTo(before);
        assertThat(target).doesNotExist();
    }

    @Test
    void a_drill_names_an_alteration_that_verification_cannot_see() throws Exception {
        copied();
        Path own = Files.createDirectories(folder.resolve("copies/tollgate-0a1b2c3d"));
        named(own, "tollgate-20261128T080000Z.db");
        assertThat(drill(named(own, "tollgate-20261129T080000Z.db").getParent()))
                .isTrue();
        alter(copy, "UPDATE call SET request_id = 'other' WHERE number = 2");
        alter(copy, "UPDATE entry SET reason = 'other words' WHERE account_id <> 'acc_demo'");
        named(own, "tollgate-20261129T090000Z.db");
        assertThat(drill(own)).isFalse();
        assertThat(differences)
                .anyMatch(it -> it.matches(
                        "row acc_\\S+/2 of the table call has another request_id than in the copy of the day before"))
                .anyMatch(it -> it.contains("of the table entry has another reason"))
                .hasSize(2);
    }

    private Path named(Path own, String name) throws Exception {
        Path file = own.resolve(name);
        Files.copy(copy, file);
        String sum = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        Files.writeString(own.resolve(name + ".sha256"), sum + "  " + name + "\n");
        return file;
    }

    @Test
    void a_drill_without_the_key_or_a_copy_looks_at_nothing() {
        copied();
        assertThatThrownBy(() -> actions.drill(settings("a5".repeat(32)), copy, null, differences::add, lines::add))
                .hasMessageContaining("secret key");
        @Nullable Path none = null;
        assertThatThrownBy(() -> actions.drill(settings(), none, null, differences::add, lines::add))
                .hasMessage("Name a folder of copies, or the restored PostgreSQL with --database.");
    }
}
