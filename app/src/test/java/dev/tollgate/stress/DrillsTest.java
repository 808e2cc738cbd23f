package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.stress.StreamCallers.Ending;
import dev.tollgate.stress.StreamCallers.Heard;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on a Friday: each ends with books that add up. */
@EnabledIf("dev.tollgate.testing.Effort#isLong")
@EnabledOnOs(OS.LINUX)
@Timeout(900)
class DrillsTest {

    private static final int CALLERS = 8;
    private static final Duration STOPPED = Duration.ofSeconds(60);

    /** Each is an open file. Here those that only tests need are open, too, and come on top of the 256. */
    private static final int LIBRARIES_SHIPPED = 70;

    /** From the last renewal on, and until another node looks. */
    private static final long HOLDS_BACK_SECONDS_MAX = 35;

    @TempDir
    Path folder;

    private final PacedUpstream upstream = new PacedUpstream(10, 100);
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<GatewayProcess> servers = new ArrayList<>();

    @AfterEach
    void end() {
        servers.forEach(GatewayProcess::close);
        upstream.close();
        client.close();
    }

    private GatewayProcess start(DrillBooks books, List<String> program, String... settings) throws IOException {
        GatewayProcess server = books.begin(
                        program, folder.resolve("data" + servers.size()), DrillBooks.freePort(), settings)
                .awaitReady(client);
        servers.add(server);
        return server;
    }

    @Test
    void killing_one_of_two_servers_disturbs_no_caller_of_the_other() throws Exception {
        DrillBooks books = new DrillBooks(Postgres.migrated(), upstream);
        GatewayProcess one = start(books, Program.command());
        GatewayProcess two = start(books, Program.command());
        try (StreamCallers ofOne = new StreamCallers(one.port(), CALLERS);
                StreamCallers ofTwo = new StreamCallers(two.port(), CALLERS)) {
            ofOne.awaitWhole(CALLERS);
            Gateway.await("calls of both", () -> books.number("SELECT COUNT(DISTINCT node_id) FROM open_hold") == 2);
            ofOne.awaitBeginning();
            one.kill();
            long killed = System.nanoTime();
            List<Heard> lost = ofOne.end();
            assertThat(lost.stream().filter(it -> it.ending() == Ending.CUT)).isNotEmpty();
            Gateway.await("the dead node to be gone", () -> books.number("SELECT COUNT(*) FROM node") == 1);
            Gateway.await(
                    "its holds to be back",
                    () -> books.number("SELECT COUNT(*) FROM open_hold WHERE node_id NOT IN (SELECT id FROM node)")
                            == 0);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killed);
            System.out.println("holds of a killed server were back after " + seconds + " s");
            assertThat(seconds).isLessThanOrEqualTo(HOLDS_BACK_SECONDS_MAX);
            List<Heard> others = ofTwo.end();
            assertThat(others).hasSizeGreaterThan(CALLERS).allMatch(it -> it.ending() == Ending.WHOLE);
            books.assertWhole();
            // A caller that received the end has paid; a caller that was cut off has not, unless the charge was being
            // sent.
            long whole = others.size()
                    + lost.stream().filter(it -> it.ending() == Ending.WHOLE).count();
            assertThat(Calls.count(books::number, "ending = 'completed'")).isBetween(whole, whole + CALLERS);
        }
    }

    /** As a cluster starts them: the schema, the first operator, the first account and the first key to sign with are made once. */
    @Test
    void five_servers_that_start_at_once_over_an_empty_database_all_come_up() throws Exception {
        DrillBooks books = new DrillBooks(Postgres.empty(), upstream);
        List<String> program = Program.command();
        for (int i = 0; i < 5; i++) {
            servers.add(books.begin(program, folder.resolve("data" + i), DrillBooks.freePort()));
        }
        for (GatewayProcess server : servers) {
            server.awaitReady(client);
        }
        assertThat(servers)
                .as("one has migrated")
                .filteredOn(it -> !it.log().contains("another program migrates the database; waiting for it"))
                .hasSize(1);
        assertThat(books.number("SELECT COUNT(*) FROM node WHERE state = 'ready'"))
                .isEqualTo(5);
        for (String once : List.of(
                "person WHERE role = 'operator'",
                "account WHERE id = 'acc_demo'",
                "signing_key",
                "tollgate_schema WHERE version = 1")) {
            assertThat(books.number("SELECT COUNT(*) FROM " + once)).as(once).isEqualTo(1);
        }
        for (GatewayProcess server : servers) {
            Heard heard = StreamCallers.call(server.port());
            assertThat(heard.ending()).as(heard.toString()).isEqualTo(Ending.WHOLE);
        }
        books.assertWhole();
    }

    @Test
    void postgresql_stands_still_for_a_minute() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .start()) {
            DrillBooks books = new DrillBooks(Postgres.migratedOn(postgres), upstream);
            GatewayProcess server = start(books, Program.command());
            ProcessHandle postmaster = ProcessHandle.of(
                            Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                                    .getFirst()))
                    .orElseThrow();
            try (StreamCallers callers = new StreamCallers(server.port(), CALLERS)) {
                callers.awaitWhole(2 * CALLERS);
                long before = residentKilobytes(server);
                long stopped = System.nanoTime();
                signal("STOP", postmaster);
                try {
                    Gateway.await("unreadiness", () -> readiness(server) != 200);
                    long unready = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped);
                    Gateway.await("the end of the lease", () -> server.log().contains("has lost its lease"));
                    long lost = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped);
                    System.out.println(
                            "unready after " + unready + " ms, the lease was given up after " + lost + " ms");
                    assertThat(unready).isLessThan(2_500);
                    assertThat(lost).isLessThan(20_000);
                    assertNobodyWaits(server);
                    Gateway.await("the end of the minute", () -> System.nanoTime() - stopped > STOPPED.toNanos());
                    assertNobodyWaits(server);
                } finally {
                    signal("CONT", postmaster);
                }
                long continued = System.nanoTime();
                long most = residentKilobytes(server);
                Gateway.await("readiness", () -> readiness(server) == 200);
                System.out.println("ready again after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - continued) + " ms; resident " + before
                        + " kB, then " + most + " kB");
                callers.awaitWhole(2 * CALLERS);
                callers.end();
                assertThat(most - before).isLessThan(100_000);
                books.assertWhole();
            }
        }
    }

    /** Whoever comes now hears at once when to come again. Those who came before may wait for what became of their charge. */
    private static void assertNobodyWaits(GatewayProcess server) {
        for (int i = 0; i < 20; i++) {
            Heard heard = StreamCallers.call(server.port());
            assertThat(heard.status()).as(heard.toString()).isEqualTo(503);
            assertThat(heard.text()).containsIgnoringCase("retry-after: ");
            assertThat(heard.millis()).isLessThan(2_000);
        }
    }

    private static void signal(String name, ProcessHandle postmaster) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        Stream.concat(Stream.of(postmaster), postmaster.descendants())
                .forEach(process -> command.add(Long.toString(process.pid())));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private int readiness(GatewayProcess server) {
        try {
            return server.readiness(client);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long residentKilobytes(GatewayProcess server) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_full_disk_for_the_log_disturbs_no_caller() throws Exception {
        assumeTrue(mayMount(), "NOT RUN: a process may not have a disk of its own here");
        Path disk = Files.createDirectory(folder.resolve("log"));
        List<String> program = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\" 2>\"$0\"/log",
                disk.toString()));
        program.addAll(Program.command());
        DrillBooks books = new DrillBooks(Postgres.migrated(), new PacedUpstream(2, 1));
        GatewayProcess server = start(books, program, "--http-access-log", "true");
        Path seen = Path.of("/proc/" + server.pid() + "/root" + disk.resolve("log"));
        try (StreamCallers callers = new StreamCallers(server.port(), CALLERS)) {
            Gateway.await("a full disk", () -> length(seen) >= 64 << 10);
            callers.awaitWhole(20 * CALLERS);
            Files.writeString(seen, ""); // as who rotates it by copying
            Gateway.await("lines again", () -> length(seen) > 0);
            List<Heard> heard = callers.end();
            System.out.println(heard.size() + " streams while the log's disk was full and after");
            assertThat(heard).allMatch(it -> it.ending() == Ending.WHOLE);
        }
        books.assertWhole();
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
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

    @Test
    void a_stranger_with_400_connections_excludes_no_caller_at_256_files() throws Exception {
        DrillBooks books = new DrillBooks(Postgres.migrated(), upstream);
        List<String> command = Program.command();
        int libraries = command.get(command.indexOf("-cp") + 1).split(File.pathSeparator).length;
        List<String> program = new ArrayList<>(List.of("prlimit", "--nofile=" + (256 - LIBRARIES_SHIPPED + libraries)));
        program.addAll(command);
        GatewayProcess server = start(books, program);
        List<Socket> idle = new ArrayList<>();
        try (StreamCallers callers = new StreamCallers(server.port(), CALLERS)) {
            callers.awaitWhole(CALLERS);
            InetAddress stranger = InetAddress.getByName("127.0.0.2");
            for (int i = 0; i < 400; i++) {
                idle.add(new Socket("127.0.0.1", server.port(), stranger, 0));
            }
            Duration before = processor(server);
            for (int i = 0; i < 20; i++) {
                try (HttpClient prober = HttpClient.newHttpClient()) { // over a connection that is new
                    assertThat(server.readiness(prober)).isEqualTo(200);
                }
                Thread.sleep(100);
            }
            System.out.println("two seconds beside 400 connections took "
                    + processor(server).minus(before).toMillis() + " ms of a processor");
            assertThat(processor(server).minus(before)).isLessThan(Duration.ofSeconds(2));
            callers.awaitWhole(2 * CALLERS);
            for (Socket socket : idle) {
                socket.close();
            }
            assertThat(callers.end()).allMatch(it -> it.ending() == Ending.WHOLE);
        }
        assertThat(server.isAlive()).isTrue();
        books.assertWhole();
    }

    private static Duration processor(GatewayProcess server) {
        return ProcessHandle.of(server.pid())
                .orElseThrow()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO);
    }
}
