package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.sql.Reads;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Migrated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    @TempDir
    Path folder;

    @Test
    void a_new_folder_gets_the_newest_schema() {
        try (Database database = Database.open(folder.resolve("made/on/the/way"))) {
            assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("0");
            assertThat(ask(database, "SELECT MAX(version) FROM tollgate_schema"))
                    .isEqualTo(Integer.toString(Migrations.NEWEST));
        }
    }

    @Test
    void opening_a_second_time_migrates_nothing_and_keeps_everything() throws SQLException {
        Database.open(Migrated.in(folder)).close();
        change("INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'kept', 1)");
        String before = outside("SELECT COUNT(*) || '/' || MAX(applied_at) FROM tollgate_schema");
        try (Database database = Database.open(folder)) {
            assertThat(ask(database, "SELECT name FROM account")).isEqualTo("kept");
        }
        assertThat(outside("SELECT COUNT(*) || '/' || MAX(applied_at) FROM tollgate_schema"))
                .isEqualTo(before);
    }

    @Test
    void each_migration_file_is_listed_in_its_order() throws Exception {
        List<String> listed = Migration.ALL.stream().map(Migration::file).toList();
        for (int i = 0; i < listed.size(); i++) {
            assertThat(listed.get(i)).startsWith("V" + (i + 1) + "__");
        }
        for (String folder : List.of("migrations", "migrations-sqlite", "migrations-postgresql")) {
            try (Stream<Path> files = Files.list(Path.of("base/src/main/resources", folder))) {
                assertThat(files.map(file -> file.getFileName().toString()).filter(it -> it.endsWith(".sql")))
                        .as(folder)
                        .isSubsetOf(listed);
            }
        }
    }

    @Test
    void a_newer_schema_is_refused_with_a_sentence_and_left_alone() throws SQLException {
        Database.open(Migrated.in(folder)).close();
        change("INSERT INTO tollgate_schema VALUES (99, 'V99__future.sql', '', 99, 1)");
        assertThatThrownBy(() -> Database.open(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("newer Tollgate (schema 99, for programs from schema 99 on; this program knows "
                        + Migrations.NEWEST + ")");
        assertThatThrownBy(() -> Database.openReading(folder)).isInstanceOf(CannotOpen.class);
        assertThat(outside("SELECT COUNT(*) FROM tollgate_schema WHERE version = 99"))
                .isEqualTo("1");
    }

    @Test
    void a_folder_in_use_is_refused_with_a_sentence_until_it_is_free() {
        Database first = Database.open(Migrated.in(folder));
        assertThatThrownBy(() -> Database.open(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("Another Tollgate is using the data folder " + folder);
        first.close();
        Database.open(folder).close();
    }

    @Test
    void a_failed_opening_frees_the_folder() throws Exception {
        Files.writeString(
                folder.resolve("tollgate.db"), "this is not a database, and long enough to be read as one".repeat(9));
        assertThatThrownBy(() -> Database.open(folder)).isInstanceOf(CannotOpen.class);
        Files.delete(folder.resolve("tollgate.db"));
        Database.open(folder).close();
    }

    @Test
    void a_file_where_the_folder_should_be_is_refused_with_a_sentence() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> Database.open(file))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("Cannot make the data folder");
    }

    @Test
    void reading_connections_cannot_write() {
        try (Database database = Database.open(Migrated.in(folder))) {
            assertThatThrownBy(() -> database.read(sql -> sql.run("DELETE FROM account")))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasRootCauseMessage("[SQLITE_READONLY] Attempt to write a readonly database (attempt to write a"
                            + " readonly database)");
        }
    }

    @Test
    void a_command_reads_while_a_server_runs_without_a_writer() {
        assertThatThrownBy(() -> Database.openReading(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("There is no database");
        try (Database running = Database.open(Migrated.in(folder));
                Database reading = Database.openReading(folder)) {
            Writer writer = running.startWriter(List.of(new Notes()));
            writer.commitAndWait(Unit.of(new Notes.Note("seen")));
            assertThat(ask(reading, "SELECT name FROM account")).isEqualTo("seen");
            assertThatThrownBy(() -> reading.startWriter(List.of())).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void a_read_sees_one_snapshot_despite_later_commits() {
        try (Database database = Database.open(Migrated.in(folder))) {
            Writer writer = database.startWriter(List.of(new Notes()));
            String counts = database.read(sql -> {
                String before = text(sql, "SELECT COUNT(*) FROM account");
                writer.commitAndWait(Unit.of(new Notes.Note("meanwhile")));
                return before + text(sql, "SELECT COUNT(*) FROM account");
            });
            assertThat(counts).isEqualTo("00");
            assertThat(ask(database, "SELECT COUNT(*) FROM account")).isEqualTo("1");
        }
    }

    @Test
    void the_writer_syncs_each_commit() {
        Notes notes = new Notes();
        try (Database database = Database.open(Migrated.in(folder))) {
            database.startWriter(List.of(notes)).commitAndWait(Unit.of(new Notes.Note("x")));
        }
        assertThat(notes.pragmas).containsExactly("wal", "2", "0");
    }

    @Test
    void a_full_disk_is_unavailable_until_there_is_room_again() {
        Notes notes = new Notes();
        try (LogCapture log = new LogCapture();
                Database database = Database.open(Migrated.in(folder))) {
            Writer writer = database.startWriter(List.of(notes));
            writer.commitAndWait(Unit.of(new Notes.Note("first")));
            notes.firstSql = "PRAGMA max_page_count = 1"; // SQLite then allows no page more than there are
            Notes.Note large = new Notes.Note("x".repeat(100_000));
            assertThatThrownBy(() -> writer.commitAndWait(Unit.of(large)))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasStackTraceContaining("SQLITE_FULL");
            assertThatThrownBy(large::outcome).isInstanceOf(IllegalStateException.class);
            assertThat(log.text()).contains("a unit of work failed: no room is left on the disk");
            notes.firstSql = "PRAGMA max_page_count = 1000000";
            writer.commitAndWait(Unit.of(new Notes.Note("later")));
            assertThat(ask(database, "SELECT GROUP_CONCAT(name) FROM account")).isEqualTo("first,later");
        }
    }

    @Test
    void whether_a_file_takes_something_again_is_asked_by_writing_and_while_all_is_well_without() throws SQLException {
        Path log = folder.resolve("tollgate.db-wal");
        try (WriterConnection connection =
                new WriterConnection(new SqliteFile(Migrated.in(folder)), (FileWatch) null)) {
            connection.probe(false);
            assertThat(log).isEmptyFile();
            connection.probe(true);
            long once = log.toFile().length();
            assertThat(once).isPositive();
            connection.probe(true);
            assertThat(log.toFile().length()).isGreaterThan(once);
        }
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private String outside(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"))) {
            return text(connection, sql);
        }
    }

    private static String ask(Database database, String sql) {
        return database.read(reads -> text(reads, sql));
    }

    private static String text(Reads sql, String query) throws SQLException {
        String text = sql.one(query, row -> row.getString(1));
        return String.valueOf(text);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
