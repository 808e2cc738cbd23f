package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {

    @TempDir
    Path folder;

    private Database running;
    private Writer writer;

    @BeforeEach
    void open() {
        running = Database.open(Migrated.in(folder.resolve("data")));
        writer = running.startWriter(List.of(new Notes()));
        writer.commitAndWait(Unit.of(new Notes.Note("kept")));
    }

    @AfterEach
    void close() {
        running.close();
    }

    @Test
    void a_backup_in_an_empty_data_folder_is_the_restore() throws IOException {
        backup(folder.resolve("backup.db"));
        assertThat(restored(folder.resolve("backup.db"))).isEqualTo(1);
    }

    @Test
    void a_backup_under_load_holds_all_that_was_committed_before_it_and_is_whole() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread load = Thread.ofPlatform().start(() -> {
            for (int i = 0; !over.get(); i++) {
                writer.commitAndWait(Unit.of(new Notes.Note("a" + i), new Notes.Note("b" + i)));
            }
        });
        try {
            for (int i = 0; i < 10; i++) {
                long before = count(running);
                backup(folder.resolve(i + ".db"));
                long copied = restored(folder.resolve(i + ".db"));
                assertThat(copied).isBetween(before, count(running));
                assertThat(copied % 2).as("no half of a unit").isEqualTo(1);
            }
        } finally {
            over.set(true);
            load.join();
        }
    }

    @Test
    void a_backup_replaces_nothing() throws IOException {
        Path file = Files.writeString(folder.resolve("backup.db"), "precious");
        assertThatThrownBy(() -> backup(file))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("There is a file " + file + " already; a backup replaces nothing.");
        assertThat(file).hasContent("precious");
        assertNothingElse("backup.db");
    }

    @Test
    void publishing_replaces_nothing_on_a_file_system_without_links() throws IOException {
        Path made = Files.writeString(folder.resolve("made"), "copy");
        // Links do not cross file systems: the system refuses them as FAT does.
        Path file =
                Path.of("/dev/shm/tollgate-backup-" + ProcessHandle.current().pid() + ".db");
        try {
            Backup.publish(made, file);
            assertThat(file).hasContent("copy");
            Path other = Files.writeString(folder.resolve("other"), "other");
            assertThatThrownBy(() -> Backup.publish(other, file)).isInstanceOf(FileAlreadyExistsException.class);
            assertThat(file).hasContent("copy");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Test
    void a_copy_that_may_not_go_on_is_given_up() {
        assertThat(running.copyInto(folder.resolve("whole.db"), () -> true)).isTrue();
        assertThat(running.copyInto(folder.resolve("none.db"), () -> false)).isFalse();
    }

    @Test
    void a_backup_into_a_folder_that_is_not_there_is_refused_with_a_sentence() {
        assertThatThrownBy(() -> backup(folder.resolve("none/backup.db")))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("There is no folder " + folder.resolve("none") + " for the backup.");
    }

    @Test
    void a_backup_is_private_and_leaves_no_other_file() throws IOException {
        backup(folder.resolve("backup.db"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("backup.db"))))
                .isEqualTo("rw-------");
        assertNothingElse("backup.db");
    }

    @Test
    void a_backup_that_fails_leaves_nothing_behind() throws Exception {
        Path other = folder.resolve("other");
        Database.open(other).close();
        try (Database reading = Database.openReading(other)) {
            Files.writeString(other.resolve("tollgate.db"), "no database any more");
            assertThatThrownBy(() -> reading.backupTo(folder.resolve("backup.db")))
                    .isInstanceOf(StoreUnavailable.class);
        }
        assertNothingElse("other");
    }

    private void backup(Path file) {
        try (Database reading = Database.openReading(folder.resolve("data"))) {
            reading.backupTo(file);
        }
    }

    private long restored(Path file) throws IOException {
        Path empty = Files.createTempDirectory(folder, "restored");
        Files.copy(file, empty.resolve("tollgate.db"));
        try (Database database = Database.open(empty)) {
            return count(database);
        }
    }

    private static long count(Database database) {
        return database.read(sql -> sql.number("SELECT COUNT(*) FROM account"));
    }

    private void assertNothingElse(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("data", name);
        }
    }
}
