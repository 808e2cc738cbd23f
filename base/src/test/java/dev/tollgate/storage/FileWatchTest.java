package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of the embedded database by other processes while it is open. */
@Timeout(240)
class FileWatchTest {

    @TempDir
    Path folder;

    private Database database;
    private Writer writer;
    private final CountDownLatch gone = new CountDownLatch(1);

    @BeforeEach
    void open() {
        database = Database.open(Migrated.in(folder));
        database.whenGone(gone::countDown);
        writer = database.startWriter(List.of(new Notes()));
        writer.commitAndWait(Unit.of(new Notes.Note("before")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tollgate.db", "tollgate.lock", "tollgate.db-wal", "tollgate.db-shm"})
    void a_file_that_is_deleted_is_missed_although_nothing_is_written(String name) throws Exception {
        Files.delete(folder.resolve(name));
        assertThatTheBooksAreGone();
    }

    @Test
    void a_deleted_database_is_not_created_again() throws Exception {
        Files.delete(folder.resolve("tollgate.db"));
        assertThatTheBooksAreGone();
        assertThat(folder.resolve("tollgate.db")).doesNotExist();
    }

    @Test
    void a_file_that_is_replaced_by_its_own_copy_is_missed() throws Exception {
        Path copy = folder.resolve("copy");
        Files.copy(folder.resolve("tollgate.db"), copy);
        Files.move(copy, folder.resolve("tollgate.db"), StandardCopyOption.REPLACE_EXISTING);
        assertThatTheBooksAreGone();
    }

    /** As {@code cp} does with a backup: the file stays the same to the file system. */
    @Test
    void a_file_that_is_written_over_is_missed() throws Exception {
        byte[] content = Files.readAllBytes(folder.resolve("tollgate.db"));
        Files.write(folder.resolve("tollgate.db"), content);
        assertThatTheBooksAreGone();
    }

    @Test
    void a_folder_that_is_moved_away_is_missed() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        for (String name : List.of("tollgate.db", "tollgate.db-wal", "tollgate.db-shm", "tollgate.lock")) {
            Files.move(folder.resolve(name), elsewhere.resolve(name));
        }
        assertThatTheBooksAreGone();
    }

    @Test
    void a_row_written_by_another_process_is_noticed() throws Exception {
        change("UPDATE account SET name = 'else' WHERE id = 'before'");
        assertThatTheBooksAreGone();
    }

    @Test
    void who_only_reads_is_no_foreign_hand() throws Exception {
        try (Database reading = Database.openReading(folder)) {
            reading.backupTo(folder.resolve("backup"));
            long names = reading.read(sql -> sql.number("SELECT COUNT(*) FROM account"));
            assertThat(names).isEqualTo(1);
        }
        assertThatNothingIsMissed();
    }

    /** The writer's connection is closed after a commit that failed, and its checkpoints write to the file. */
    @Test
    void what_the_writer_does_itself_is_no_foreign_hand() {
        for (int i = 0; i < 20; i++) {
            Unit bad = Unit.of(new Notes.Bad(new IllegalStateException("broken")));
            assertThatThrownBy(() -> writer.commitAndWait(bad)).isInstanceOf(StoreException.class);
            writer.commitAndWait(Unit.of(new Notes.Note("n" + i)));
            database.read(sql -> sql.has("SELECT 1 FROM account"));
        }
        // Too much for the log: a checkpoint follows.
        writer.commitAndWait(Unit.of(new Notes.Note("x".repeat(9 << 20))));
        assertThat(folder.resolve("tollgate.db").toFile().length()).isGreaterThan(16 << 20);
        assertThatNothingIsMissed();
    }

    private void assertThatNothingIsMissed() {
        assertThatNothingIsMissedBy(writer);
        assertThat(gone.getCount()).isEqualTo(1);
    }

    private static void assertThatNothingIsMissedBy(Writer writer) {
        long end = System.nanoTime() + 3 * Pulse.ASK_EVERY.toNanos(); // so long that it was looked at twice
        for (int i = 0; System.nanoTime() < end; i++) {
            writer.commitAndWait(Unit.of(new Notes.Note("after" + i)));
        }
        assertThat(writer.complaint()).isNull();
    }

    private void assertThatTheBooksAreGone() {
        Await.until("a loss", () -> gone.getCount() == 0);
        Await.until("a complaint", () -> writer.complaint() != null);
        assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("into nothing"))))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("tollgate.db");
        assertThatThrownBy(() -> database.read(connection -> 1)).isInstanceOf(StoreUnavailable.class);
        assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("for good"))))
                .isInstanceOf(StoreUnavailable.class);
        assertThat(writer.complaint()).isNotNull();
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void a_database_that_others_may_write_to_is_watched_for_its_files_only() throws IOException, SQLException {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (Database shared = Database.open(other, true)) {
            Writer written = shared.startWriter(List.of(new Notes()));
            written.commitAndWait(Unit.of(new Notes.Note("before")));
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other.resolve("tollgate.db"));
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE account SET name = 'else'");
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            assertThatNothingIsMissedBy(written);
            Files.delete(other.resolve("tollgate.db"));
            Await.until("a complaint", () -> written.complaint() != null);
        }
    }
}
