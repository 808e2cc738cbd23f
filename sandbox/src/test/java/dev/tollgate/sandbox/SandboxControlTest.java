package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.scripting.Knob;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The sandbox's own paths. */
class SandboxControlTest {

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void every_knob_is_listed_with_its_meaning() {
        JsonNode knobs = client.get("/sandbox").json().path("knobs");

        assertThat(knobs.valueStream().map(knob -> knob.path("knob").asString()))
                .containsExactly(Arrays.stream(Knob.values()).map(Knob::word).toArray(String[]::new));
        assertThat(knobs).allMatch(knob -> !knob.path("meaning").asString().isEmpty());
    }

    @Test
    void requests_are_listed_without_keys_and_deleted_on_request() {
        client.ask(GEMINI_25, "Remember me");

        SandboxClient.Reply told = client.get("/sandbox/requests");
        JsonNode last = told.json().path(told.json().size() - 1);
        assertThat(last.path("path").asString()).isEqualTo("/v1beta/models/gemini-2.5-pro:generateContent");
        assertThat(last.path("body").toString()).contains("Remember me");
        assertThat(told.text()).doesNotContain("test-key");

        client.send(client.request("/sandbox/requests").DELETE().build());
        assertThat(client.get("/sandbox/requests").json().isEmpty()).isTrue();
    }

    @Test
    void a_page_in_a_browser_may_not_set_anything() {
        HttpRequest page = client.request("/sandbox/script")
                .header("Origin", "https://example.com")
                .POST(BodyPublishers.ofString("- respond: [{status: 500}]"))
                .build();

        assertThat(client.send(page).status()).isEqualTo(403);
        assertThat(client.ask(GEMINI_25, "Hello").status()).isEqualTo(200);
    }

    /** DNS rebinding: the browser believes that it is the page's own site, and names it. */
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8081, 200",
        "localhost:8081, 200",
        "[::1]:8081, 200",
        "sandbox:8081, 200",
        "tests.localhost, 200",
        "host.docker.internal:8081, 200",
        "example.com:8081, 403",
        "127.0.0.1.example.com:8081, 403",
        "localhost.example.com, 403",
        "example.com., 403"
    })
    void a_page_whose_name_was_led_here_may_not_see_what_was_asked(String host, int status) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", client.sandbox.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("GET /sandbox/requests HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void other_paths_of_its_own_are_404() {
        assertThat(client.get("/sandbox/nothing").status()).isEqualTo(404);
        assertThat(client.get("/sandbox/script").status()).isEqualTo(404);
        assertThat(client.get("/sandboxes").status()).isEqualTo(404);
    }
}
