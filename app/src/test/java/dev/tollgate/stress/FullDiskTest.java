package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk takes nothing more while calls run: the kernel refuses whatever would make a file longer, and later takes it again. The
 * program runs as a process of its own, which is what such a limit can be set for.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
@Order(4)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class FullDiskTest {

    private static final int CALLERS = 12;
    /** A refusal comes at once: without a pause callers would do nothing but keep both processors busy. */
    private static final long AFTER_REFUSAL_NANOS = 10_000_000;

    private static final int REFUSED_LEAST = 30;
    private static final long ROOM_BYTES = 200_000;
    private static final long DISK_BYTES = 48 << 20;
    private static final String ACCOUNT = "acc_RICH0";

    @TempDir
    Path data;

    private final Queue<CrashCaller.Heard> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final long seed = Effort.seed("disk.seed");
    private volatile boolean over;
    private volatile Path books;

    @Test
    void a_full_disk_refuses_calls_loses_nothing_and_is_forgotten_when_there_is_room() throws Exception {
        run(Program.command(), data, gateway -> {
            limit(gateway, Long.toString(longestFile() + ROOM_BYTES));
            awaitRefusals();
            limit(gateway, "unlimited");
            awaitAnswersAgain();
        });
    }

    /** The write-ahead log cannot restart while a reader still uses it. */
    @Test
    void a_full_log_restarts_when_its_reader_has_left() throws Exception {
        run(Program.command(), data, gateway -> {
            try (Connection reader = reading(data)) {
                awaitAnswersAgain();
                limit(gateway, Long.toString(longestFile() + ROOM_BYTES));
                awaitRefusals();
            }
            awaitAnswersAgain();
        });
    }

    /** A restart of the log needs space: a checkpoint first writes the log's pages to the tables, which grow. */
    @Test
    void a_log_that_fills_the_disk_can_still_restart() throws Exception {
        assumeTrue(mayMount(), "NOT RUN: a process may not have a disk of its own here");
        Path seed = Files.createDirectory(data.resolve("seed"));
        Path disk = Files.createDirectory(data.resolve("disk"));
        run(onSmallDisk(seed, disk), disk, seed, gateway -> {
            try (LongReader reader = new LongReader(gateway, disk)) {
                awaitRefusals();
            }
            awaitAnswersAgain();
        });
    }

    /** With the key that the books were made with. */
    private static Map<String, String> environment(CrashFarSide farSide) {
        Map<String, String> environment = new HashMap<>(GatewayProcess.upstream(farSide.url()));
        environment.put("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        return environment;
    }

    private interface Trouble {
        void with(GatewayProcess gateway) throws Exception;
    }

    private void run(List<String> program, Path folder, Trouble trouble) throws Exception {
        run(program, folder, folder, trouble);
    }

    /** @param seed where the books are made */
    private void run(List<String> program, Path folder, Path seed, Trouble trouble) throws Exception {
        String key;
        try (KeysFixture store = new KeysFixture(seed)) {
            store.account(ACCOUNT, 1_000_000_000_000L);
            key = store.key("key_1", ACCOUNT, KeySettings.named("disk")).reveal();
        }
        try (CrashFarSide farSide = new CrashFarSide();
                HttpClient client = HttpClient.newHttpClient();
                GatewayProcess gateway = GatewayProcess.begin(program, folder, environment(farSide))) {
            gateway.awaitReady(client);
            List<Thread> callers = Stream.generate(
                            () -> Thread.ofVirtual().start(() -> callOnAndOn(farSide, gateway.port(), key)))
                    .limit(CALLERS)
                    .toList();
            Gateway.await("answers", () -> count(CrashCaller.Ending.WHOLE) >= CALLERS);
            trouble.with(gateway);
            over = true;
            for (Thread caller : callers) {
                caller.join();
            }
            Gateway.await("all holds to be back", () -> {
                books = folder.equals(seed) ? folder : copied(seen(gateway, folder));
                return held() == 0;
            });
            assertThatNothingIsLost(farSide);
        }
    }

    private void awaitRefusals() {
        Gateway.await("refusals", () -> count(CrashCaller.Ending.REFUSED) >= REFUSED_LEAST);
    }

    private void awaitAnswersAgain() {
        long before = count(CrashCaller.Ending.WHOLE);
        Gateway.await("answers again", () -> count(CrashCaller.Ending.WHOLE) >= before + CALLERS);
    }

    /** Somebody who has begun to read what is in the books now, and has not ended. */
    private static Connection reading(Path folder) throws SQLException {
        Connection reader = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
        reader.setAutoCommit(false);
        try (Statement statement = reader.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM account")) {
            assertThat(row.getLong(1)).isPositive();
        }
        return reader;
    }

    private static boolean mayMount() throws IOException, InterruptedException {
        return new ProcessBuilder(
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--mount",
                                "mount",
                                "-t",
                                "tmpfs",
                                "none",
                                "/mnt")
                        .start()
                        .waitFor()
                == 0;
    }

    /** The program on a disk of its own, which first holds a copy of another folder. */
    private static List<String> onSmallDisk(Path seed, Path folder) {
        List<String> program = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + DISK_BYTES
                        + " none \"$1\" && cp -a \"$0\"/. \"$1\" && shift && exec \"$@\"",
                seed.toString(),
                folder.toString()));
        program.addAll(Program.command());
        return program;
    }

    /** A database finds its other files by its path, and there is none to a disk that only the program has. */
    private Path copied(Path folder) {
        try {
            Path copy = Files.createTempDirectory(data, "copy");
            for (String name : List.of("tollgate.db", "tollgate.db-wal")) {
                Files.copy(folder.resolve(name), copy.resolve(name));
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder as the program sees it. */
    private static Path seen(GatewayProcess gateway, Path folder) {
        return Path.of("/proc/" + gateway.pid() + "/root" + folder);
    }

    private void assertThatNothingIsLost(CrashFarSide farSide) {
        assertThat(new CrashBooks(CrashDatabase.file(books))
                        .compare(
                                Map.of(CallPlan.Wallet.RICH, ACCOUNT),
                                new ArrayList<>(heard),
                                farSide,
                                new CrashBooks.Totals()))
                .as("-Ddisk.seed=" + seed)
                .isEmpty();
        assertThat(heard.stream().filter(one -> one.ending() == CrashCaller.Ending.REFUSED))
                .allSatisfy(one -> {
                    assertThat(one.error()).isEqualTo("internal_error");
                    assertThat(one.status()).isIn(503, 200); // 200 where the stream had begun
                });
        assertThat(count(CrashCaller.Ending.LOST)).isZero();
        assertThatBothCommitsHaveMetIt();
    }

    /** A call that was admitted has a task: its charge was refused. One whose hold was refused has none. */
    private void assertThatBothCommitsHaveMetIt() {
        long admitted = Calls.count(this::number, "ending = 'failed' AND error_code = 'internal_error'");
        assertThat(admitted).as("calls whose charge was refused").isPositive();
        assertThat(count(CrashCaller.Ending.REFUSED) - admitted)
                .as("calls whose hold was refused")
                .isPositive();
    }

    private void callOnAndOn(CrashFarSide farSide, int port, String key) {
        while (!over) {
            CallPlan plan = plan();
            farSide.expect(plan);
            CrashCaller.Heard answer = CrashCaller.call(plan, port, key);
            heard.add(answer);
            if (answer.ending() == CrashCaller.Ending.REFUSED) {
                LockSupport.parkNanos(AFTER_REFUSAL_NANOS);
            }
        }
    }

    /** As the crash trials draw them, but all of one account, and with an upstream that is well. */
    private CallPlan plan() {
        return CallPlan.draw(seed, 0, lastNumber.incrementAndGet()).untroubled(false);
    }

    private long count(CrashCaller.Ending ending) {
        return heard.stream().filter(one -> one.ending() == ending).count();
    }

    private long longestFile() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.mapToLong(file -> file.toFile().length()).max().orElseThrow();
        }
    }

    private static void limit(GatewayProcess gateway, String bytes) throws IOException, InterruptedException {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(gateway.pid()), "--fsize=" + bytes + ":")
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private long held() {
        return number("SELECT COUNT(*) FROM open_hold");
    }

    private long number(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + books.resolve("tollgate.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
