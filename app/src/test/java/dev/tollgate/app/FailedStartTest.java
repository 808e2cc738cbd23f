package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Ports;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that fails on its way leaves nothing behind: no thread, no port, no lock, no open file. */
@Timeout(240)
class FailedStartTest {

    /** Includes the calling thread. */
    private static final String CONNECTIONS = "SELECT COUNT(*) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND backend_type = 'client backend'";

    @TempDir
    Path data;

    private int port;
    private int sandboxPort;

    /** What stands in the way of a step, early to late. */
    private enum Obstacle {
        SANDBOX_PORT("Address already in use"),
        MEDIA_FOLDER("The folder of downloaded media"),
        SPOOL_FOLDER("The folder of kept answers"),
        CONTROL_SOCKET("The control socket in");

        private final String told;

        Obstacle(String told) {
            this.told = told;
        }
    }

    @BeforeEach
    void choosePorts() {
        port = Ports.free();
        sandboxPort = Ports.free();
    }

    private App start() {
        return start(Map.of());
    }

    private App start(Map<String, String> environment) {
        return App.start(SettingsLoader.load(
                Map.of(
                        "data", data.toString(),
                        "port", Integer.toString(port),
                        "sandbox.port", Integer.toString(sandboxPort)),
                environment));
    }

    private AutoCloseable put(Obstacle obstacle) throws IOException {
        return switch (obstacle) {
            case SANDBOX_PORT -> new ServerSocket(sandboxPort, 1, InetAddress.getByName("127.0.0.1"));
            case MEDIA_FOLDER -> file(data.resolve("media"));
            case SPOOL_FOLDER -> file(data.resolve("spool"));
            case CONTROL_SOCKET -> folder(data.resolve("tollgate.sock"));
        };
    }

    private static AutoCloseable file(Path file) throws IOException {
        Files.createFile(file);
        return () -> Files.delete(file);
    }

    /** A folder that is not empty cannot be replaced by a move. */
    private static AutoCloseable folder(Path folder) throws IOException {
        Path inside = Files.createFile(Files.createDirectory(folder).resolve("inside"));
        return () -> {
            Files.delete(inside);
            Files.delete(folder);
        };
    }

    @ParameterizedTest
    @EnumSource(Obstacle.class)
    void a_start_that_fails_closes_what_it_has_opened_and_the_next_one_succeeds(Obstacle obstacle) throws Exception {
        Migrated.in(data);
        ThreadGroup threads = new ThreadGroup("a start that fails");
        try (AutoCloseable inTheWay = put(obstacle)) {
            assertThatThrownBy(() -> in(threads, this::start)).hasStackTraceContaining(obstacle.told);

            Gateway.await("its threads to end", () -> alive(threads).isEmpty());
            assertThat(openIn(data)).isEmpty();
            if (obstacle != Obstacle.SANDBOX_PORT) {
                assertFree(sandboxPort);
            }
            assertFree(port);
        }

        try (App app = start()) {
            assertThat(status(app)).isEqualTo(200);
        }
    }

    /** A node that stayed would keep the holds of its calls from being given back. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_start_on_postgresql_that_fails_leaves_neither_a_node_nor_a_connection(boolean early) throws Exception {
        String url = Postgres.migrated();
        Map<String, String> environment =
                Map.of("TOLLGATE_DATABASE_URL", url, "TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        start(environment).close();
        ThreadGroup threads = new ThreadGroup("a start that fails on PostgreSQL");
        try (AutoCloseable inTheWay = early ? unreadableKey(url) : put(Obstacle.CONTROL_SOCKET)) {
            assertThatThrownBy(() -> in(threads, () -> start(environment))).isNotNull();

            Gateway.await("its threads to end", () -> alive(threads).isEmpty());
            Gateway.await("its connections to end", () -> Postgres.number(url, CONNECTIONS) == 1);
            assertThat(Postgres.number(url, "SELECT COUNT(*) FROM node")).isZero();
        }

        try (App app = start(environment)) {
            assertThat(status(app)).isEqualTo(200);
        }
        Postgres.drop(url);
    }

    /** It is met right after the node has joined. */
    private static AutoCloseable unreadableKey(String url) {
        Postgres.execute(url, "UPDATE api_key SET hash = translate(hash, '0123456789', 'ghijklmnop')");
        return () -> Postgres.execute(url, "UPDATE api_key SET hash = translate(hash, 'ghijklmnop', '0123456789')");
    }

    /** What the others of this class look at is there while a server runs. */
    @Test
    @EnabledIf("canListOpenFiles")
    void a_running_server_has_threads_and_open_files_and_a_closed_one_has_none() throws Exception {
        ThreadGroup threads = new ThreadGroup("a start that succeeds");
        App app = in(threads, this::start);
        assertThat(alive(threads)).isNotEmpty();
        assertThat(openIn(data)).isNotEmpty();

        app.close();
        Gateway.await("its threads to end", () -> alive(threads).isEmpty());
        assertThat(openIn(data)).isEmpty();
    }

    private static int status(App app) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI ready = URI.create("http://127.0.0.1:" + app.port() + "/health/ready");
            return client.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static void assertFree(int port) throws IOException {
        new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close();
    }

    /** A thread belongs to its creator's group: these are the start's own threads, even if others run at the same time. */
    private static <T> T in(ThreadGroup threads, Supplier<T> work) throws Exception {
        AtomicReference<T> made = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(threads, () -> {
            try {
                made.set(work.get());
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new Exception(thrown);
        }
        return made.get();
    }

    /** Ignores threads of the JVM and of libraries that exist once in a process. */
    private static List<String> alive(ThreadGroup threads) {
        Thread[] all = new Thread[threads.activeCount() + 64];
        int count = threads.enumerate(all);
        return Arrays.stream(all, 0, count).map(Thread::getName).toList();
    }

    static boolean canListOpenFiles() {
        return Files.isDirectory(Path.of("/proc/self/fd"));
    }

    private static List<Path> openIn(Path folder) throws IOException {
        if (!canListOpenFiles()) {
            return List.of();
        }
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .flatMap(FailedStartTest::target)
                    .filter(file -> file.startsWith(folder))
                    .toList();
        }
    }

    private static Stream<Path> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor));
        } catch (IOException e) {
            return Stream.of(); // closed in the meantime
        }
    }
}
