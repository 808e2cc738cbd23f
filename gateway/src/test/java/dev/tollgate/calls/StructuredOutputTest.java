package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A response that does not fit its caller's whole schema is requested once more. Only the delivered one is charged (D48). */
@Timeout(240)
class StructuredOutputTest {

    private static final Tokens FIRST = new Tokens(1_000, 2_000, 0);
    private static final Tokens SECOND = new Tokens(1_000, 100, 0);
    /** {@code pattern} and {@code minimum} of a number: of the first Gemini knows nothing. */
    private static final String SCHEMA = """
            {"type":"object","required":["name","age"],"additionalProperties":false,
             "properties":{"name":{"type":"string","pattern":"^[A-Z]"},"age":{"type":"integer","minimum":0}}}""";

    private static final String GOOD = "{\"name\":\"Ada\",\"age\":36}";
    private static final String BAD = "{\"name\":\"ada\",\"age\":36}";
    private static final String WORSE = "{\"name\":\"Ada\"}";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("1000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void an_answer_that_fits_is_asked_for_once_and_says_nothing_of_it() {
        gateway.script(UpstreamScript.says(GOOD, 1_000, 100));
        CallServer.Reply reply = ask(false);
        assertDelivered(reply, GOOD, "", "");
        assertThat(reply.header("x-tollgate-ignored")).contains("response_format.pattern");
    }

    @Test
    void an_answer_that_misfits_is_asked_for_once_more_and_only_the_second_is_charged() {
        gateway.script(first(BAD).next().text(GOOD).finish("STOP", SECOND));
        CallServer.Reply reply = ask(false);
        assertDelivered(reply, GOOD, "2", "");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
        assertThat(reply.json().at("/usage/completion_tokens").asInt()).isEqualTo(100);
        assertThat(customer.lastTask().at("/pricing_detail/completion_tokens").asInt())
                .isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {BAD, WORSE, "Sure! Here it is.", "{\"name\":\"Ada\",\"age\":36,\"x\":1}"})
    void an_answer_that_still_misfits_is_delivered_with_a_word_about_it(String text) {
        gateway.script(first(BAD).next().text(text).finish("STOP", SECOND));
        CallServer.Reply reply = ask(false);
        assertDelivered(reply, text, "2", "mismatch");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
    }

    /** In pieces, as it comes (protocol 4.3). */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_fence_around_the_answer_is_taken_off(boolean stream) {
        gateway.script(UpstreamScript.answers()
                .text("``")
                .text("`json\n" + GOOD.substring(0, 5))
                .text(GOOD.substring(5) + "\n`")
                .text("``\n")
                .finish("STOP", SECOND));
        CallServer.Reply reply = ask(stream);
        assertThat(
                        stream
                                ? reply.content()
                                : reply.json().at("/choices/0/message/content").asString())
                .isEqualTo(GOOD);
        assertThat(reply.header("x-tollgate-schema")).isEmpty();
        assertThat(reply.header("x-tollgate-attempts")).isEmpty();
    }

    @Test
    void a_fence_in_an_answer_that_may_be_anything_stays() {
        String code = "```json\n{}\n```";
        gateway.script(UpstreamScript.says(code, 10, 10));
        CallServer.Reply reply = customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Show me"}]}""");
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error_event", "reset", "eof", "html"})
    void a_second_try_that_breaks_leaves_the_first_answer(String fault) {
        gateway.script(first(BAD).next().text("{\"na", SECOND).fault(fault));
        assertFirstIsDelivered(ask(false));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 503})
    void a_second_try_that_is_refused_leaves_the_first_answer(int status) {
        gateway.script(first(BAD).next().status(status));
        CallServer.Reply reply = ask(false);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-schema")).isEqualTo("mismatch");
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo(BAD);
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.95");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAFETY", "MALFORMED_RESPONSE"})
    void a_second_try_that_is_blocked_or_empty_leaves_the_first_answer(String reason) {
        gateway.script(first(BAD).next().finish(reason, SECOND));
        assertFirstIsDelivered(ask(false));
    }

    /** Google's own words for the same, as the Gemini door takes them too. */
    private static final String OWN_SCHEMA = """
            {"type":"OBJECT","required":["name","age"],"propertyOrdering":["name","age"],
             "properties":{"name":{"type":"STRING","pattern":"^[A-Z]","nullable":true},"age":{"type":"INTEGER","minimum":0}}}""";

    private CallServer.Reply generate(String method, String words, String schema) {
        String body = """
                {"contents":[{"parts":[{"text":"MORE"}]}],"generationConfig":{"responseMimeType":"application/json","%s":%s}}""".replace("MORE", Prompts.LONG).formatted(words, schema);
        return gateway.post("/v1beta/models/gemini-2.5-pro:" + method, body, customer.key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"responseJsonSchema", "responseSchema"})
    void at_the_Gemini_door_a_misfit_is_asked_for_once_more_too(String words) {
        String schema = words.equals("responseSchema") ? OWN_SCHEMA : SCHEMA;
        gateway.script(first(BAD).next().text(GOOD).finish("STOP", SECOND));
        CallServer.Reply better = generate("generateContent", words, schema);
        assertGenerated(better, GOOD, "2", "");
        assertThat(better.json().get("credits_consumed").toString()).isEqualTo("0.1");
        assertThat(better.json().at("/usageMetadata/candidatesTokenCount").asInt())
                .isEqualTo(100);

        gateway.script(first(BAD).next().text(WORSE).finish("STOP", SECOND));
        assertGenerated(generate("generateContent", words, schema), WORSE, "2", "mismatch");

        gateway.script(first(BAD).next().text("{\"na", SECOND).fault("eof"));
        CallServer.Reply first = generate("generateContent", words, schema);
        assertGenerated(first, BAD, "2", "mismatch");
        assertThat(first.json().get("credits_consumed").toString()).isEqualTo("0.95");

        gateway.script(UpstreamScript.says(GOOD, 1_000, 100));
        assertGenerated(generate("generateContent", words, schema), GOOD, "", "");
    }

    @Test
    void at_the_Gemini_door_too_neither_a_stream_nor_what_was_cut_is_asked_for_again() {
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.says(BAD, 1_000, 100));
        CallServer.Reply stream = generate("streamGenerateContent?alt=sse", "responseJsonSchema", SCHEMA);
        assertThat(stream.text()).contains("ada");
        gateway.script(UpstreamScript.answers().text("{\"name\":\"A").finish("MAX_TOKENS", SECOND));
        assertGenerated(generate("generateContent", "responseJsonSchema", SCHEMA), "{\"name\":\"A", "", "");
        gateway.script(UpstreamScript.answers()
                .thought("{}", SECOND)
                .text("{\"name\":\"Ada\",")
                .text("\"age\":36}")
                .finish("STOP", SECOND));
        CallServer.Reply thoughtful = generate("generateContent", "responseJsonSchema", SCHEMA);
        assertThat(thoughtful.header("x-tollgate-schema")).isEmpty();
        assertThat(gateway.asked()).hasSize(asked + 3);
    }

    private static void assertGenerated(CallServer.Reply reply, String text, String attempts, String schema) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/candidates/0/content/parts/0/text").asString())
                .isEqualTo(text);
        assertThat(reply.json().get("candidates").size()).isEqualTo(1);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo(attempts);
        assertThat(reply.header("x-tollgate-schema")).isEqualTo(schema);
    }

    @Test
    void a_stream_is_never_asked_for_again() {
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.says(BAD, 1_000, 100));
        CallServer.Reply reply = ask(true);
        assertThat(reply.content()).isEqualTo(BAD);
        assertThat(reply.header("x-tollgate-schema")).isEmpty();
        assertThat(gateway.asked()).hasSize(asked + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAX_TOKENS", "SAFETY"})
    void an_answer_that_was_cut_is_no_misfit(String reason) {
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.answers().text("{\"name\":\"A").finish(reason, SECOND));
        CallServer.Reply reply = ask(false);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-schema")).isEmpty();
        assertThat(gateway.asked()).hasSize(asked + 1);
    }

    @Test
    void of_several_choices_one_misfit_asks_again_for_all() {
        String event = """
                {"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":%s}]},"finishReason":"STOP"},
                {"index":1,"content":{"role":"model","parts":[{"text":%s}]},"finishReason":"STOP"}],
                "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100,"totalTokenCount":1100}}""";
        String good = quoted(GOOD);
        gateway.script(UpstreamScript.answers()
                .event(event.formatted(good, quoted(WORSE)))
                .times(1)
                .next()
                .event(event.formatted(good, good)));
        CallServer.Reply reply = customer.chat(body(SCHEMA, ",\"n\":2", false));
        assertDelivered(reply, GOOD, "2", "");
        assertThat(reply.json().at("/choices/1/message/content").asString()).isEqualTo(GOOD);
    }

    @Test
    void a_schema_that_costs_too_much_is_not_followed_and_that_is_said() {
        String costly = "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}}}";
        String text = "{\"name\":\"" + "a".repeat(5_000) + "!\"}";
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.says(text, 1_000, 100));
        CallServer.Reply reply = customer.chat(body(costly, "", false));
        assertThat(reply.header("x-tollgate-schema")).isEqualTo("unchecked");
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo(text);
        assertThat(gateway.asked()).hasSize(asked + 1);
    }

    @Test
    void while_costly_schemas_are_followed_other_calls_are_answered() {
        String costly = "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}}}";
        String text = "{\"name\":\"" + "a".repeat(5_000) + "!\"}";
        gateway.script(UpstreamScript.answers()
                .whenAsked("Who?")
                .text(text)
                .finish("STOP", SECOND)
                .next()
                .text("Hello.")
                .finish("STOP", SECOND));
        List<CompletableFuture<CallServer.Reply>> others = Stream.generate(
                        () -> customer.chatAside(body(costly, "", false)))
                .limit(8)
                .toList();
        CallServer.Reply plain = customer.chat(
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(plain.json().at("/choices/0/message/content").asString()).isEqualTo("Hello.");
        assertThat(others).allSatisfy(other -> assertThat(other.join().header("x-tollgate-schema"))
                .isEqualTo("unchecked"));
    }

    @Test
    void under_an_idempotency_key_the_second_response_is_kept() {
        gateway.script(first(BAD).next().text(GOOD).finish("STOP", SECOND));
        CallServer.Reply reply = customer.chat(body(SCHEMA, "", false), "structured-1");
        assertDelivered(reply, GOOD, "2", "");
        CallServer.Reply again = customer.chat(body(SCHEMA, "", false), "structured-1");
        assertThat(again.text()).isEqualTo(reply.text());
        assertThat(again.header("x-tollgate-attempts")).isEqualTo("2");
    }

    @Test
    void a_caller_who_leaves_during_the_second_try_pays_for_the_first_answer_once() {
        gateway.script(first(BAD).next().delay(20_000).text(GOOD).finish("STOP", SECOND));
        int asked = gateway.asked().size();
        try (RawCall call = customer.chatRaw(body(SCHEMA, "", false))) {
            CallServer.await("the second try", () -> gateway.asked().size() == asked + 2);
        }
        assertThat(customer.lastTask().get("credits_consumed").toString()).isEqualTo("0.95");
    }

    private void assertFirstIsDelivered(CallServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo(BAD);
        assertThat(reply.header("x-tollgate-schema")).isEqualTo("mismatch");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.95");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
    }

    private static void assertDelivered(CallServer.Reply reply, String content, String attempts, String schema) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode choice = reply.json().at("/choices/0");
        assertThat(choice.at("/message/content").asString()).isEqualTo(content);
        assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo(attempts);
        assertThat(reply.header("x-tollgate-schema")).isEqualTo(schema);
    }

    private static UpstreamScript first(String text) {
        return UpstreamScript.answers().text(text).finish("STOP", FIRST).times(1);
    }

    private CallServer.Reply ask(boolean stream) {
        return customer.chat(body(SCHEMA, "", stream));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\\\"") + "\"";
    }

    private static String body(String schema, String more, boolean stream) {
        return """
                {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Who? MORE"}],
                 "response_format":{"type":"json_schema","json_schema":{"name":"person","strict":true,"schema":%s}}%s}""".replace("MORE", Prompts.LONG).formatted(stream, schema, more);
    }
}
