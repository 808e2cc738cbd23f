package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLibraryTest {

    @TempDir
    Path folder;

    @Test
    void a_driver_that_is_given_the_copy_unpacks_none_of_its_own() throws Exception {
        Path library = folder.resolve("sqlite-library");
        Files.writeString(library, "of a build before");
        SqliteLibrary.copyTo(library);
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        Path program = folder.resolve("Program.java");
        Files.writeString(program, """
                void main() throws Exception {
                    try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite::memory:");
                            var files = java.nio.file.Files.list(java.nio.file.Path.of(System.getProperty("org.sqlite.tmpdir")))) {
                        IO.println(connection.getMetaData().getDatabaseProductName() + " beside " + files.count() + " files");
                    }
                }
                """);
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.sqlite.lib.path=" + folder,
                        "-Dorg.sqlite.lib.name=sqlite-library",
                        "-Dorg.sqlite.tmpdir=" + unpacked,
                        "--class-path",
                        System.getProperty("java.class.path"),
                        program.toString())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).content().isEqualTo("SQLite beside 0 files\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }
}
