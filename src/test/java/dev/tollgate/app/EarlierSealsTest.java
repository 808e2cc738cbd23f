package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An installation of a program that sealed everything with the installation's own key (20 November 2026): a kept answer, a
 * signature and the key of its receipts. The program of today is started over it, an hour later.
 */
class EarlierSealsTest {

    private static final String INSTALLATION = "/installations/sealed-with-the-installations-key.zip";
    private static final String KEPT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Say: what was kept\"}]}";
    private static final String QUESTION = "{\"role\":\"user\",\"content\":\"Weather in Oslo?\"}";
    private static final String SIGNATURE = "EiAA7crQk+R7x0yUsvBPNP3XS7RP2AtSZUp1pn7RNw4iyg==";
    private static final JsonMapper JSON = new JsonMapper();

    private Gateway fresh;
    private Gateway gateway;
    private Path data;

    @BeforeEach
    void unpack() throws IOException {
        data = Files.createTempDirectory("tollgate-test");
        try (InputStream file = EarlierSealsTest.class.getResourceAsStream(INSTALLATION);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path to = data.resolve(entry.getName());
                Files.createDirectories(to.getParent());
                Files.write(to, zip.readAllBytes());
            }
        }
        fresh = Gateway.start(
                Surroundings.REAL.with(it -> it.clock = () -> Instant.parse("2026-11-21T09:00:00Z")), Map.of());
        gateway = fresh.over(data);
    }

    @AfterEach
    void stop() {
        gateway.close();
        fresh.close();
    }

    @Test
    void an_answer_that_was_kept_before_is_given_again() throws IOException {
        Gateway.Reply again = keyed("kept");
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertThat(again.text()).isEqualTo(Files.readString(data.resolve("kept.json")));
        assertThat(gateway.asked()).isEmpty();

        Gateway.Reply first = keyed("another");
        gateway.restart();
        assertThat(keyed("another").text()).isEqualTo(first.text());
    }

    @Test
    void a_signature_that_was_kept_before_goes_back_and_those_to_come_are_sealed_for_this_purpose_alone()
            throws IOException {
        JsonNode message = JSON.readTree(Files.readString(data.resolve("tool.json")))
                .path("choices")
                .path(0)
                .path("message");
        ObjectNode bare = (ObjectNode) message.path("tool_calls").path(0);
        bare.remove("extra_content");
        assertThat(sealed()).containsExactly(false);
        Gateway.Reply reply = chat("""
                {"model":"gemini-3-pro","stream":false,"messages":[%s,{"role":"assistant","content":null,"tool_calls":[%s]},
                 {"role":"tool","tool_call_id":"%s","content":"4C"}],%s}
                """.formatted(QUESTION, bare, bare.path("id").asString(), TOOLS));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().toString()).contains(SIGNATURE);

        assertThat(chat("{\"model\":\"gemini-3-pro\",\"stream\":false,\"messages\":[" + QUESTION.replace("Oslo", "Rome")
                                + "]," + TOOLS + "}")
                        .status())
                .isEqualTo(200);
        assertThat(sealed()).contains(true);
    }

    @Test
    void receipts_are_signed_with_the_key_that_was_sealed_before() {
        Gateway.Reply receipts = gateway.send(gateway.request("/v1/receipts"));
        assertThat(receipts.status()).isEqualTo(200);
        assertThat(receipts.text().lines()).hasSize(2).allMatch(line -> line.contains("\"signature\":\""));
    }

    private static final String TOOLS = """
            "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
             "properties":{"location":{"type":"string"}}}}}]""";

    /** Returns for each stored signature whether it has the current format. */
    private List<Boolean> sealed() {
        gateway.writeWhatRides();
        return gateway.text("SELECT group_concat(signature) FROM thought_signature WHERE signature IS NOT NULL")
                .lines()
                .flatMap(text -> List.of(text.split(",")).stream())
                .map(text -> Base64.getDecoder().decode(text.getBytes(StandardCharsets.US_ASCII))[0] == 1)
                .toList();
    }

    private Gateway.Reply keyed(String key) {
        return gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(KEPT)));
    }

    private Gateway.Reply chat(String body) {
        return gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }
}
