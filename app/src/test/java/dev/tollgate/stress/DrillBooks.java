package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Ports;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The books of a drill on PostgreSQL, the servers over them, and what has to hold of them at its end. */
record DrillBooks(String url, PacedUpstream upstream) {

    /** A server over them, which listens on that port. */
    GatewayProcess begin(List<String> program, Path folder, int port, String... settings) throws IOException {
        Map<String, String> environment = new HashMap<>(upstream.environment());
        environment.put("TOLLGATE_DATABASE_URL", Postgres.served(url));
        environment.put("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        environment.put("TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY);
        environment.put("TOLLGATE_DEMO_CREDITS", "1000000");
        List<String> more = new ArrayList<>(List.of("--port", Integer.toString(port)));
        more.addAll(List.of(settings));
        return GatewayProcess.begin(program, Files.createDirectories(folder), environment, more);
    }

    /** Migrates the schema to that program's version, as the owner of the database and in a process of its own, as the upgrade guide says. */
    void migrate(List<String> program, Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program.subList(0, program.size() - 1)); // without "serve"
        command.addAll(List.of("migrate", "--data", folder.toString(), "--database", Postgres.owned(url)));
        ProcessBuilder migrating = new ProcessBuilder(command).redirectErrorStream(true);
        migrating.environment().put("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        Process process = migrating.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    static int freePort() throws IOException {
        return Ports.free();
    }

    long number(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** All holds are back, and the check of the books has nothing to say. */
    void assertWhole() {
        Gateway.await("all holds to be back", () -> number("SELECT COUNT(*) FROM open_hold") == 0);
        assertThat(number("SELECT SUM(reserved_micros) FROM account")).isZero();
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        int code = Main.run(
                new String[] {"ledger", "verify", "--database", url},
                Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY),
                to,
                to);
        assertThat(said.toString()).isEmpty();
        assertThat(code).isZero();
    }
}
