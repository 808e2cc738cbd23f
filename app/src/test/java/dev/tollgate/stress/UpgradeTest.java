package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of this version and one of a later version, with a second migration, over one PostgreSQL. */
@Timeout(240)
class UpgradeTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hello"}]}""";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url = Postgres.migrated();
    private Gateway older;

    @BeforeEach
    void start() {
        older = Gateway.startOn(url);
    }

    @AfterEach
    void stop() {
        older.close();
        client.close();
    }

    /** What a command said, and its exit code. */
    private record Said(int code, String text) {}

    private static Said run(List<String> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program.subList(0, program.size() - 1)); // without "serve"
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private GatewayProcess later(List<String> program) throws IOException {
        Map<String, String> environment = Map.of(
                "TOLLGATE_DATABASE_URL",
                Postgres.served(url),
                "TOLLGATE_SECRET_KEY",
                Gateway.SECRET_KEY,
                "TOLLGATE_DEMO_KEY",
                Gateway.DEMO_KEY);
        return GatewayProcess.begin(program, Files.createDirectories(folder.resolve("later")), environment);
    }

    private static Said migrated() throws IOException {
        int present = NextProgram.present();
        return new Said(0, "schema " + present + " is now schema " + (present + 1) + "\n");
    }

    private int called() {
        return older.post("/v1/chat/completions", CALL, Gateway.DEMO_KEY).status();
    }

    private String[] migrate(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("migrate", "--data", folder.resolve("job").toString(), "--database", Postgres.owned(url)));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @Test
    void servers_of_both_versions_serve_after_a_compatible_migration() throws Exception {
        List<String> program = NextProgram.command(folder.resolve("next"), "yes");
        assertThat(run(program, migrate())).isEqualTo(migrated());
        try (GatewayProcess later = later(program).awaitReady(client)) {
            assertThat(later.readiness(client)).isEqualTo(200);
            assertThat(called()).isEqualTo(200);
            assertThat(Postgres.number(url, "SELECT COUNT(*) FROM node")).isEqualTo(2);
            Database.openShared(url).close(); // another one of this version
        }
    }

    @Test
    void a_migration_that_shuts_out_waits_for_an_order() throws Exception {
        List<String> program = NextProgram.command(folder.resolve("next"), "no");
        Said refused = run(program, migrate());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.text())
                .contains("Servers of an older version are running, which cannot use schema "
                        + (NextProgram.present() + 1) + ": node_")
                .contains("--stop-older");
        assertThat(Postgres.number(url, "SELECT MAX(least) FROM tollgate_schema"))
                .isLessThanOrEqualTo(NextProgram.present());
        assertThat(called()).isEqualTo(200);

        assertThat(run(program, migrate("--stop-older"))).isEqualTo(migrated());
        assertThat(older.get("/health/ready").text()).isEqualTo("{\"status\":\"down\",\"reasons\":[\"schema\"]}");
        assertThat(called()).isEqualTo(503);
        assertThatThrownBy(() -> Database.openShared(url))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining(
                        "for programs from schema " + (NextProgram.present() + 1) + " on; this program knows ");
        try (GatewayProcess later = later(program).awaitReady(client)) {
            assertThat(later.readiness(client)).isEqualTo(200);
            assertThat(Postgres.number(url, "SELECT COUNT(*) FROM node")).isEqualTo(1);
        }
    }
}
