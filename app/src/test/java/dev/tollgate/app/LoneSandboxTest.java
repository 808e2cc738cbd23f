package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox without a gateway, as the command starts it. */
class LoneSandboxTest {

    @TempDir
    Path folder;

    @Test
    void it_answers_as_its_script_says_and_otherwise_from_its_seed() throws Exception {
        Path script = Files.writeString(folder.resolve("answers.yaml"), """
                - match: {text: scripted}
                  respond: [{event: {candidates: [{content: {role: model, parts: [{text: As told}]}, finishReason: STOP}]}}]
                """);
        try (LoneSandbox sandbox = LoneSandbox.start(choice(0, script))) {
            assertThat(ask(sandbox, "scripted")).contains("As told");
            assertThat(ask(sandbox, "What is 2+2?")).contains("2 + 2 = 4.");
        }
    }

    @Test
    void a_script_that_cannot_be_read_is_refused_with_its_name() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.yaml"), "- respond: [{fault: fire}]");
        Path missing = folder.resolve("missing.yaml");

        assertThatThrownBy(() -> LoneSandbox.start(choice(0, broken)))
                .isInstanceOf(ApiException.class)
                .hasMessage(broken + ": unknown fault 'fire'");
        assertThatThrownBy(() -> LoneSandbox.start(choice(0, missing)))
                .isInstanceOf(ApiException.class)
                .hasMessage(missing + " does not exist.");
    }

    @Test
    void a_port_that_is_taken_is_refused_in_a_sentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> LoneSandbox.start(choice(taken.getLocalPort(), null)))
                    .isInstanceOf(ApiException.class)
                    .hasMessageStartingWith("The sandbox cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static SandboxChoice choice(int port, Path script) {
        return new SandboxChoice("127.0.0.1", port, 1, script, 0, 0, null);
    }

    private static String ask(LoneSandbox sandbox, String text) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create(sandbox.url() + "/v1beta/models/gemini-2.5-pro:generateContent"))
                                    .header("x-goog-api-key", "any")
                                    .POST(HttpRequest.BodyPublishers.ofString(
                                            "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
