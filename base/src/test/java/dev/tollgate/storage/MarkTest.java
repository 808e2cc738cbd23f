package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Migrated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkTest {

    @TempDir
    Path folder;

    private Path database() {
        return folder.resolve("tollgate.db");
    }

    private void begin() {
        try (Database database = Database.open(Migrated.in(folder))) {
            database.markBegun();
        }
    }

    @Test
    void a_folder_whose_books_are_gone_begins_no_new_ones() throws Exception {
        begin();
        Files.delete(database());
        assertThatThrownBy(() -> Database.open(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("does not exist")
                .hasMessageContaining("--new-installation");
        assertThat(database()).doesNotExist();
        Files.createFile(database()); // as a program leaves it that has looked for it
        assertThatThrownBy(() -> Database.open(folder)).hasMessageContaining("is empty");
        assertThat(database()).isEmptyFile();
    }

    @Test
    void a_folder_whose_first_start_has_failed_begins_again() throws Exception {
        Database.open(folder).close();
        Files.delete(database());
        Database.open(folder).close();
    }

    @Test
    void new_books_are_begun_where_the_operator_says_so() throws Exception {
        begin();
        Files.delete(database());
        Installation.beginAfresh(folder);
        try (Database database = Database.open(folder)) {
            database.markBegun();
        }
        Database.open(folder).close();
    }

    @Test
    void existing_books_are_never_discarded() {
        begin();
        assertThatThrownBy(() -> Installation.beginAfresh(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("There are books");
        Database.open(folder).close();
    }

    @Test
    void a_backup_that_is_put_in_place_is_a_restore() throws Exception {
        begin();
        Path backup = folder.resolve("backup");
        try (Database reading = Database.openReading(folder)) {
            reading.backupTo(backup);
        }
        Files.delete(database());
        Files.move(backup, database());
        Database.open(folder).close();
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.copy(database(), elsewhere.resolve("tollgate.db"));
        Files.copy(folder.resolve("tollgate.mark"), elsewhere.resolve("tollgate.mark"));
        Database.open(elsewhere).close();
    }

    @Test
    void only_its_owner_may_read_the_mark() throws Exception {
        begin();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tollgate.mark"))))
                .isEqualTo("rw-------");
    }
}
