package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the program writes is for the user alone who runs it. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Order(18)
class PrivateFilesTest {

    private static final String KEY = Gateway.DEMO_KEY;

    @TempDir
    Path folder;

    @Test
    void at_no_moment_can_another_user_open_what_a_server_with_an_open_umask_writes() throws Exception {
        Path data = folder.resolve("installations/own");
        try (Watch watch = new Watch(folder.resolve("installations"))) {
            try (ServerProcess server = serve("000", data)) {
                assertThat(keyedCall(server.url())).isEqualTo(200);
                assertThat(ServerProcess.run(
                                "000",
                                folder.resolve("errors"),
                                Map.of(),
                                "backup",
                                "--data",
                                data.toString(),
                                folder.resolve("installations/backup.db").toString()))
                        .isNotNull();
                assertThat(names(data))
                        .contains(
                                "tollgate.db",
                                "tollgate.db-wal",
                                "tollgate.db-shm",
                                "tollgate.lock",
                                "tollgate.sock",
                                "secret.key",
                                "media",
                                "spool");
                assertThat(Files.list(data.resolve("spool"))).isNotEmpty();
                assertThat(folder.resolve("installations/backup.db")).exists();
                assertThat(permissions(folder.resolve("installations"))).isEqualTo("rwx------");
                Files.walk(data).forEach(watch::look);
            }
            assertThat(watch.open).isEmpty();
        }
    }

    @Test
    void at_no_moment_can_another_user_open_a_backup_of_a_postgresql() throws Exception {
        String url = Postgres.migrated();
        try (Watch watch = new Watch(folder);
                Database database = Database.openReading(url)) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            database.backupTo(folder.resolve("backup.db"));
            watch.look(folder.resolve("backup.db"));
            assertThat(watch.open).isEmpty();
        }
    }

    @Test
    void what_an_earlier_version_left_open_is_closed_by_the_next_start_which_says_so() throws Exception {
        Path data = folder.resolve("data");
        try (Gateway gateway = Gateway.start()) {
            assertThat(keyedCall(gateway.url())).isEqualTo(200);
            leave(gateway.data(), data);
            assertThat(data.resolve("tollgate.db-wal")).exists();
            try (Stream<Path> all = Files.walk(data)) {
                all.forEach(path -> permit(path, Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--"));
            }
            try (LogCapture log = new LogCapture();
                    Gateway next = gateway.over(data)) {
                for (String name : new String[] {
                    "",
                    "media",
                    "spool",
                    "tollgate.db",
                    "tollgate.db-wal",
                    "tollgate.db-shm",
                    "tollgate.lock",
                    "secret.key"
                }) {
                    Path path = next.data().resolve(name);
                    assertThat(permissions(path)).as(name).isIn("rwx------", "rw-------");
                    assertThat(log.text())
                            .contains(path + " was open to other users of this machine ("
                                    + (Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--") + ")");
                }
            }
        }
    }

    /** What a server that is killed now would leave, journals included. */
    private static void leave(Path data, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            for (Path path : all.filter(each -> !each.endsWith("tollgate.sock")).toList()) {
                Files.copy(path, to.resolve(data.relativize(path)));
            }
        }
    }

    @Test
    void a_folder_in_which_others_live_is_not_taken_from_them_but_the_files_are_private() throws Exception {
        Path shared =
                Files.createDirectories(folder.resolve("shared/of-others")).getParent();
        permit(shared, "rwxr-xr-x");
        try (LogCapture log = new LogCapture()) {
            Database.open(shared).close();
            assertThat(permissions(shared)).isEqualTo("rwxr-xr-x");
            assertThat(permissions(shared.resolve("tollgate.db"))).isEqualTo("rw-------");
            assertThat(permissions(shared.resolve("tollgate.lock"))).isEqualTo("rw-------");
            assertThat(log.text()).contains("stays open to other users of this machine");
        }
    }

    @Test
    void a_start_that_finds_everything_closed_warns_of_nothing() {
        try (Gateway gateway = Gateway.start();
                LogCapture log = new LogCapture()) {
            gateway.restart();
            assertThat(log.text()).doesNotContain("other users");
        }
    }

    private ServerProcess serve(String umask, Path data) throws IOException {
        Path errors = folder.resolve("errors");
        return ServerProcess.serve(umask, data, errors, Map.of("TOLLGATE_DEMO_KEY", KEY));
    }

    private static int keyedCall(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest call = HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                    .header("Authorization", "Bearer " + KEY)
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", "one")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
                    .build();
            return client.send(call, HttpResponse.BodyHandlers.ofString()).statusCode();
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void permit(Path path, String permissions) {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at a folder and all below it again and again, and remembers what others could have opened. */
    private static final class Watch implements AutoCloseable {

        /** The program under test needs the processor too. */
        private static final long BETWEEN_LOOKS_NANOS = 1_000_000;

        private final Set<String> open = new ConcurrentSkipListSet<>();
        private final Path folder;
        private final Thread thread;
        private volatile boolean over;

        Watch(Path folder) {
            this.folder = folder;
            this.thread = Thread.ofPlatform().daemon().start(this::watch);
        }

        private void watch() {
            while (!over) {
                walk(folder);
                LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            }
        }

        private void walk(Path path) {
            look(path);
            try (Stream<Path> below = Files.list(path)) {
                for (Path each : below.toList()) {
                    if (path.getFileName().toString().startsWith(".control")) {
                        continue; // a socket has its permissions after it was bound: in a folder of its own, which is
                        // looked at
                    }
                    if (Files.isDirectory(each)) {
                        walk(each);
                    } else {
                        look(each);
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // not there yet, or gone
            }
        }

        /** A private folder hides its content; the files' own permissions are checked all the same. */
        void look(Path path) {
            try {
                String permissions = permissions(path);
                if (!permissions.endsWith("------")) {
                    open.add(path + " " + permissions);
                }
            } catch (NoSuchFileException e) {
                // deleted in the meantime
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            thread.join();
        }
    }
}
