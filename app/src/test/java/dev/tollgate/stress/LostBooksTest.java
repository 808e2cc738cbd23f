package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.app.App;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An installation whose database is gone, and an installation that other servers use at the same time. */
@Timeout(240)
@Order(18)
class LostBooksTest {

    @TempDir
    Path data;

    private final HttpClient client = HttpClient.newHttpClient();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return Main.run(
                all.toArray(String[]::new),
                Map.of("TOLLGATE_DEMO_CREDITS", "1"),
                new PrintWriter(new StringWriter()),
                new PrintWriter(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"account list", "key list", "operator reset"})
    void a_command_in_a_folder_without_an_installation_is_refused_and_makes_none(String command) {
        Path elsewhere = data.resolve("elsewhere");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("--data", elsewhere.toString()));
        PrintWriter to = new PrintWriter(err);
        assertThat(Main.run(words.toArray(String[]::new), Map.of(), to, to)).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("tollgate: There is no installation in " + elsewhere
                        + ": name its data folder with --data, or start a server there once.");
        assertThat(elsewhere).doesNotExist();
    }

    @Test
    void books_that_were_restored_without_their_key_say_what_to_put_where() throws Exception {
        Migrated.in(data);
        Path key = data.resolve("secret.key");
        assertThat(run("account", "create", "--name", "first")).isZero();
        byte[] right = Files.readAllBytes(key);
        Files.delete(key);

        assertThat(run("account", "list")).isEqualTo(1);
        assertThat(err.toString())
                .contains("secret.key is missing")
                .contains("into the data folder as secret.key, or set TOLLGATE_SECRET_KEY")
                .hasLineCount(1);
        assertThat(run("serve", "--port", "0")).isEqualTo(1);
        assertThat(run("backup", data.resolve("copy.db").toString())).isEqualTo(1);
        assertThat(data.resolve("copy.db")).exists();
        assertThat(key).doesNotExist();
        Files.write(key, right);
        assertThat(run("account", "list")).isZero();
    }

    /** The first command of an operator who sets up an installation before it serves. */
    @Test
    void an_account_can_be_made_before_the_first_start() {
        assertThat(run("account", "create", "--name", "Ann")).isZero();
        assertThat(run("account", "list")).isZero();
    }

    @Test
    void a_start_without_the_books_of_before_is_refused_until_the_operator_wants_new_ones() throws Exception {
        Migrated.in(data);
        assertThat(run("account", "create", "--name", "first")).isZero();
        Files.delete(data.resolve("tollgate.db"));

        assertThat(run("serve", "--port", "0")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("tollgate: The books of this installation are gone: ")
                .contains("--new-installation")
                .hasLineCount(1);
        assertThat(run("account", "create", "--name", "second")).isEqualTo(1);
        assertThat(data.resolve("tollgate.db")).doesNotExist();

        List<String> program = new ArrayList<>(Program.command());
        program.add("--new-installation");
        try (GatewayProcess afresh = GatewayProcess.begin(program, data, Map.of())) {
            afresh.awaitReady(client).stop();
        }
        assertThat(run("serve", "--port", "0", "--new-installation")).isEqualTo(1);
        assertThat(err.toString()).contains("There are books in ");
    }

    @Test
    void a_database_replaced_under_the_server_is_reported_and_not_written() throws Exception {
        Settings settings = SettingsLoader.load(
                Map.of("port", "0", "data", Migrated.in(data).toString()), Map.of());
        try (LogCapture log = new LogCapture();
                App app = App.start(settings)) {
            Path copy = data.resolve("copy");
            assertThat(run("account", "create", "--name", "beside")).isZero();
            assertThat(run("backup", copy.toString())).isZero();
            assertThat(run("ledger", "verify")).isZero();
            assertThat(run("account", "list")).isZero();
            assertThat(run("account", "create", "--name", "afterwards")).isZero();
            assertThat(readiness(app)).isEqualTo(200);
            assertThat(log.text()).doesNotContain("no more calls are taken");

            Files.move(copy, data.resolve("tollgate.db"), StandardCopyOption.REPLACE_EXISTING);
            byte[] before = Files.readAllBytes(data.resolve("tollgate.db"));
            assertThat(run("account", "create", "--name", "into nothing")).isEqualTo(1);
            assertThat(readiness(app)).isEqualTo(503);
            assertThat(log.text()).contains("was deleted or replaced: no more calls are taken");
            assertThat(Files.readAllBytes(data.resolve("tollgate.db"))).isEqualTo(before);
        }
    }

    @Test
    void a_log_lost_after_a_kill_stops_the_next_start_and_all_commands() throws Exception {
        List<String> program = new ArrayList<>(Program.command());
        Path log = data.resolve("tollgate.db-wal");
        try (GatewayProcess killed = GatewayProcess.begin(program, Migrated.in(data), Map.of())) {
            killed.awaitReady(client);
            assertThat(run("account", "create", "--name", "lost")).isZero();
            killed.kill();
        }
        Path away = Files.move(log, data.resolve("away"));
        assertThat(run("serve", "--port", "0")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("tollgate: The newest calls of this installation are missing: ")
                .contains("Look for that file", "delete " + data.resolve("tollgate.open"))
                .hasLineCount(1);
        assertThat(run("ledger", "verify")).isEqualTo(2);
        for (String command : List.of("backup " + data.resolve("copy.db"), "account list", "migrate")) {
            assertThat(run(command.split(" "))).as(command).isEqualTo(1);
        }
        Files.move(away, log);
        assertThat(run("ledger", "verify")).isZero();
        try (GatewayProcess again = GatewayProcess.begin(program, data, Map.of())) {
            again.awaitReady(client);
            assertThat(run("account", "list")).isZero();
            again.kill();
        }
        assertThat(run("ledger", "verify")).isZero();
        App.start(SettingsLoader.load(Map.of("port", "0", "data", data.toString()), Map.of()))
                .close();
        assertThat(data.resolve("tollgate.open")).doesNotExist();
    }

    private int readiness(App app) throws Exception {
        URI ready = URI.create("http://127.0.0.1:" + app.port() + "/health/ready");
        return client.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
