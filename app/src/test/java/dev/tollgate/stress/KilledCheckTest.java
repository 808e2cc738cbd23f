package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daily check of the books (C37) killed with SIGKILL at each of its steps: the next start makes it again, and leaves neither a half file nor another
 * book than before. {@code -Dcheck.seed} repeats the moments.
 */
@EnabledIf("dev.tollgate.testing.Effort#isLong")
@EnabledOnOs(OS.LINUX)
@Timeout(3_600)
class KilledCheckTest {

    private static final int CALLS = 400;
    private static final int EACH = Integer.getInteger("check.each", 5);
    private static final int CALLERS = 8;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

    /** A step of the check, by what can be seen from outside. */
    private enum Step {
        /** The program starts, or the check begins. */
        STARTING(2_000),
        /** It has the copy open. */
        AUDITING(1_500),
        /** It reads the copy of the day before back. */
        READING_BACK(3),
        /** It compares both, and writes down what it has found. */
        COMPARING(200),
        /** It deletes its files. */
        FORGETTING(2);

        private final int millisMax;

        Step(int millisMax) {
            this.millisMax = millisMax;
        }
    }

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Random random = new Random(Effort.seed("check.seed"));

    @AfterEach
    void end() {
        client.close();
    }

    @Test
    void a_killed_check_is_made_again_and_leaves_no_half_file() throws Exception {
        Installation sound = new Installation(folder.resolve("sound"));
        sound.make();
        Map<Step, Map<String, Integer>> seen = new EnumMap<>(Step.class);
        for (int trial = 0; trial < EACH * Step.values().length; trial++) {
            Step step = Step.values()[trial % Step.values().length];
            Installation its = sound.copiedTo(folder.resolve("trial" + trial));
            String state = its.killedAt(step, random.nextInt(step.millisMax));
            seen.computeIfAbsent(step, _ -> new TreeMap<>()).merge(state, 1, Integer::sum);
            its.checkedAgain(sound, step + ", " + state);
            Program.delete(its.place);
        }
        System.out.println("killed at, and what lay there: " + seen);
        assertThat(seen.values().stream().flatMap(it -> it.keySet().stream()))
                .as("some were killed while they worked")
                .contains("a copy");
    }

    /** A data folder and a folder with its copies. */
    private final class Installation {

        private final Path place;
        private final Path data;
        private final Path copies;

        Installation(Path place) {
            this.place = place;
            this.data = place.resolve("data");
            this.copies = place.resolve("copies");
        }

        private GatewayProcess begin(String... more) {
            return GatewayProcess.begin(
                    Program.command(),
                    data,
                    Map.of("TOLLGATE_DEMO_CREDITS", "100000", "TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY),
                    Stream.concat(Stream.of("--port", "0", "--timeouts-drain", "0ms"), Stream.of(more))
                            .toList());
        }

        private GatewayProcess begin() {
            return begin("--backup-folder", copies.toString(), "--backup-every", "24h", "--books-check", "daily");
        }

        /** Makes books with a copy of the day before, and one of today that waits for its check. */
        void make() throws Exception {
            Files.createDirectories(Migrated.in(data));
            Files.createDirectories(copies);
            try (GatewayProcess server = begin("--books-check", "off", "--backup-folder", copies.toString())
                    .awaitReady(client)) {
                call(server, CALLS);
                Gateway.await("a copy", () -> copy("*.db") != null);
                server.stop();
            }
            age(copy("*.db"));
            try (GatewayProcess server = begin().awaitReady(client)) {
                call(server, CALLS / 10);
                Gateway.await("the copy of today", () -> waiting() != null);
                server.stop();
            }
            assertThat(waiting()).isNotNull();
        }

        private void call(GatewayProcess server, int calls) throws InterruptedException {
            try (StreamCallers callers = StreamCallers.ofWholeAnswers(server.port(), CALLERS)) {
                for (int made = 0; made < calls; made += CALLERS) {
                    callers.awaitWhole(CALLERS);
                }
                callers.end();
            }
        }

        /** Makes a copy a day older, by its name. */
        private static void age(Path copy) throws IOException {
            String name = copy.getFileName().toString();
            String at = name.substring(name.indexOf('-') + 1, name.indexOf('.'));
            String older =
                    name.replace(at, STAMP.format(LocalDateTime.parse(at, STAMP).minusHours(25)));
            Path sum = copy.resolveSibling(name + ".sha256");
            Files.writeString(
                    copy.resolveSibling(older + ".sha256"),
                    Files.readString(sum).replace(name, older));
            Files.delete(sum);
            Files.move(copy, copy.resolveSibling(older));
        }

        private Path copy(String pattern) {
            try (Stream<Path> own = Files.walk(copies)) {
                return own.filter(file -> file.getFileSystem()
                                .getPathMatcher("glob:tollgate-" + pattern)
                                .matches(file.getFileName()))
                        .findFirst()
                        .orElse(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns the copy that waits or is checked; null if there is none. */
        private Path waiting() {
            try (Stream<Path> day = Files.list(data.resolve("copy/day"))) {
                return day.findFirst().orElse(null);
            } catch (NoSuchFileException e) {
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Installation copiedTo(Path other) throws IOException {
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.filter(it -> Files.isDirectory(it) || Files.isRegularFile(it))
                        .toList()) { // without the socket
                    Files.copy(file, other.resolve(place.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
            return new Installation(other);
        }

        /** Starts the program and kills it some time after a step has begun. @return what lies there then, in words */
        String killedAt(Step step, int millis) throws IOException {
            Path day = waiting();
            try (GatewayProcess server = begin()) {
                long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
                while (!hasBegun(step, server, day) && System.nanoTime() < end) {
                    LockSupport.parkNanos(100_000);
                }
                LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
                server.kill();
            }
            Path before = day.resolve("before/tollgate.db");
            if (!Files.exists(day)) {
                return "nothing";
            }
            if (!Files.exists(day.resolve("tollgate.db"))) {
                return "a folder";
            }
            return Files.exists(before)
                    ? Files.size(before) < Files.size(copyOfBefore())
                            ? "a copy and a part of the day before's"
                            : "both copies"
                    : "a copy";
        }

        private boolean hasBegun(Step step, GatewayProcess server, Path day) {
            return switch (step) {
                case STARTING -> true;
                case AUDITING -> isOpen(server, day);
                case READING_BACK -> Files.exists(day.resolve("before"));
                case COMPARING -> isRead(day.resolve("before/tollgate.db"));
                case FORGETTING -> !Files.exists(day.resolve("tollgate.db")) || isForgetting(day);
            };
        }

        private boolean wasRead;

        private boolean isForgetting(Path day) {
            wasRead |= isRead(day.resolve("before/tollgate.db"));
            return wasRead && !Files.exists(day.resolve("before/tollgate.db"));
        }

        private boolean isRead(Path before) {
            try {
                return Files.size(before) == Files.size(copyOfBefore());
            } catch (IOException e) {
                return false;
            }
        }

        private Path copyOfBefore() {
            try (Stream<Path> all = Files.walk(copies)) {
                return all.filter(file -> file.toString().endsWith(".db"))
                        .sorted()
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static boolean isOpen(GatewayProcess server, Path day) {
            try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
                return open.anyMatch(file -> target(file).startsWith(day.toString()));
            } catch (IOException | UncheckedIOException e) {
                return false;
            }
        }

        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException e) {
                return "";
            }
        }

        /** Lets the next start do what is left, and looks at everything. */
        void checkedAgain(Installation sound, String about) throws Exception {
            String name = String.valueOf(sound.waiting().getFileName());
            try (GatewayProcess server = begin().awaitReady(client)) {
                Gateway.await("the end of the check, " + about, () -> waiting() == null);
                server.stop();
            }
            try (Database books = Database.openReading(data)) {
                List<String> results = books.read(sql -> sql.list(
                        "SELECT subject || ' ' || after_json FROM audit_log WHERE action = 'books.check'",
                        row -> row.getString(1)));
                // A kill between the result and the end of the copy has it checked twice.
                assertThat(results).as(about).hasSizeBetween(1, 2);
                assertThat(results).as(about).allSatisfy(result -> assertThat(result)
                        .startsWith(name)
                        .contains("\"differences\":0"));
                assertThat(books.<Long>read(sql -> sql.number("SELECT COUNT(*) FROM call")))
                        .as(about)
                        .isEqualTo(calls(sound));
            }
            try (Stream<Path> left = Files.walk(data.resolve("copy"))) {
                assertThat(left.filter(Files::isRegularFile)).as(about).isEmpty();
            }
            assertThat(files(data)).as(about).isEqualTo(files(sound.data));
            assertThat(files(copies)).as(about).isEqualTo(files(sound.copies));
            assertThat(verified()).as(about).isEmpty();
            try (Stream<Path> all = Files.walk(copies)) {
                for (Path copy :
                        all.filter(file -> file.toString().endsWith(".db")).toList()) {
                    assertThat(Files.readString(copy.resolveSibling(copy.getFileName() + ".sha256")))
                            .as(about)
                            .startsWith(HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(copy))));
                }
            }
        }

        private static long calls(Installation sound) {
            try (Database books = Database.openReading(sound.data)) {
                return books.read(sql -> sql.number("SELECT COUNT(*) FROM call"));
            }
        }

        /** Returns the names of the files of a folder, without those of copies, what a running server has beside its database, and its socket. */
        private static List<String> files(Path folder) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.map(folder::relativize)
                        .map(Path::toString)
                        .filter(file -> !file.startsWith("copy")
                                && !file.startsWith("tollgate.db-")
                                && !file.equals("tollgate.sock"))
                        .sorted()
                        .toList();
            }
        }

        /** Returns the output of {@code ledger verify} if it finds something; empty if not. */
        private String verified() {
            StringWriter out = new StringWriter();
            PrintWriter to = new PrintWriter(out);
            int code = Main.run(new String[] {"ledger", "verify", "--data", data.toString()}, Map.of(), to, to);
            return code == 0 ? "" : out.toString();
        }
    }
}
