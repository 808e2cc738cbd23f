package dev.tollgate.protocols.messages;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a response ended.
 *
 * @param reason the protocol's word
 * @param sequence the requested text at which the upstream says that it stopped (E42); null if it names none
 * @param nativeReason the upstream's own word, or Tollgate's for a cut (E23); null if there is none
 */
record StopReason(
        String reason, @Nullable String sequence, @Nullable String nativeReason) {

    private static final String STOP_SEQUENCE = "stop_sequence";

    /** @param requested the caller's stop sequences */
    static StopReason of(UpstreamEvent.@Nullable Finish finish, boolean calls, List<String> requested) {
        String sequence = finish == null ? null : finish.stopSequence();
        boolean isRequested = sequence != null && requested.contains(sequence);
        String reason =
                switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
                    case LENGTH -> "max_tokens";
                    case FILTERED -> "refusal";
                    case STOP, MALFORMED, OTHER -> calls ? "tool_use" : isRequested ? STOP_SEQUENCE : "end_turn";
                };
        return new StopReason(
                reason, reason.equals(STOP_SEQUENCE) ? sequence : null, finish == null ? null : finish.nativeReason());
    }

    /** Writes {@code stop_reason}, {@code stop_sequence} and {@code stop_details}, as members of an object. */
    void write(Utf8Buffer out) {
        out.raw("\"stop_reason\":\"").raw(reason).raw("\",\"stop_sequence\":");
        out.stringOrNull(sequence);
        out.raw(",\"stop_details\":");
        out.raw(reason.equals("refusal") ? "{\"type\":\"refusal\",\"category\":null,\"explanation\":null}" : "null");
    }

    /** Writes Tollgate's own members (E23). */
    void writeOwn(Utf8Buffer out, long chargeMicros) {
        out.raw(",\"credits_consumed\":").credits(chargeMicros).raw(",\"native_finish_reason\":");
        out.stringOrNull(nativeReason);
    }
}
