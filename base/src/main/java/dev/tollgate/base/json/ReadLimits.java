package dev.tollgate.base.json;

/**
 * The limits of a request's content (D29). The size of the body is limited before it gets here, and bounds every string in it.
 *
 * @param nestingMax levels of objects and arrays, the body's own included, in unknown fields and tool arguments too
 * @param messagesMax messages of the conversation, and calls in one of them
 * @param partsMax content parts of the whole conversation
 * @param toolsMax tools, or deprecated functions
 * @param mediaMax content parts that are not text
 */
public record ReadLimits(int nestingMax, int messagesMax, int partsMax, int toolsMax, int mediaMax) {

    public static final ReadLimits DEFAULT = new ReadLimits(64, 10_000, 20_000, 512, 100);

    public ReadLimits {
        if (nestingMax < 1 || nestingMax > 500 || messagesMax < 1 || partsMax < 1 || toolsMax < 1 || mediaMax < 0) {
            throw new IllegalArgumentException("limits out of range");
        }
    }
}
