package dev.tollgate.running;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The amount by which a request exceeds a model's context, as far as the upstream reports it.
 *
 * @param tokens the request's tokens
 * @param tokensMax the model's limit
 * @param field the caller's field that is too long; null for the whole request
 */
public record ContextOverflow(
        @Nullable Long tokens,
        @Nullable Long tokensMax,
        @Nullable String field) {

    public static final ContextOverflow UNTOLD = new ContextOverflow(null, null);

    /** Creates the overflow of a whole request. */
    public ContextOverflow(@Nullable Long tokens, @Nullable Long tokensMax) {
        this(tokens, tokensMax, null);
    }

    /**
     * Finds the figures in an upstream's message.
     *
     * @param patterns with the groups {@code tokens} and {@code max}, of at most 12 digits; either may be missing
     * @return null if no pattern matches
     */
    public static @Nullable ContextOverflow in(String message, List<Pattern> patterns) {
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(message);
            if (matcher.find()) {
                return new ContextOverflow(number(matcher, "tokens"), number(matcher, "max"));
            }
        }
        return null;
    }

    private static @Nullable Long number(Matcher matcher, String group) {
        String digits = matcher.namedGroups().containsKey(group) ? matcher.group(group) : null;
        return digits == null ? null : Long.valueOf(digits);
    }
}
