package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import java.util.Locale;

/**
 * Gemini's finish reasons (protocol 4.4), which other servers pass on. The list is open: an unknown word is {@code OTHER}, unless it says that
 * the server has failed.
 */
public final class FinishReasons {

    /** The parts of words that mean a failure, in lower case. */
    private static final List<String> FAILURES = List.of(
            "error", "overload", "unavailable", "abort", "timeout", "timed_out", "insufficient", "fail", "cancel");

    private FinishReasons() {}

    /** Returns whether an unknown word says that the server has failed, so that the answer is none (D18). */
    public static boolean sayFailure(String nativeReason) {
        if (of(nativeReason) != FinishReason.OTHER) {
            return false;
        }
        String word = nativeReason.toLowerCase(Locale.ROOT);
        for (int i = 0; i < FAILURES.size(); i++) {
            if (word.contains(FAILURES.get(i))) {
                return true;
            }
        }
        return false;
    }

    public static FinishReason of(String nativeReason) {
        return switch (nativeReason) {
            case "STOP" -> FinishReason.STOP;
            case "MAX_TOKENS", "CONTINUATION" -> FinishReason.LENGTH;
            case "SAFETY",
                    "PROHIBITED_CONTENT",
                    "BLOCKLIST",
                    "SPII",
                    "RECITATION",
                    "LANGUAGE",
                    "MODEL_ARMOR",
                    "ESCALATION",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION" -> FinishReason.FILTERED;
            case "MALFORMED_FUNCTION_CALL",
                    "MALFORMED_RESPONSE",
                    "UNEXPECTED_TOOL_CALL",
                    "TOO_MANY_TOOL_CALLS",
                    "MISSING_THOUGHT_SIGNATURE" -> FinishReason.MALFORMED;
            default -> FinishReason.OTHER;
        };
    }
}
