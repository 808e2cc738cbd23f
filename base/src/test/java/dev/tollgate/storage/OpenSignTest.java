package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Books whose newest commits are lost with the write-ahead log. A copy of the files of open books is what a crash leaves. */
@Timeout(120)
class OpenSignTest {

    private static final List<String> ALL =
            List.of("tollgate.db", "tollgate.db-wal", "tollgate.db-shm", "tollgate.open");

    private static final long SEED = Long.getLong("seed", 26);
    private static final int ROUNDS = Integer.getInteger("rounds", 1);

    @TempDir
    Path folder;

    private Path crashed;
    private Database database;
    private Writer writer;

    @BeforeEach
    void open() throws IOException {
        crashed = Files.createDirectory(folder.resolve("crashed"));
        database = Database.open(Migrated.in(folder.resolve("running")));
        writer = database.startWriter(List.of(new Notes()));
        note("first");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void note(String name) {
        writer.commitAndWait(Unit.of(new Notes.Note(name)));
    }

    private void crash(List<String> left) throws IOException {
        for (String name : left) {
            Files.copy(folder.resolve("running").resolve(name), crashed.resolve(name));
        }
    }

    private void assertThatItIsNoticed() throws IOException {
        String before = content(crashed);
        for (Runnable use : List.<Runnable>of(
                () -> Database.openReading(crashed).close(),
                () -> Database.open(crashed).close(),
                () -> Installation.migrate(crashed),
                () -> ServerMove.run(crashed, "jdbc:postgresql://127.0.0.1:9/none", _ -> ""))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("newest calls of this installation are missing")
                    .hasMessageContaining(crashed.resolve("tollgate.db-wal").toString())
                    .hasMessageContaining("delete " + crashed.resolve("tollgate.open"));
        }
        assertThat(content(crashed)).isEqualTo(before); // without the log's index, which SQLite builds to read
    }

    private void assertThatTheLogIsOlder() throws IOException {
        String before = content(crashed);
        for (Runnable use : List.<Runnable>of(
                () -> Database.openReading(crashed).close(),
                () -> Database.open(crashed).close(),
                () -> Installation.migrate(crashed),
                () -> ServerMove.run(crashed, "jdbc:postgresql://127.0.0.1:9/none", _ -> ""))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageStartingWith("The journal " + crashed.resolve("tollgate.db-wal") + " is older than");
        }
        assertThat(content(crashed)).isEqualTo(before);
    }

    private void copyOver(String name) throws IOException {
        Files.copy(folder.resolve("running").resolve(name), crashed.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_log_of_before_the_stop_is_refused_beside_the_books(boolean hasSign) throws Exception {
        crash(ALL);
        note("second");
        database.close();
        copyOver("tollgate.db");
        if (!hasSign) {
            Files.delete(crashed.resolve("tollgate.open"));
        }
        assertThatTheLogIsOlder();
        Files.delete(crashed.resolve("tollgate.db-wal"));
        Files.delete(crashed.resolve("tollgate.db-shm"));
        Database.open(crashed).close();
        assertThat(names(crashed)).containsExactlyInAnyOrder("first", "second");
    }

    @Test
    void a_log_of_before_the_stop_is_refused_although_it_was_emptied() throws Exception {
        crash(ALL);
        note("second");
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("running/tollgate.db"));
                Statement statement = other.createStatement()) {
            statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)").close();
        }
        database.close();
        copyOver("tollgate.db");
        assertThatTheLogIsOlder();
    }

    @Test
    void a_log_of_before_a_crash_is_refused_after_the_next_start() throws Exception {
        crash(ALL);
        note("second");
        Path next = Files.createDirectory(folder.resolve("next"));
        for (String name : ALL) {
            Files.copy(folder.resolve("running").resolve(name), next.resolve(name));
        }
        Installation.migrate(next);
        Files.copy(next.resolve("tollgate.db"), crashed.resolve("tollgate.db"), StandardCopyOption.REPLACE_EXISTING);
        assertThatTheLogIsOlder();
    }

    @Test
    void a_log_of_before_is_refused_although_a_shell_was_open_at_the_stop() throws Exception {
        crash(ALL);
        note("second");
        try (Connection shell = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("running/tollgate.db"));
                Statement statement = shell.createStatement()) {
            statement.executeQuery("SELECT COUNT(*) FROM account").close();
            database.close();
        }
        copyOver("tollgate.db");
        assertThatTheLogIsOlder();
    }

    @Test
    void a_log_that_repeats_what_the_books_have_is_read() throws Exception {
        try (Connection shell = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("running/tollgate.db"));
                Statement statement = shell.createStatement()) {
            statement.executeQuery("SELECT COUNT(*) FROM account").close();
            database.close();
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            crash(List.of("tollgate.db", "tollgate.db-wal"));
            assertThat(crashed.resolve("tollgate.db-wal")).isNotEmptyFile();
        }
        Database.openReading(crashed).close();
        Database.open(crashed).close();
        assertThat(names(crashed)).containsExactly("first");
    }

    private static String content(Path folder) throws IOException {
        StringBuilder content = new StringBuilder();
        for (String name : ALL) {
            Path file = folder.resolve(name);
            if (!name.endsWith("-shm") && Files.exists(file)) {
                content.append(name)
                        .append(' ')
                        .append(Arrays.hashCode(Files.readAllBytes(file)))
                        .append('\n');
            }
        }
        return content.toString();
    }

    @Test
    void a_lost_log_is_noticed_by_each_opening_until_it_is_back() throws Exception {
        crash(List.of("tollgate.db", "tollgate.open"));
        assertThatItIsNoticed();
        crash(List.of("tollgate.db-wal"));
        Database.openReading(crashed).close();
        assertThat(names(crashed)).containsExactly("first");
        Database.open(crashed).close();
        assertThat(crashed.resolve("tollgate.open")).doesNotExist();
    }

    @Test
    void a_lost_log_is_noticed_although_its_index_exists() throws Exception {
        crash(List.of("tollgate.db", "tollgate.db-shm", "tollgate.open"));
        assertThatItIsNoticed();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 31, 32, 4_000})
    void a_log_that_is_cut_is_noticed(long bytes) throws Exception {
        crash(List.of("tollgate.db", "tollgate.db-wal", "tollgate.open"));
        try (RandomAccessFile log =
                new RandomAccessFile(crashed.resolve("tollgate.db-wal").toFile(), "rw")) {
            log.setLength(bytes);
        }
        assertThatItIsNoticed();
    }

    @Test
    void a_log_that_is_cut_behind_its_first_commit_is_noticed() throws Exception {
        long first = Files.size(folder.resolve("running/tollgate.db-wal"));
        note("second");
        crash(List.of("tollgate.db", "tollgate.db-wal", "tollgate.open"));
        try (RandomAccessFile log =
                new RandomAccessFile(crashed.resolve("tollgate.db-wal").toFile(), "rw")) {
            log.setLength(first);
        }
        assertThatItIsNoticed();
    }

    @Test
    void a_log_that_grew_again_after_another_program_is_not_cut() throws Exception {
        for (int i = 0; i < 20; i++) {
            note("note " + i);
        }
        crash(List.of("tollgate.db", "tollgate.db-wal", "tollgate.open"));
        new OpenSign(new SqliteFile(crashed)).checkAndRemove();
        Path again = Files.createDirectory(folder.resolve("again"));
        try (Connection migrating = DriverManager.getConnection("jdbc:sqlite:" + crashed.resolve("tollgate.db"));
                Statement statement = migrating.createStatement()) {
            statement.execute("UPDATE account SET name = 'other'");
            for (String name : List.of("tollgate.db", "tollgate.db-wal")) {
                Files.copy(crashed.resolve(name), again.resolve(name));
            }
            if (Files.exists(crashed.resolve("tollgate.open"))) {
                Files.copy(crashed.resolve("tollgate.open"), again.resolve("tollgate.open"));
            }
        }
        Database.open(again).close();
    }

    @Test
    void a_start_during_a_read_keeps_the_sign() throws Exception {
        crash(ALL);
        try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + crashed.resolve("tollgate.db"));
                Statement statement = reader.createStatement()) {
            statement.executeQuery("SELECT 1 FROM account").close();
            new OpenSign(new SqliteFile(crashed)).checkAndRemove();
            assertThat(crashed.resolve("tollgate.open")).exists();
            Path again = Files.createDirectory(folder.resolve("again"));
            for (String name : List.of("tollgate.db", "tollgate.open")) {
                Files.copy(crashed.resolve(name), again.resolve(name));
            }
            assertThatThrownBy(() -> Database.open(again).close()).isInstanceOf(CannotOpen.class);
        }
    }

    @Test
    void a_backup_with_the_log_of_other_books_is_refused() throws Exception {
        crash(List.of("tollgate.db-wal", "tollgate.open"));
        database.backupTo(crashed.resolve("tollgate.db"));
        String before = content(crashed);
        for (Runnable use :
                List.<Runnable>of(() -> Database.openReading(crashed).close(), () -> Database.open(crashed)
                        .close())) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("is a backup")
                    .hasMessageContaining("Delete " + crashed.resolve("tollgate.db-wal"));
        }
        assertThat(content(crashed)).isEqualTo(before);
        Files.delete(crashed.resolve("tollgate.db-wal"));
        Database.open(crashed).close();
    }

    @Test
    void commits_after_a_checkpoint_are_missed_too() throws Exception {
        long before = Files.size(folder.resolve("running/tollgate.db"));
        String sign = sign();
        writer.commitAndWait(Unit.of(new Notes.Note("x".repeat(2_000 * 4_096)))); // more than a checkpoint waits for
        assertThat(Files.size(folder.resolve("running/tollgate.db"))).isGreaterThan(before);
        assertThat(sign()).isEqualTo(sign);
        note("after");
        assertThat(sign()).isNotEqualTo(sign);
        crash(List.of("tollgate.db", "tollgate.open"));
        assertThatItIsNoticed();
    }

    private String sign() throws IOException {
        return Files.readString(folder.resolve("running/tollgate.open")).substring(0, 19);
    }

    @Test
    void a_log_that_another_program_took_in_is_not_missed() throws Exception {
        crash(List.of("tollgate.db", "tollgate.db-wal", "tollgate.open"));
        assertThat(names(crashed)).containsExactly("first"); // the last to close it takes the log in
        assertThat(crashed.resolve("tollgate.db-wal")).doesNotExist();
        Database.openReading(crashed).close();
        Database.open(crashed).close();
    }

    @Test
    void commands_over_crashed_books_miss_nothing_afterwards() throws Exception {
        crash(ALL);
        try (Database reading = Database.openReading(crashed)) {
            assertThat(reading.findDamage()).isEmpty();
        }
        Installation.migrate(crashed);
        Database.open(crashed).close();
        assertThat(names(crashed)).containsExactly("first");
    }

    @Test
    void a_restored_backup_is_opened_in_spite_of_the_sign() throws Exception {
        crash(List.of("tollgate.db", "tollgate.open"));
        assertThatItIsNoticed();
        Files.delete(crashed.resolve("tollgate.db"));
        database.backupTo(crashed.resolve("tollgate.db"));
        note("later");
        Database.openReading(crashed).close();
        Database.open(crashed).close();
        assertThat(names(crashed)).containsExactly("first");
    }

    @Test
    void deleting_the_sign_accepts_the_loss() throws Exception {
        crash(List.of("tollgate.db", "tollgate.open"));
        Files.delete(crashed.resolve("tollgate.open"));
        Database.open(crashed).close();
    }

    /** The log grows while a reader holds it, SQLite cuts it when it restarts, and a checkpoint takes it in now and then. */
    @Test
    void a_whole_copy_is_opened_at_any_time() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            try (Connection reader =
                            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("running/tollgate.db"));
                    Statement statement = reader.createStatement()) {
                reader.setAutoCommit(false);
                statement.executeQuery("SELECT COUNT(*) FROM account").close();
                for (int i = 0; i < 4; i++) {
                    note(random.nextInt() + "x".repeat(random.nextInt(12 << 20)));
                }
            }
            for (int i = 0; i < 3; i++) {
                note(random.nextInt() + "y".repeat(random.nextInt(9_000)));
                crash(ALL);
                Database.openReading(crashed).close();
                Database.open(crashed).close();
                assertThat(crashed.resolve("tollgate.open")).as("seed %d", SEED).doesNotExist();
                for (String name : names()) {
                    Files.delete(crashed.resolve(name));
                }
            }
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(crashed)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void a_stop_removes_the_sign_unless_a_reader_holds_the_log() throws Exception {
        Path running = folder.resolve("running");
        assertThat(running.resolve("tollgate.open")).isNotEmptyFile();
        try (Database reading = Database.openReading(running)) {
            reading.read(sql -> 1);
            database.close();
            assertThat(running.resolve("tollgate.open")).exists();
        }
        Database.open(running).close();
        assertThat(running.resolve("tollgate.open")).doesNotExist();
    }

    private static List<String> names(Path folder) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM account")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }
}
