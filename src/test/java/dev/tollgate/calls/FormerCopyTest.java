package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** PR-10: an operator's own copy of a catalogue whose prices have one rate for input and one for output. */
@Timeout(120)
class FormerCopyTest {

    private static final Path FORMER = Path.of("src/test/resources/catalogues/november-2026/gemini-all.yaml");
    private static final Path PRESENT = Path.of("models/gemini-all.yaml");

    /** A long prompt, mostly cached, with a search. */
    private static final String CALL =
            "{\"model\":\"gemini-3.1-pro-preview\",\"messages\":[{\"role\":\"user\",\"content\":\""
                    + "word ".repeat(220_000)
                    + "\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]}";

    private static final String ANSWER = """
            - match: {}
              respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: STOP,
                groundingMetadata: {webSearchQueries: [rivers, lakes]}}],
                usageMetadata: {promptTokenCount: 210000, cachedContentTokenCount: 200000, candidatesTokenCount: 10,
                  totalTokenCount: 210010}}}]
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_copy_charges_as_before_until_its_prices_get_more_rates(Stores stores) {
        Path file = folder.resolve("models.yaml");
        copy(FORMER, file);
        try (Gateway gateway = Gateway.startOn(stores, "models.file", file.toString())) {
            gateway.setNow(Instant.parse("2026-11-30T12:00:00Z")); // after the start, and before models retire
            JsonNode before = charged(gateway);
            assertThat(before.get("credits_consumed").decimalValue()).isEqualByComparingTo("84.024");
            JsonNode detail = before.get("pricing_detail");
            assertThat(detail.get("price_version").asString()).isEqualTo("gemini-3.1-pro-preview@google-2026-11");
            assertThat(detail.propertyNames())
                    .doesNotContain("cached_input_per_million", "search_per_1000", "tier", "step");

            gateway.restartAfter(() -> copy(PRESENT, file));

            JsonNode after = charged(gateway);
            assertThat(after.at("/pricing_detail/price_version").asString())
                    .isEqualTo("gemini-3.1-pro-preview@google-2026-11-26");
            assertThat(after.get("credits_consumed").decimalValue()).isEqualByComparingTo("29.636");
            gateway.assertBooksAreClosed();
        }
    }

    private static JsonNode charged(Gateway gateway) {
        gateway.script(ANSWER);
        Customer customer = gateway.customer("10000");
        Gateway.Reply reply = customer.chat(CALL);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return customer.lastTask();
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
