package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.function.ToLongFunction;

/** The estimated bytes of heap that a door holds of an event until the end of its answer. */
public final class AnswerBudget {

    /** A token with its logarithm, as JSON. */
    private static final int TOKEN_BYTES = 100;

    private static final int CALL_BYTES = 512;

    private AnswerBudget() {}

    /** Adds what is kept of each event. */
    public static long of(List<UpstreamEvent> events, ToLongFunction<UpstreamEvent> each) {
        long bytes = 0;
        for (UpstreamEvent event : events) {
            bytes += each.applyAsLong(event);
        }
        return bytes;
    }

    /** Returns what is kept of an event whose content is collected once. */
    public static long once(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> Utf8Buffer.escapedBytes(text.text());
            case UpstreamEvent.Thought thought -> Utf8Buffer.escapedBytes(thought.text());
            case UpstreamEvent.ToolCall call -> CALL_BYTES + call.arguments().length();
            case UpstreamEvent.Media made -> made.data().heapBytes();
            case UpstreamEvent.Logprobs logprobs -> logprobs(logprobs);
            case UpstreamEvent.Embedded embedded ->
                embedded.vectors().stream().mapToLong(vector -> vector.length).sum();
            case UpstreamEvent.Report _,
                    UpstreamEvent.ServerTool _,
                    UpstreamEvent.Grounding _,
                    UpstreamEvent.Finish _,
                    UpstreamEvent.Raw _ -> 0;
        };
    }

    private static long logprobs(UpstreamEvent.Logprobs logprobs) {
        return logprobs.tokens()
                .valueStream()
                .mapToLong(
                        token -> TOKEN_BYTES * (1L + token.path("top_logprobs").size()))
                .sum();
    }
}
