package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.util.LibraryLoaderUtil;

class SqliteLibraryTest {

    @TempDir
    Path folder;

    @Test
    void a_driver_that_is_given_the_copy_unpacks_none_of_its_own() throws Exception {
        Path library = folder.resolve(LibraryLoaderUtil.getNativeLibName());
        Files.writeString(library, "of a build before");
        SqliteLibrary.copyTo(folder);
        assertThat(opened()).isEqualTo("SQLite beside 0 files\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void a_driver_unpacks_its_own_where_there_is_no_copy() throws Exception {
        assertThat(opened()).startsWith("SQLite beside ").isNotEqualTo("SQLite beside 0 files\n");
    }

    @Test
    void a_driver_unpacks_its_own_where_the_copy_cannot_be_loaded() throws Exception {
        Files.writeString(folder.resolve(LibraryLoaderUtil.getNativeLibName()), "of a full disk");
        assertThat(opened()).startsWith("SQLite beside ").isNotEqualTo("SQLite beside 0 files\n");
    }

    /** Says of a database what it is, and how many files the driver has unpacked. */
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Stream<Path> files = Files.list(Path.of(System.getProperty("org.sqlite.tmpdir")))) {
            System.out.println(
                    connection.getMetaData().getDatabaseProductName() + " beside " + files.count() + " files");
        }
    }

    /** What a process says of a database and of what its driver has unpacked. */
    private String opened() throws Exception {
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        Path said = folder.resolve("said");
        List<String> command = Program.ofTests(
                SqliteLibraryTest.class, "-Dorg.sqlite.lib.path=" + folder, "-Dorg.sqlite.tmpdir=" + unpacked);
        Process process = new ProcessBuilder(command)
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(said);
    }
}
