package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.Stores;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The figures that the documents print, from an upstream that reports the numbers behind them. */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class DocumentedFiguresTest {

    private static Gateway gateway;

    @Parameter
    Stores stores;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void s003_costs_a_quarter_credit_and_names_the_upstreams_model() {
        upstreamReports("gemini-3.1-pro-preview", 194, 229, 457);
        JsonNode answer = gateway.chat("""
                        {"model":"gemini-3.1-pro","stream":false,
                         "messages":[{"role":"user","content":"Tomorrow weather forecast for Shanghai"}],
                         "tools":[{"type":"function","function":{"name":"googleSearch"}}]}""").json();
        assertThat(answer.get("model").asString()).isEqualTo("gemini-3.1-pro-preview");
        assertUsage(answer.get("usage"), 194, 229, 880, 457);
        assertThat(answer.at("/usage/completion_tokens_details/audio_tokens").asInt())
                .isZero();
        assertThat(answer.get("credits_consumed").toString()).isEqualTo("0.25");
    }

    @Test
    void s001_prints_units_with_reasoning_inside() {
        upstreamReports("gemini-2.5-pro", 9, 791, 1339);
        JsonNode answer = gateway.chat("""
                        {"model":"google/gemini-2.5-pro","max_tokens":15000,
                         "messages":[{"role":"user","content":"Hi! What do you think about mankind?"}]}""").json();
        assertThat(answer.get("model").asString()).isEqualTo("google/gemini-2.5-pro");
        assertUsage(answer.get("usage"), 24, 44730, 44754, 1339);
        assertThat(answer.get("credits_consumed").toString()).isEqualTo("4.4754");
    }

    @Test
    void s004_prints_units_under_the_alias_that_was_asked_for() {
        upstreamReports("gemini-2.5-pro", 1, 10, 180);
        JsonNode answer = gateway.chat("""
                        {"model":"google/gemini-2.5-pro-preview-05-06","messages":[{"role":"user","content":"Hello"}]}""").json();
        assertThat(answer.get("model").asString()).isEqualTo("google/gemini-2.5-pro-preview-05-06");
        assertUsage(answer.get("usage"), 3, 3990, 3993, 180);
        assertThat(answer.get("credits_consumed").toString()).isEqualTo("0.3993");
    }

    @Test
    void a_stream_ends_with_one_usage_chunk_that_carries_the_price_and_done() {
        upstreamReports("gemini-2.5-pro", 12, 86, 0);
        Gateway.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Explain quantum computing"}]}""");
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        List<String> data = reply.data();
        assertThat(data.getLast()).isEqualTo("[DONE]");
        List<JsonNode> chunks = reply.chunks();
        JsonNode last = chunks.getLast();
        assertThat(last.get("choices")).isEmpty();
        assertUsage(last.get("usage"), 12, 86, 98, 0);
        assertThat(last.get("credits_consumed").toString()).isEqualTo("0.03");
        assertThat(chunks.stream().filter(chunk -> chunk.has("usage"))).hasSize(1);
    }

    @Test
    void what_was_printed_is_what_the_ledger_charged_and_the_task_explains() {
        upstreamReports("gemini-3.1-pro-preview", 194, 229, 457);
        JsonNode before = gateway.credits();
        Gateway.Reply reply = gateway.chat("""
                {"model":"gemini-3.1-pro","stream":false,"messages":[{"role":"user","content":"%s"}]}""".formatted(Prompts.LONG));
        JsonNode after = gateway.credits();
        assertThat(after.get("total_consumed")
                        .decimalValue()
                        .subtract(before.get("total_consumed").decimalValue()))
                .isEqualByComparingTo("0.25");
        JsonNode task =
                gateway.get("/v1/tasks/" + reply.json().get("id").asString()).json();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.25");
        assertThat(task.at("/output/usage/reasoning_tokens").asInt()).isEqualTo(457);
        assertThat(task.at("/pricing_detail/exact").toString()).isEqualTo("0.25088");
        assertThat(task.at("/pricing_detail/reasoning_tokens").asInt()).isEqualTo(457);
        assertThat(reply.header("x-tollgate-task-id"))
                .isEqualTo(reply.json().get("id").asString());
    }

    private static void assertUsage(JsonNode usage, int prompt, int completion, int total, int reasoning) {
        assertThat(usage.get("prompt_tokens").asInt()).isEqualTo(prompt);
        assertThat(usage.get("completion_tokens").asInt()).isEqualTo(completion);
        assertThat(usage.get("total_tokens").asInt()).isEqualTo(total);
        assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt())
                .isEqualTo(reasoning);
    }

    private static void upstreamReports(String model, int prompt, int candidates, int thoughts) {
        gateway.script("""
                - match: {}
                  respond:
                    - event:
                        candidates: [{content: {role: model, parts: [{text: "As reported."}]}, finishReason: STOP, index: 0}]
                        usageMetadata: {promptTokenCount: %d, candidatesTokenCount: %d, thoughtsTokenCount: %d, totalTokenCount: %d}
                        modelVersion: %s
                        responseId: r1
                """.formatted(prompt, candidates, thoughts, prompt + candidates + thoughts, model));
    }
}
