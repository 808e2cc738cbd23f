package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Levels, ends, hops and the shared context of Gemini 4 at both doors (P16 to P19). */
@Timeout(240)
class Gemini4Test {

    private static final String MODEL = "/v1beta/models/gemini-4-argon:generateContent";
    private static final String LONG_PROMPT = "word ".repeat(220_000);

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @BeforeEach
    void begin() {
        gateway.script("[]");
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- long decode ----

    @Test
    void a_response_continues_in_hops_that_are_charged_each() {
        List<JsonNode> hops = new ArrayList<>();
        String token = "";
        while (hops.size() < 3) {
            CallServer.Reply reply = own("Write 60 words [[sandbox: finish=CONTINUATION after=2]]", token);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            hops.add(reply.json());
            JsonNode candidate = reply.json().at("/candidates/0");
            assertThat(candidate.path("finishReason").asString()).isEqualTo("CONTINUATION");
            token = ",\"continuationToken\":\""
                    + candidate.path("continuationToken").asString() + "\"";
        }
        assertThat(hops)
                .extracting(hop -> hop.at("/candidates/0/content/parts/0/text").asString())
                .doesNotHaveDuplicates();
        assertThat(prompt(hops.get(2))).isGreaterThan(prompt(hops.get(1)));
        assertThat(prompt(hops.get(1))).isGreaterThan(prompt(hops.get(0)));
        assertThat(hops)
                .allSatisfy(hop ->
                        assertThat(hop.path("credits_consumed").decimalValue()).isPositive());
        assertThat(customer.tasks()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_response_with_a_rest_ends_as_length_in_chat_completions(boolean stream) {
        CallServer.Reply reply = chat(stream, "Write 60 words [[sandbox: finish=CONTINUATION after=2]]", "");
        assertThat(reply.text()).contains("\"finish_reason\":\"length\"", "\"native_finish_reason\":\"CONTINUATION\"");
    }

    // ---- ends ----

    @ParameterizedTest
    @CsvSource({
        "MODEL_ARMOR, content_filter",
        "ESCALATION, content_filter",
        "SAFETY, content_filter",
        "NEVER_HEARD_OF, stop",
        "OTHER, stop"
    })
    void each_door_names_the_providers_reason(String reason, String word) {
        String text = "Write 40 words about %s [[sandbox: finish=" + reason + " after=3]]";
        for (boolean stream : new boolean[] {false, true}) {
            assertThat(chat(stream, text.formatted(stream), "").text())
                    .contains("\"finish_reason\":\"" + word + "\"", "\"native_finish_reason\":\"" + reason + "\"");
        }
        assertThat(own(text.formatted("birds"), "")
                        .json()
                        .at("/candidates/0/finishReason")
                        .asString())
                .isEqualTo(reason);
    }

    // ---- the shared context ----

    @Test
    void a_counted_prompt_cuts_the_maximum_of_the_gemini_door() {
        Customer poor = gateway.customer("420.4");
        script(1_048_000);
        CallServer.Reply reply =
                gateway.post(MODEL, body(LONG_PROMPT, ",\"generationConfig\":{\"maxOutputTokens\":20000}"), poor.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(576);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");
    }

    @Test
    void nothing_is_cut_without_a_count() {
        script(1_048_000);
        CallServer.Reply reply = chat(false, LONG_PROMPT, ",\"max_tokens\":20000");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(20_000);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void a_counted_prompt_with_room_for_the_maximum_cuts_nothing() {
        Customer poor = gateway.customer("420.4");
        script(1_000);
        CallServer.Reply reply = poor.chat(question(false, LONG_PROMPT, ",\"max_tokens\":20000"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(20_000);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    private static void script(int promptTokens) {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: %1$d}}]
                - match: {}
                  respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: STOP}],
                    usageMetadata: {promptTokenCount: %1$d, candidatesTokenCount: 1, totalTokenCount: %1$d}}}]
                """.formatted(promptTokens));
    }

    private static int sentMax() {
        return gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt();
    }

    private static long prompt(JsonNode response) {
        return response.at("/usageMetadata/promptTokenCount").asLong();
    }

    private CallServer.Reply own(String text, String more) {
        return gateway.post(MODEL, body(text, more), customer.key());
    }

    private static String body(String text, String more) {
        return "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]" + more + "}";
    }

    private CallServer.Reply chat(boolean stream, String text, String more) {
        return customer.chat(question(stream, text, more));
    }

    private static String question(boolean stream, String text, String more) {
        return "{\"model\":\"gemini-4-argon\",\"stream\":" + stream + more
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }
}
