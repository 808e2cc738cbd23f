package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Documented;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.OutgoingSchema;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
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

/** Compactions of running servers: the trigger, the path of their own and the turns that follow (E73). */
@Timeout(240)
class CompactionTest {

    private static final Tokens SOME = new Tokens(30, 20, 7);
    private static final String SUMMARY = "The user said that the number is 4711.";
    private static final String USER = "{\"role\":\"user\",\"content\":\"The number is 4711.\"}";
    private static final String HISTORY = USER + ",{\"role\":\"assistant\",\"content\":\"Noted.\"}";
    private static final String TRIGGER = "{\"type\":\"compaction_trigger\",\"more\":1}";
    private static final String QUESTION = "{\"role\":\"user\",\"content\":\"Which number?\"}";
    private static final String TOOLS =
            ",\"instructions\":\"Be brief.\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}]";

    private static Gateway gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers()
                .thought("Think.", SOME)
                .text(SUMMARY.substring(0, 9))
                .text(SUMMARY.substring(9))
                .finish("STOP", SOME));
    }

    private Reply ask(String path, String items, String members) {
        return gateway.post(
                path, "{\"model\":\"gemini-2.5-pro\",\"input\":[" + items + "]" + members + "}", customer.key());
    }

    private Reply ask(String items, String members) {
        return ask("/v1/responses", items, members);
    }

    private JsonNode made(String items, String members) {
        Reply reply = ask(items, members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return members.contains("\"stream\":true")
                ? ResponseEvents.of(reply.text()).last()
                : reply.json();
    }

    /** Returns the sealed item of a new compaction. */
    private String item() {
        return made(HISTORY + "," + TRIGGER, "").at("/output/0").toString();
    }

    /** Returns the number of the account's newest entry or ended call. */
    private long lastNumber() {
        return gateway.number("SELECT last_number FROM account WHERE id = '" + customer.account() + "'");
    }

    /** The texts of the prompt that the model got last. */
    private static List<String> sent() {
        List<String> texts = new ArrayList<>();
        for (JsonNode content : gateway.lastAsked().get("contents")) {
            content.get("parts")
                    .forEach(part -> texts.add(content.path("role").asString() + ": "
                            + part.path("text").asString("")));
        }
        return texts;
    }

    // ---- the trigger ----

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"stream\":true"})
    void a_trigger_brings_one_sealed_summary_for_one_charge(String streamed) {
        Reply reply = ask(HISTORY + "," + TRIGGER, streamed);

        assertThat(reply.text()).doesNotContain("4711");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("store");
        JsonNode response = streamed.isEmpty()
                ? reply.json()
                : ResponseEvents.of(reply.text()).last();
        assertThat(response.get("output").size()).isEqualTo(1);
        JsonNode item = response.at("/output/0");
        assertThat(item.propertyNames()).containsExactly("type", "id", "encrypted_content");
        assertThat(item.get("type").asString()).isEqualTo("compaction");
        assertThat(item.get("id").asString())
                .isEqualTo("cmp_" + response.get("id").asString().substring(5) + "_0");
        assertThat(item.get("encrypted_content").asString()).startsWith("tgc1.");
        assertThat(response.get("status").asString()).isEqualTo("completed");
        assertThat(response.get("store").asBoolean()).isFalse();
        assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(27);
        assertThat(response.get("credits_consumed").decimalValue())
                .isPositive()
                .isEqualByComparingTo(customer.consumed());
        assertThat(customer.lastTask().get("credits_consumed").decimalValue())
                .isEqualByComparingTo(customer.consumed());
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(Calls.flagged(gateway::number, CallFlag.COMPACTION, customer.account()))
                .isEqualTo(1);
        assertThat(customer.lastTask().get("compaction").asBoolean()).isTrue();
        if (!streamed.isEmpty()) {
            assertThat(ResponseEvents.of(reply.text()).types())
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.output_item.done",
                            "response.completed");
        }
    }

    @Test
    void the_model_gets_the_prompt_of_the_next_turn_and_one_text() {
        made(HISTORY + "," + QUESTION, TOOLS);
        JsonNode turn = gateway.lastAsked();
        Reply reply = ask(
                HISTORY + "," + QUESTION + "," + TRIGGER,
                TOOLS.replace("]", ",{\"type\":\"web_search\"}]")
                        + ",\"tool_choice\":\"required\",\"reasoning\":{\"effort\":\"high\"},\"text\":{\"format\":{\"type\":\"json_object\"}}");
        assertThat(reply.header("x-tollgate-ignored"))
                .as("what the summary is written without")
                .isEqualTo("store,text.format,reasoning.effort,tool_choice,tools.1");
        JsonNode asked = gateway.lastAsked();

        for (String same : List.of("systemInstruction", "tools")) {
            assertThat(asked.get(same)).as(same).isEqualTo(turn.get(same));
        }
        assertThat(asked.get("contents").toString())
                .startsWith(turn.get("contents").toString().replace("\"}]}]", "\"}"));
        assertThat(sent().getLast())
                .startsWith("user: Write a summary of the conversation above")
                .endsWith("Call no function and answer nothing else.");
        assertThat(asked.at("/toolConfig/functionCallingConfig/mode").asString())
                .isEqualTo("NONE");
        assertThat(asked.at("/generationConfig/maxOutputTokens").asInt()).isEqualTo(16_384);
        assertThat(asked.at("/generationConfig/responseMimeType").isMissingNode())
                .isTrue();
        assertThat(asked.at("/generationConfig/thinkingConfig/thinkingBudget").asInt())
                .isEqualTo(1_024);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"compaction_trigger\"} | input",
                "{\"role\":\"system\",\"content\":\"s\"},{\"type\":\"compaction_trigger\"} | input",
                "{\"role\":\"user\",\"content\":\"u\"},{\"type\":\"compaction_trigger\"},{\"role\":\"user\",\"content\":\"v\"} | input.1",
                "{\"role\":\"user\",\"content\":\"u\"},{\"type\":\"compaction_trigger\"}],\"background\":true,\"x\":[ | background",
                "{\"role\":\"user\",\"content\":\"u\"},{\"type\":\"compaction_trigger\"}],\"max_output_tokens\":1023,\"x\":[ | max_output_tokens"
            })
    void a_trigger_that_asks_for_no_summary_is_free(String items, String param) {
        Reply reply = ask(items, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(param);
        assertThat(lastNumber()).isEqualTo(1);
    }

    @Test
    void a_summary_that_is_cut_by_length_counts() {
        gateway.script(UpstreamScript.answers().text(SUMMARY).finish("MAX_TOKENS", SOME));

        JsonNode response = made(HISTORY + "," + TRIGGER, ",\"max_output_tokens\":1024");

        assertThat(response.get("status").asString()).isEqualTo("completed");
        assertThat(response.get("incomplete_details").isNull()).isTrue();
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(1_024);
        made(response.at("/output/0") + "," + QUESTION, "");
        assertThat(sent())
                .containsExactly("user: Summary of the conversation so far:\n" + SUMMARY, "user: Which number?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "text and call", "thought", "blank", "filter"})
    void a_response_without_a_summary_is_free(String what) {
        UpstreamScript script = UpstreamScript.answers();
        switch (what) {
            case "call" -> script.call("f", "{}").finish("STOP", SOME);
            case "text and call" -> script.text("So:").call("f", "{}").finish("STOP", SOME);
            case "thought" -> script.thought("Think.", SOME).finish("MAX_TOKENS", SOME);
            case "blank" -> script.text(" \n").finish("STOP", SOME);
            default -> script.text("So:").finish("SAFETY", SOME);
        }
        gateway.script(script);

        Reply streamed = ask(HISTORY + "," + TRIGGER, TOOLS + ",\"stream\":true");
        Reply whole = ask(HISTORY + "," + TRIGGER, TOOLS);

        assertThat(streamed.status()).as(streamed.text()).isEqualTo(200);
        JsonNode last = ResponseEvents.of(streamed.text()).last();
        assertThat(last.get("status").asString()).isEqualTo("failed");
        assertThat(last.get("output").isEmpty()).isTrue();
        assertThat(whole.status()).isEqualTo(400); // an upstream error that SDKs do not repeat (E18)
        assertThat(whole.header("x-should-retry")).isEqualTo("false");
        assertThat(whole.error().get("code").asString()).isEqualTo("upstream_error");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(customer.tasks()).isEqualTo(2);
    }

    // ---- the turns after it ----

    @ParameterizedTest
    @ValueSource(strings = {"compaction", "compaction_summary", "context_compaction"})
    void the_next_turn_reads_the_summary_after_a_restart(String type) {
        String item = item().replace("\"type\":\"compaction\"", "\"type\":\"" + type + "\"");
        gateway.restart();

        made(USER + "," + item + "," + QUESTION, "");

        assertThat(sent())
                .containsExactly(
                        "user: The number is 4711.",
                        "user: Summary of the conversation so far:\n" + SUMMARY,
                        "user: Which number?");
    }

    @Test
    void kept_turns_and_references_keep_the_summary() {
        JsonNode first = made(item() + "," + QUESTION, "");
        String summary = "user: Summary of the conversation so far:\n" + SUMMARY;
        String after = ",\"previous_response_id\":\"" + first.get("id").asString() + "\"";
        String reference = "{\"type\":\"item_reference\",\"id\":\""
                + first.at("/output/0/id").asString() + "\"}";

        made(USER, after);
        assertThat(sent())
                .containsExactly(summary, "user: Which number?", "model: " + SUMMARY, "user: The number is 4711.");
        made(item() + "," + reference + "," + QUESTION, "");
        assertThat(sent()).containsExactly(summary, "model: " + SUMMARY, "user: Which number?");
        made(TRIGGER, after);
        assertThat(sent()).startsWith(summary, "user: Which number?", "model: " + SUMMARY);
        made(reference + "," + TRIGGER, "");
        assertThat(sent()).startsWith("model: " + SUMMARY);
    }

    @Test
    void a_summary_that_cannot_be_read_leaves_no_entry() {
        String item = item();
        customer = gateway.customer("100");
        int asked = gateway.asked().size();
        String sealed = "{\"type\":\"compaction\",\"encrypted_content\":\"";
        for (String foreign : List.of(
                item,
                item.replace("tgc1.", "tgc1.A"),
                item.substring(0, item.length() - 6) + "\"}",
                sealed + "gAAAABnc3Vt\"}",
                "{\"type\":\"compaction_summary\"}")) {
            for (String end : List.of("", "," + TRIGGER)) {
                Reply reply = ask(USER + "," + foreign + end, "");
                assertThat(reply.status()).as(reply.text()).isEqualTo(400);
                assertThat(reply.error().get("param").asString()).isEqualTo("input.1");
            }
        }
        assertThat(lastNumber()).isEqualTo(1);
        assertThat(customer.tasks()).isZero();
        assertThat(gateway.asked()).hasSize(asked);
    }

    // ---- the path of its own ----

    @Test
    void a_compacted_conversation_has_the_users_messages_and_the_summary() {
        String old = "{\"role\":\"user\",\"content\":\"" + "x".repeat(256_000) + "\"}";
        String files = """
                {"role":"user","content":[{"type":"input_text","text":"See \\u20ac\\n:"},{"type":"input_image","image_url":"data:image/png;base64,%s"},
                {"type":"input_file","file_data":"data:application/pdf;base64,JVBERi0="}]}""".formatted(Documented.PNG);
        Reply reply = ask(
                "/v1/responses/compact", old + "," + item() + "," + HISTORY + "," + files, TOOLS + ",\"stream\":true");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("stream,store");
        JsonNode made = reply.json();
        OutgoingSchema.RESPONSES.check(made);
        assertThat(made.propertyNames())
                .containsExactly("id", "object", "created_at", "output", "usage", "credits_consumed");
        assertThat(made.get("object").asString()).isEqualTo("response.compaction");
        JsonNode output = made.get("output");
        assertThat(output.size()).isEqualTo(3);
        String chars = made.get("id").asString().substring(5);
        assertThat(output.get(0).toString())
                .isEqualTo("{\"type\":\"message\",\"id\":\"msg_" + chars
                        + "_0\",\"status\":\"completed\",\"role\":\"user\","
                        + "\"content\":[{\"type\":\"input_text\",\"text\":\"The number is 4711.\"}]}");
        assertThat(output.get(1).get("content").valueStream().map(part -> part.get("text")
                        .asString()))
                .containsExactly("See \u20ac\n:", "[image]", "[file]");
        assertThat(output.get(2).get("id").asString()).isEqualTo("cmp_" + chars + "_2");
        assertThat(sent()).contains("user: Summary of the conversation so far:\n" + SUMMARY);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue())
                .isEqualByComparingTo(made.get("credits_consumed").decimalValue());

        String next = output.toString();
        made(next.substring(1, next.length() - 1) + "," + QUESTION, "");
        assertThat(sent()).contains("user: Summary of the conversation so far:\n" + SUMMARY, "user: [file]");
    }

    @Test
    void a_compaction_by_path_continues_kept_responses_and_repeats_by_key() {
        String kept = made(USER, "").get("id").asString();
        String body =
                "{\"model\":\"gemini-2.5-pro\",\"input\":[" + QUESTION + "],\"previous_response_id\":\"" + kept + "\"}";
        List<String> texts = new ArrayList<>();
        for (String path : List.of("/v1/responses/compact", "/v1/responses/compact")) {
            Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .header("Authorization", "Bearer " + customer.key())
                    .header("Idempotency-Key", "once")
                    .POST(BodyPublishers.ofString(body)));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            texts.add(reply.text());
        }

        assertThat(texts.get(0)).isEqualTo(texts.get(1)).contains("Which number?", "The number is 4711.");
        assertThat(customer.tasks()).isEqualTo(2);
    }

    @Test
    void a_compaction_by_path_of_a_kept_response_needs_no_input() {
        String kept = ",\"previous_response_id\":\"" + made(USER, "").get("id").asString() + '"';
        String body = "{\"model\":\"gemini-2.5-pro\"%s}";
        Reply reply = gateway.post("/v1/responses/compact", body.formatted(kept), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("output").valueStream().map(item -> item.get("type")
                        .asString()))
                .containsExactly("message", "compaction");
        for (Reply refused : List.of(
                gateway.post("/v1/responses/compact", body.formatted(""), customer.key()),
                gateway.post("/v1/responses", body.formatted(kept), customer.key()))) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().at("/error/param").asString()).isEqualTo("input");
        }
    }
}
