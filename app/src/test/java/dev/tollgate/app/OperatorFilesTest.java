package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that the operator names by mistake: a device has no end, a pipe has no beginning. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperatorFilesTest {

    @TempDir
    Path folder;

    private Path pipe;
    private Path channels;
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void make() throws IOException, InterruptedException {
        pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        channels = folder.resolve("channels.yaml");
        Migrated.in(folder.resolve("data")); // a start goes as far as to the files
    }

    @ParameterizedTest
    @CsvSource({
        "2, serve --config FILE",
        "2, serve --port 0 --models-file FILE --data DATA",
        "2, serve --port 0 --channels-file FILE --data DATA",
        "1, sandbox --port 0 --script FILE",
        "2, receipts verify FILE --key KEYS --data DATA",
        "2, receipts verify KEYS --key FILE --data DATA",
        "2, receipts verify KEYS --key KEYS --head FILE --data DATA"
    })
    void an_irregular_file_is_refused_without_waiting(int exit, String command) throws IOException {
        Files.writeString(
                folder.resolve("keys"),
                "{\"keys\":[{\"key_id\":\"sig_0011223344556677\",\"algorithm\":\"Ed25519\",\"public_key\":\""
                        + "A".repeat(43) + "=\",\"retired_at\":null}]}");
        for (Path file : List.of(pipe, Path.of("/dev/zero"), folder)) {
            assertThat(run(command.replace("FILE", file.toString()))).isEqualTo(exit);
            assertThat(out.toString()).contains("tollgate: ", file.toString(), "is not a regular file.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "kind: gemini, key_file",
        "kind: openai, key_file",
        "kind: vertex, credentials_file",
    })
    void nor_does_a_channel_read_its_secret_from_one(String kind, String key) throws IOException {
        for (String file : List.of("/dev/zero", pipe.toString(), "/dev/urandom")) {
            Files.writeString(
                    channels,
                    "channels: [{id: a, " + kind + ", " + key + ": " + file
                            + ", base_url: \"http://127.0.0.1:1\", models: {gemini-2.5-pro: gemini-2.5-pro}}]\n");
            assertThat(run("serve --port 0 --channels-file " + channels + " --data DATA"))
                    .isEqualTo(2);
            assertThat(out.toString()).contains("channels[0]." + key + " names a file that is not a regular file.");
        }
    }

    @Test
    void an_oversized_file_is_refused_with_the_limit() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "k".repeat(65_537));
        Files.writeString(channels, "channels: [{id: a, kind: gemini, key_file: " + secret + "}]\n");
        assertThat(run("serve --port 0 --channels-file " + channels + " --data DATA"))
                .isEqualTo(2);
        assertThat(out.toString()).contains("names a file that has more than 65536 bytes.");

        Path data = Migrated.in(folder.resolve("other"));
        Files.writeString(data.resolve("secret.key"), "5e".repeat(32) + " ".repeat(2_000));
        assertThat(run("serve --port 0 --data " + data)).isEqualTo(1);
        assertThat(out.toString()).contains("secret.key", "more than 1024 bytes");
    }

    private int run(String command) {
        List<String> words = new ArrayList<>(
                Arrays.asList(command.replace("DATA", folder.resolve("data").toString())
                        .replace("KEYS", folder.resolve("keys").toString())
                        .split(" ")));
        out.getBuffer().setLength(0);
        PrintWriter writer = new PrintWriter(out);
        return Main.run(words.toArray(String[]::new), Map.of(), writer, writer);
    }
}
