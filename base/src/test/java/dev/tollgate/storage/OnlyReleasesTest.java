package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that no release made stops each start and command with a sentence, and is left as it is. */
class OnlyReleasesTest {

    private static final String TABLE = "CREATE TABLE flyway_schema_history (version TEXT)";
    private static final String REFUSED = "was made by a development build of Tollgate, which no release reads;"
            + " nothing was changed: start with an empty ";

    @TempDir
    Path folder;

    private Path data() throws IOException {
        return Files.createDirectories(folder.resolve("data"));
    }

    private Connection write(Path data, String... statements) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("tollgate.db"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            for (String one : statements) {
                statement.execute(one);
            }
        }
        return connection;
    }

    private void assertRefused(Path data, String sentence) throws IOException {
        String url = Postgres.empty();
        List<ThrowingCallable> all = List.of(
                () -> Database.open(data),
                () -> Database.openReading(data),
                () -> Installation.requireRelease(data),
                () -> Installation.migrate(data),
                () -> Installation.beginAfresh(data),
                () -> ServerMove.run(data, url, to -> ""));
        Map<String, String> before = content(data);
        for (ThrowingCallable one : all) {
            assertThatThrownBy(one).isInstanceOf(CannotOpen.class).hasMessageContaining(sentence);
            assertThat(content(data)).isEqualTo(before);
        }
    }

    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                content.put(
                        file.toString(),
                        Files.readAttributes(file, "unix:lastModifiedTime,ctime,mode", LinkOption.NOFOLLOW_LINKS)
                                + (Files.isDirectory(file) ? "" : Arrays.toString(Files.readAllBytes(file))));
            }
        }
        return content;
    }

    @Test
    void a_folder_of_a_development_build_is_left_as_it_is() throws Exception {
        write(data(), TABLE).close();
        assertRefused(data(), REFUSED + "data folder");
    }

    @Test
    void the_folder_of_a_killed_development_build_is_left_as_it_is() throws Exception {
        Path running = Files.createDirectories(folder.resolve("running"));
        try (Connection _ = write(running, TABLE, "PRAGMA wal_checkpoint", "CREATE TABLE more (id TEXT)")) {
            copy(running);
        }
        Files.writeString(data().resolve("tollgate.open"), "1");
        assertRefused(data(), REFUSED);
    }

    @Test
    void tables_that_only_the_log_has_are_found() throws Exception {
        Path running = Files.createDirectories(folder.resolve("running"));
        try (Connection _ = write(running, TABLE)) {
            copy(running);
        }
        assertRefused(data(), REFUSED);
    }

    private void copy(Path running) throws IOException {
        for (String file : List.of("tollgate.db", "tollgate.db-wal")) {
            Files.copy(running.resolve(file), data().resolve(file));
        }
    }

    @Test
    void an_edited_baseline_is_a_development_build() throws Exception {
        write(Migrated.in(data()), "UPDATE tollgate_schema SET checksum = 'another'")
                .close();
        assertRefused(data(), REFUSED);
    }

    @Test
    void the_file_of_another_program_is_left_as_it_is() throws Exception {
        write(data(), "CREATE TABLE notes (id TEXT)").close();
        assertRefused(data(), "has tables of another program; nothing was changed");
    }

    @Test
    void a_server_with_a_development_builds_tables_is_left_as_it_is() {
        String url = Postgres.empty();
        Postgres.execute(url, TABLE);
        String before = Postgres.dump(url);
        Path nowhere = folder.resolve("nowhere");
        for (ThrowingCallable one : List.<ThrowingCallable>of(
                () -> Database.openShared(url, nowhere),
                () -> Database.openBeside(url, nowhere),
                () -> Database.openAccepting(url, nowhere),
                () -> Database.openReading(url, nowhere),
                () -> Installation.migrateShared(url, nowhere, false),
                () -> ServerMove.run(Migrated.in(data()), url, to -> ""))) {
            assertThatThrownBy(one)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining(REFUSED + "PostgreSQL database");
            assertThat(nowhere).doesNotExist();
        }
        assertThat(Postgres.dump(url)).isEqualTo(before);
    }
}
