package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Words of an upstream's that are stored block no settlement and no release, on either database. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class StoredWordsTest {

    private static final String VERSION = "\\u0000gemini-3.1\\u0007pro\\u202e";

    @Parameter
    Stores stores;

    private static CallServer gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String event(String part, String version, String more) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}" + more
                + "}],\"usageMetadata\":{\"promptTokenCount\":1000,\"candidatesTokenCount\":1000},\"modelVersion\":\""
                + version
                + "\",\"responseId\":\"r\\u00001\"}";
    }

    private static JsonNode task(String part, String version, String model) {
        gateway.script(UpstreamScript.answers().event(event(part, version, ",\"finishReason\":\"STOP\"")));
        Customer customer = gateway.customer("100");
        CallServer.Reply reply = customer.chat("""
                {"model":"%s","stream":false,%s"messages":[{"role":"user","content":"%s"}]}""".formatted(
                        model,
                        model.equals("gemini-3-pro")
                                ? "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
                                : "",
                        "Tell me. ".repeat(1000)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(customer.credits().get("reserved").asInt()).isZero();
        return customer.lastTask();
    }

    @Test
    void a_version_is_stored_without_what_cannot_be_stored() {
        JsonNode task = task("{\"text\":\"Hello\"}", VERSION, "gemini-3.1-pro");
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("model").asString()).isEqualTo("gemini-3.1pro");
    }

    @Test
    void a_version_is_stored_with_128_characters_at_most() {
        JsonNode task = task("{\"text\":\"Hello\"}", "v".repeat(100_000), "gemini-3.1-pro");
        assertThat(task.get("model").asString()).isEqualTo("v".repeat(128));
        assertThat(task("{\"text\":\"Hello\"}", "\\u0000", "gemini-3.1-pro")
                        .get("model")
                        .asString())
                .isEqualTo("gemini-3.1-pro");
    }

    @Test
    void an_id_that_cannot_be_stored_blocks_no_settlement() {
        String call =
                "{\"functionCall\":{\"id\":\"f\\u00001\",\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"c2ln\"}";
        assertThat(task(call, "m", "gemini-3-pro").get("status").asString()).isEqualTo("completed");
    }

    @Test
    void a_release_writes_nothing_of_the_upstreams() {
        gateway.script(UpstreamScript.answers()
                .event(event("{\"text\":\"Hello\"}", "version-of-the-upstream", ""))
                .fault("reset"));
        Customer customer = gateway.customer("100");
        customer.chat("""
                {"model":"gemini-3.1-pro","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("failed");
        assertThat(task.toString()).doesNotContain("version-of-the-upstream");
    }
}
