package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a prompt that is too long, from the platform's own message (E18): doors say them in the words by which their clients know that they have
 * to shorten the conversation.
 *
 * @param tokens null if they are unknown
 * @param max null if it is unknown
 */
public record TooLong(@Nullable String tokens, @Nullable String max) {

    private static final Pattern CONTEXT = Pattern.compile(
            "maximum context length is (?<max>\\d+) tokens.{0,40}request (?:comes to (?<tokens>\\d+) tokens)?");

    /** Returns null for another error. */
    public static @Nullable TooLong of(ApiError error) {
        if (error.code() != ErrorCode.CONTEXT_LENGTH_EXCEEDED) {
            return null;
        }
        Matcher figures = CONTEXT.matcher(error.message());
        return figures.find() ? new TooLong(figures.group("tokens"), figures.group("max")) : new TooLong(null, null);
    }
}
