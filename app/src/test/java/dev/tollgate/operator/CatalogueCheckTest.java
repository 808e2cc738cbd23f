package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The operator sees what the vendor's newer facts change before they are adopted. */
@Timeout(120)
class CatalogueCheckTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CALL = """
            {"model":"gemini-3.5-flash","stream":false,"messages":[{"role":"user","content":"Hi"}]}""";

    @TempDir
    Path folder;

    @Test
    void an_older_copy_is_compared_with_the_built_in_facts() throws IOException {
        Path models = folder.resolve("own.yaml");
        CatalogueLoader.copyBuiltIn(models);
        String text = Files.readString(models);
        String retires = """
                    retires:
                      gemini: {at: 2026-10-08T00:00:00Z, becomes: gemini-3.6-flash}
                    list_price_usd:
                      input: 1.50
                      output: 9
                """;
        assertThat(text).contains(retires);
        Files.writeString(models, text.replace(retires, """
                    list_price_usd:
                      input: 0.50
                      output: 3
                """));
        try (Gateway gateway =
                Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "models.file", models.toString())) {
            gateway.setNow(Instant.parse("2026-11-20T10:00:00Z"));
            Customer customer = gateway.customer("1000");
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
            JsonNode changes =
                    gateway.get("/admin/catalogue/check", ADMIN_KEY).json().get("changes");
            JsonNode retired = changes.valueStream()
                    .filter(change -> change.at("/channel_kinds/0").asString().equals("gemini"))
                    .findFirst()
                    .orElseThrow();
            assertThat(retired.get("from").isNull()).isTrue();
            assertThat(retired.at("/changes/0").asString())
                    .isEqualTo("gemini-3.6-flash answers instead of gemini-3.5-flash");
            JsonNode sold = retired.get("models").get(0);
            assertThat(sold.get("id").asString()).isEqualTo("gemini-3.5-flash");
            assertThat(sold.get("accounts").asInt()).isEqualTo(1);
            assertThat(sold.at("/largest/0/calls").asInt()).isEqualTo(1);
            assertThat(sold.at("/margin_before/input").decimalValue())
                    .isGreaterThan(sold.at("/margin_after/input").decimalValue());
            assertThat(sold.at("/keeps_margin/input").isNumber()).isTrue();
            assertThat(retired.get("mails").asInt()).as("nobody has an address").isZero();
        }
        try (Gateway gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "models.file",
                models.toString(),
                "models.vendor-file",
                "ledger/src/main/resources/models.yaml")) {
            assertThat(gateway.get("/admin/catalogue/check", ADMIN_KEY).json().get("changes"))
                    .as("adopted")
                    .isEmpty();
        }
    }

    @Test
    void rows_that_only_the_facts_in_use_have_are_named() throws IOException {
        Path models = folder.resolve("own.yaml");
        CatalogueLoader.copyBuiltIn(models);
        String former = Files.readString(models)
                .replace("gemini-3.8-flash-tts", "gemini-3.8-flash-speech")
                .replace("gemini-3.8-flash-lite-tts", "house-speech")
                .replace("{input: 0.50, output: 6}", "{input: 0.50, output: 7}");
        Files.writeString(models, former);
        Path vendor = Files.writeString(folder.resolve("vendor.yaml"), former);
        for (boolean isAdopted : new boolean[] {false, true}) {
            String[] settings = {"models.file", models.toString(), "models.vendor-file", vendor.toString()};
            try (Gateway gateway = Gateway.start(
                    Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), isAdopted ? settings : Arrays.copyOf(settings, 2))) {
                JsonNode missing =
                        gateway.get("/admin/catalogue/check", ADMIN_KEY).json().get("missing");
                assertThat(missing.toString()).isEqualTo("""
                                [{"upstream_model":"gemini-3.8-flash-speech","renamed":"gemini-3.8-flash-tts","own":false,\
                                "models":["gemini-3.8-flash-speech"]},\
                                {"upstream_model":"house-speech","renamed":null,"own":%s,"models":["house-speech"]}]""".formatted(!isAdopted));
            }
        }
    }
}
