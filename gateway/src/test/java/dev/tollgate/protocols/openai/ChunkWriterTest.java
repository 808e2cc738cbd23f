package dev.tollgate.protocols.openai;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChunkWriterTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String START =
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"m\\\"1\",\"choices\":[";

    private final Utf8Buffer out = new Utf8Buffer();
    private ChunkWriter chunks;

    @BeforeEach
    void start() {
        chunks = new ChunkWriter("chatcmpl-1", 17, "m\"1", out);
    }

    private String taken() {
        String text = new String(out.toByteArray(), StandardCharsets.UTF_8);
        out.clear();
        return text;
    }

    /** The one event of the buffer, with the start that all have in common cut off. */
    private String event() {
        String text = taken();
        assertThat(text).startsWith(START).endsWith("\n\n");
        assertThat(MAPPER.readTree(text.substring("data: ".length())).has("error"))
                .isFalse();
        return text.substring(START.length(), text.length() - 2);
    }

    @Test
    void deltas_have_an_index_and_say_that_nothing_is_finished() {
        chunks.role(0);
        assertThat(event())
                .isEqualTo("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                        + "\"logprobs\":null,\"finish_reason\":null}]}");
        chunks.content(1, "H\u00e9\"l\ud83d\ude00");
        assertThat(event())
                .isEqualTo("{\"index\":1,\"delta\":{\"content\":\"H\u00e9\\\"l\ud83d\ude00\"},"
                        + "\"logprobs\":null,\"finish_reason\":null}]}");
        chunks.reasoning(12, "hm", false);
        assertThat(event())
                .isEqualTo("{\"index\":12,\"delta\":{\"reasoning_content\":\"hm\"},"
                        + "\"logprobs\":null,\"finish_reason\":null}]}");
        chunks.reasoning(12, "hm", true);
        assertThat(event())
                .isEqualTo("{\"index\":12,\"delta\":{\"reasoning_content\":\"hm\",\"reasoning\":\"hm\"},"
                        + "\"logprobs\":null,\"finish_reason\":null}]}");
    }

    @Test
    void a_call_comes_whole_with_its_signature() {
        chunks.toolCall(0, 1, new Message.ToolCall("call_a", "f", "{\"q\":1}", "SIG"), null);
        assertThat(event())
                .isEqualTo(
                        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"call_a\",\"type\":\"function\","
                                + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"q\\\":1}\"},"
                                + "\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\"}}}]},"
                                + "\"logprobs\":null,\"finish_reason\":null}]}");
        chunks.toolCall(0, 2, new Message.ToolCall("call_b", "g", "{}", null), null);
        assertThat(event()).contains("\"arguments\":\"{}\"}}]}").doesNotContain("extra_content");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chunks.toolCall(0, 0, new Message.ToolCall(null, "f", "{}", null), null));
    }

    @Test
    void a_deprecated_call_has_no_id() {
        chunks.functionCall(0, new Message.ToolCall("call_a", "f", "{}", "SIG"));
        assertThat(event())
                .isEqualTo("{\"index\":0,\"delta\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"},"
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\"}}},"
                        + "\"logprobs\":null,\"finish_reason\":null}]}");
    }

    @Test
    void annotations_and_logprobs_come_in_openais_shape() {
        chunks.annotations(0, List.of(new UrlCitation(0, 15, "https://x", "yr.no"), new UrlCitation(1, 2, "u", "t")));
        assertThat(event())
                .startsWith("{\"index\":0,\"delta\":{\"annotations\":[{\"type\":\"url_citation\",\"url_citation\":"
                        + "{\"start_index\":0,\"end_index\":15,\"url\":\"https://x\",\"title\":\"yr.no\"}},{\"type\"")
                .endsWith("}}]},\"logprobs\":null,\"finish_reason\":null}]}");
        chunks.annotations(0, List.of());
        assertThat(event()).contains("\"annotations\":[]");
        chunks.logprobs(0, MAPPER.readTree("[{\"token\":\"a\",\"logprob\":-0.5,\"bytes\":[97],\"top_logprobs\":[]}]"));
        assertThat(event())
                .isEqualTo("{\"index\":0,\"delta\":{},\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-0.5,"
                        + "\"bytes\":[97],\"top_logprobs\":[]}],\"refusal\":null},\"finish_reason\":null}]}");
    }

    @Test
    void a_finish_has_both_reasons_and_the_extra_content() {
        chunks.finish(0, FinishReason.TOOL_CALLS, "STOP", ExtraContent.NONE);
        assertThat(event())
                .isEqualTo("{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"tool_calls\","
                        + "\"native_finish_reason\":\"STOP\"}]}");
        JsonNode metadata = MAPPER.readTree("{\"q\":[\"a\"]}");
        chunks.finish(1, FinishReason.STOP, null, new ExtraContent("SIG", "<div>", metadata));
        assertThat(event())
                .isEqualTo("{\"index\":1,\"delta\":{\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\","
                        + "\"search_entry_point\":\"<div>\",\"grounding_metadata\":{\"q\":[\"a\"]}}}},"
                        + "\"logprobs\":null,\"finish_reason\":\"stop\"}]}");
        chunks.finish(0, FinishReason.STOP, null, new ExtraContent(null, null, metadata));
        assertThat(event()).contains("\"extra_content\":{\"google\":{\"grounding_metadata\":{\"q\":[\"a\"]}}}}");
    }

    @Test
    void usage_and_price_come_without_choices_and_then_the_end() {
        chunks.usage(new PrintedUsage(194, 229, 229, 880, new Usage(9, 0, 229, 457, 1, 2, 3, 229)), null, 250_000);
        assertThat(event())
                .isEqualTo("],\"usage\":{\"prompt_tokens\":194,\"completion_tokens\":229,\"total_tokens\":880,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":1,\"audio_tokens\":2,\"image_tokens\":3,"
                        + "\"text_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":457,\"audio_tokens\":0,"
                        + "\"text_tokens\":229,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}},"
                        + "\"credits_consumed\":0.25}");
        ChunkWriter.done(out);
        assertThat(taken()).isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void a_failure_after_the_first_byte_has_event_name_and_data() {
        ChatErrors.inStream(ApiError.of(ErrorCode.UPSTREAM_ERROR, "The \"upstream\" closed.\nSorry."), out);
        assertThat(taken())
                .isEqualTo(
                        "event: error\ndata: {\"error\":{\"code\":\"upstream_error\","
                                + "\"message\":\"The \\\"upstream\\\" closed.\\nSorry.\",\"type\":\"upstream_error\",\"param\":null}}\n\n");
        ChatErrors.inStream(ApiError.invalid("messages.0", "no"), out);
        assertThat(taken()).endsWith("\"param\":\"messages.0\"}}\n\n");
    }

    @Test
    void deltas_are_written_without_allocating() {
        String text = "Hall\u00f6chen \ud83d\ude00, \"so\"\n";
        long allocated = Long.MAX_VALUE;
        // the first rounds are interpreted, and compilation may come at any time: one clean round is the proof
        for (int round = 0; round < 20 && allocated > 0; round++) {
            long before = Allocations.ofThisThread();
            for (int i = 0; i < 10_000; i++) {
                chunks.content(0, text);
                chunks.reasoning(1, text, false);
                out.clear();
            }
            allocated = Allocations.ofThisThread() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void no_text_can_break_an_event_apart() {
        Randomly.run(500, random -> {
            String text = Randomly.text(random, 40, true) + "\n\ndata: [DONE]\n\n\r\r";
            chunks.content(0, text);
            String event = taken();
            assertThat(event.indexOf('\n')).isEqualTo(event.length() - 2);
            assertThat(event.indexOf('\r')).isNegative();
            JsonNode choice = MAPPER.readTree(event.substring(6)).at("/choices/0");
            assertThat(choice.at("/delta/content").stringValue()).isEqualTo(text);
        });
    }
}
