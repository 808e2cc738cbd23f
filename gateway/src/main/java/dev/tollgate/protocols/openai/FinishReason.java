package dev.tollgate.protocols.openai;

/** Why an answer ended, in OpenAI's words; clients know no others (protocol 3.3). */
public enum FinishReason {
    STOP("stop"),
    LENGTH("length"),
    TOOL_CALLS("tool_calls"),
    CONTENT_FILTER("content_filter"),
    /** Instead of {@link #TOOL_CALLS} for a caller who used the deprecated {@code functions}. */
    FUNCTION_CALL("function_call");

    private final String word;

    FinishReason(String word) {
        this.word = word;
    }

    /** The wire's {@code finish_reason}. */
    public String word() {
        return word;
    }
}
