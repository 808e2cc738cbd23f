package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;

/** Gemini's finish reasons (protocol 4.4), which other servers pass on. The list is open: an unknown word is {@code OTHER}. */
public final class FinishReasons {

    private FinishReasons() {}

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
