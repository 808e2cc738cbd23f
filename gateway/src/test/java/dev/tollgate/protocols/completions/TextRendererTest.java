package dev.tollgate.protocols.completions;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves of an upstream's events (E71). No call runs: the events are made here. */
class TextRendererTest {

    private static final String HEAD = "{\"id\":\"chatcmpl-1\",\"object\":\"text_completion\",\"created\":17,"
            + "\"model\":\"gemini-2.5-pro\",\"choices\":[";
    private static final String UNFINISHED = ",\"logprobs\":null,\"finish_reason\":null}]}\n\n";

    private static final Sink.Completion COMPLETION =
            new Sink.Completion(new PrintedUsage(2, 10, 10, 12, Usage.of(2, 10, 0)), 250_000, ServiceTier.STANDARD);

    private static TextRenderer renderer(String members) {
        byte[] body =
                ("{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Once\"" + members + "}").getBytes(StandardCharsets.UTF_8);
        MeteredCall call = new MeteredCall(
                "acc_1",
                "key_1",
                KeyOwner.account("key_1"),
                "sk-1",
                PriceCeiling.NONE,
                "completions",
                Objects.requireNonNull(
                        CatalogueLoader.load(Path.of("models/documented.yaml")).find("gemini-2.5-pro")),
                Instant.EPOCH,
                "gemini-2.5-pro",
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                CallLabels.NONE,
                null);
        return new TextRenderer("chatcmpl-1", call, PromptReader.read(body, ReadLimits.DEFAULT, Lease.FREE), 17);
    }

    private static UpstreamEvent text(int candidate, String text) {
        return new UpstreamEvent.Text(candidate, text, null);
    }

    private static UpstreamEvent finish(int candidate, FinishReason reason, String nativeReason) {
        return new UpstreamEvent.Finish(candidate, reason, nativeReason);
    }

    private static String shown(TextRenderer renderer, UpstreamEvent... events) {
        JsonPieces out = new JsonPieces();
        renderer.events(List.of(events), out);
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    private static String end(TextRenderer renderer) {
        JsonPieces out = new JsonPieces();
        renderer.end(COMPLETION, out);
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    @Test
    void a_whole_response_has_the_text_of_each_choice() {
        TextRenderer renderer = renderer(",\"n\":2");

        assertThat(shown(
                        renderer,
                        new UpstreamEvent.Thought(0, "Hm", null),
                        text(0, "One \"a\"\n"),
                        text(1, "Two"),
                        finish(0, FinishReason.LENGTH, "MAX_TOKENS"),
                        text(0, "\u00e9")))
                .isEmpty();

        assertThat(end(renderer))
                .startsWith(
                        HEAD
                                + "{\"index\":0,\"text\":\"One \\\"a\\\"\\n\u00e9\",\"logprobs\":null,\"finish_reason\":\"length\","
                                + "\"native_finish_reason\":\"MAX_TOKENS\"},{\"index\":1,\"text\":\"Two\",\"logprobs\":null,"
                                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":10,\"total_tokens\":12,")
                .endsWith(",\"credits_consumed\":0.25}");
    }

    @Test
    void a_stream_begins_with_the_first_event_and_shows_no_thoughts() {
        TextRenderer renderer = renderer(",\"stream\":true");

        assertThat(shown(renderer, new UpstreamEvent.Thought(0, "Hm", null)))
                .isEqualTo("data: " + HEAD + "{\"index\":0,\"text\":\"\"" + UNFINISHED);
        assertThat(shown(renderer, text(0, "a\"b"), text(0, "")))
                .isEqualTo("data: " + HEAD + "{\"index\":0,\"text\":\"a\\\"b\"" + UNFINISHED);
    }

    @Test
    void finishes_of_a_stream_leave_with_usage_and_done() {
        TextRenderer renderer = renderer(",\"stream\":true,\"n\":2");
        shown(renderer, text(0, "a"), finish(1, FinishReason.FILTERED, "SAFETY"));

        assertThat(end(renderer))
                .startsWith("data: " + HEAD
                        + "{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: " + HEAD
                        + "{\"index\":1,\"text\":\"\",\"logprobs\":null,\"finish_reason\":\"content_filter\","
                        + "\"native_finish_reason\":\"SAFETY\"}]}\n\n"
                        + "data: " + HEAD + "],\"usage\":{\"prompt_tokens\":2,")
                .endsWith(",\"credits_consumed\":0.25}\n\ndata: [DONE]\n\n");
    }

    @Test
    void a_failure_before_the_first_event_writes_nothing() {
        TextRenderer renderer = renderer(",\"stream\":true");
        ApiError error = ApiError.of(ErrorCode.UPSTREAM_ERROR, "It broke.");
        JsonPieces out = new JsonPieces();

        renderer.failed(error, out);
        assertThat(out.size()).isZero();

        shown(renderer, text(0, "a"));
        renderer.failed(error, out);
        assertThat(new String(out.toByteArray(), StandardCharsets.UTF_8))
                .startsWith("event: error\ndata: {\"error\":{\"code\":\"upstream_error\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_file_or_a_tool_call_cannot_be_shown(boolean stream) {
        TextRenderer file = renderer(",\"stream\":" + stream);
        TextRenderer call = renderer(",\"stream\":" + stream);
        shown(file, text(0, "a"));
        assertThat(file.unshowable()).isNull();

        shown(file, new UpstreamEvent.Media(0, "image/png", "AAAA"));
        shown(call, new UpstreamEvent.ToolCall(0, null, "look", "{}", null));

        assertThat(Objects.requireNonNull(file.unshowable()).message()).contains("/v1/chat/completions");
        assertThat(call.unshowable()).isEqualTo(file.unshowable());
    }

    @Test
    void only_texts_of_a_whole_response_are_kept() {
        List<UpstreamEvent> events = List.of(
                text(0, "12345"),
                new UpstreamEvent.Thought(0, "1234567", null),
                new UpstreamEvent.Media(0, "image/png", "A".repeat(1_000)));

        assertThat(AnswerBudget.of(events, renderer("")::keeps)).isEqualTo(5);
        assertThat(AnswerBudget.of(events, renderer(",\"stream\":true")::keeps)).isZero();
    }
}
