package dev.tollgate.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL with the newest schema in it, and a standby that it does not wait for. */
public final class PostgresPair implements AutoCloseable {

    private final Path folder;
    private final EmbeddedPostgres standby;
    private EmbeddedPostgres primary;

    /** @param folder for the files of both */
    public PostgresPair(Path folder) {
        this.folder = folder;
        try {
            copy(Seed.FOLDER, folder.resolve("primary"));
            copy(Seed.FOLDER, folder.resolve("standby"));
            for (String each : List.of("primary", "standby")) { // else pg_rewind does not know what was changed
                Files.writeString(
                        folder.resolve(each).resolve("postgresql.auto.conf"),
                        "wal_log_hints = on\nwal_retrieve_retry_interval = 100ms\n",
                        StandardOpenOption.APPEND);
            }
            int port = Ports.free();
            Files.writeString(
                    folder.resolve("standby/postgresql.auto.conf"),
                    "primary_conninfo = '" + conninfo(port) + "'\n",
                    StandardOpenOption.APPEND);
            Files.createFile(folder.resolve("standby/standby.signal"));
            this.primary = start(folder.resolve("primary"), port);
            this.standby = start(folder.resolve("standby"), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Gateway.await(
                "the standby to follow", () -> number(primaryUrl(), "SELECT COUNT(*) FROM pg_stat_replication") == 1);
    }

    /** A server that was stopped, with a database of the newest schema: both of each pair begin as a copy. */
    private static final class Seed {

        static final Path FOLDER = make();

        private static Path make() {
            try {
                Path data = Files.createTempDirectory("tollgate-pair").resolve("seed");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> Program.delete(data.getParent())));
                try (EmbeddedPostgres server = start(data, 0)) {
                    Postgres.migratedOn(server);
                }
                return data;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static EmbeddedPostgres start(Path data, int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD);
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    public String primaryUrl() {
        return primary.getJdbcUrl("postgres", Postgres.SERVED);
    }

    public String standbyUrl() {
        return standby.getJdbcUrl("postgres", Postgres.SERVED);
    }

    /** As it stands in an address. */
    public String standbyHost() {
        return "localhost:" + standby.getPort();
    }

    /** What has been committed until now the standby has. */
    public void awaitStandby() {
        String written = text(primaryUrl(), "SELECT pg_current_wal_lsn()");
        Gateway.await(
                "the standby to have it",
                () -> number(
                                standbyUrl(),
                                "SELECT CASE WHEN pg_last_wal_replay_lsn() >= '" + written + "' THEN 1 ELSE 0 END")
                        == 1);
    }

    /** What is committed from now on the standby has not. */
    public void cutStandbyOff() {
        execute(standbyUrl(), "ALTER SYSTEM SET primary_conninfo = ''");
        execute(standbyUrl(), "SELECT pg_reload_conf()");
        Gateway.await(
                "the standby to be cut off",
                () -> number(primaryUrl(), "SELECT COUNT(*) FROM pg_stat_replication") == 0);
    }

    /** What the primary commits from now on waits for the standby. */
    public void waitForStandby() {
        execute(primaryUrl(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute(primaryUrl(), "SELECT pg_reload_conf()");
        Gateway.await(
                "a synchronous standby",
                () -> number(primaryUrl(), "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1);
    }

    /** A standby that was cut off follows again. */
    public void bringStandbyBack() {
        execute(standbyUrl(), "ALTER SYSTEM SET primary_conninfo = '" + conninfo(primary.getPort()) + "'");
        execute(standbyUrl(), "SELECT pg_reload_conf()");
    }

    private static String conninfo(int port) {
        return "host=127.0.0.1 port=" + port + " user=postgres";
    }

    /** Like a power cut. */
    public void killPrimary() {
        ProcessHandle postmaster = ProcessHandle.of(
                        Long.parseLong(lines("primary/postmaster.pid").getFirst()))
                .orElseThrow();
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
        close(primary);
    }

    /** Comes back as the primary that it was. */
    public void restartPrimary() {
        try {
            primary = start(folder.resolve("primary"), primary.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Comes back as a standby of the server that took over from it, as after {@code pg_rewind}. */
    public void rewindPrimary(Path program) {
        Path data = folder.resolve("primary");
        try {
            List<String> command = new java.util.ArrayList<>(List.of(
                    program.toString(),
                    "--target-pgdata=" + data,
                    "--source-server=host=127.0.0.1 port=" + standby.getPort() + " user=postgres dbname=postgres"));
            if ("root".equals(System.getProperty("user.name"))) {
                command.addAll(0, List.of("unshare", "-U"));
            }
            Process rewinding =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(rewinding.getInputStream().readAllBytes());
            if (rewinding.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            Files.writeString(
                    data.resolve("postgresql.auto.conf"), "primary_conninfo = '" + conninfo(standby.getPort()) + "'\n");
            Files.writeString(data.resolve("standby.signal"), "");
            primary = start(data, primary.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As it stands in an address. */
    public String primaryHost() {
        return "localhost:" + primary.getPort();
    }

    /** The standby decides from now on. */
    public void promote() {
        execute(standbyUrl(), "SELECT pg_promote(true, 60)");
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static long number(String url, String sql) {
        return Long.parseLong(text(url, sql));
    }

    public static String text(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void execute(String url, String sql) {
        Postgres.execute(url, sql);
    }

    private static void close(EmbeddedPostgres server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        close(primary);
        close(standby);
    }
}
