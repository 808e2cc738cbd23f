package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel that grants lines of batches at flex another tier, as its operator sees it (J3). */
@Timeout(240)
class OtherTierTest {

    private static final String PASSWORD = "the operator of the channels";
    private static final String AT_STANDARD =
            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hi\"}]},"
                    + "\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,"
                    + "\"totalTokenCount\":15,\"trafficType\":\"ON_DEMAND\"},\"modelVersion\":\"far\",\"responseId\":\"r\"}";
    private static final String LINE = """
            {"custom_id":"l%d","method":"POST","url":"/v1/chat/completions","body":{"model":"gemini-3.8-flash","max_tokens":100,\
            "messages":[{"role":"user","content":"Hi"}]}}
            """;

    private static void runBatch(Gateway gateway, Customer customer, int lines) {
        String input = IntStream.rangeClosed(1, lines).mapToObj(LINE::formatted).collect(Collectors.joining());
        BatchClient client = new BatchClient(gateway, customer.key());
        assertThat(client.ended(client.create(input)).path("status").asString()).isEqualTo("completed");
    }

    @Test
    void the_console_names_a_channel_that_grants_lines_another_tier() {
        try (FarServer far = new FarServer(_ -> FarServer.events(AT_STANDARD));
                Channels channels = Channels.of(
                        Channels.one(far.url()),
                        Map.of(
                                "TOLLGATE_OPERATOR_PASSWORD",
                                PASSWORD,
                                "TOLLGATE_MODELS_FILE",
                                "models/gemini-all.yaml"))) {
            Browser operator = new Browser(channels.gateway().url());
            operator.signIn("operator", PASSWORD);
            runBatch(channels.gateway(), channels.customer(), 20);
            assertThat(operator.get("/console").body()).doesNotContain("another tier");
            runBatch(channels.gateway(), channels.customer(), 30);
            assertThat(operator.get("/console").body())
                    .contains(
                            "grants lines of batches at flex another tier for gemini-3.8-flash. They are charged at flex, and you pay the rest");
        }
    }
}
