package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.storage.SqliteLibrary;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reason that stops the start is reported in one sentence: the operator has to correct it, and a stack trace does not help. */
class RefusedStartTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"media", "spool"})
    void a_file_where_a_folder_of_the_installation_should_be_is_named(String name) throws IOException {
        Path data = Migrated.in(folder.resolve("data"));
        Path file = Files.writeString(data.resolve(name), "in the way");
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        assertThat(Main.run(new String[] {"serve", "--port", "0", "--data", data.toString()}, Map.of(), out, out))
                .isEqualTo(1);
        assertThat(said.toString())
                .startsWith("tollgate: The folder of ")
                .contains(file.toString())
                .hasLineCount(1);
    }

    /** A limit of a file's size fails as a disk does that is full. */
    @EnabledOnOs(OS.LINUX)
    @Test
    void a_disk_that_rejects_the_schema_is_reported_in_one_line() throws Exception {
        SqliteLibrary.copyTo(folder); // the driver's own would be too long a file, too
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 200; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.sqlite.lib.path=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.tollgate.Main",
                        "migrate",
                        "--data",
                        folder.resolve("data").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said)
                .startsWith("tollgate: The database could not be migrated: ")
                .hasLineCount(1);
    }
}
