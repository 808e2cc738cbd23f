package dev.tollgate.running;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The reason why an upstream did not answer, or stopped.
 *
 * @param kind decides what happens next
 * @param retryAfter how long the upstream asked us to wait
 * @param detail for the log only; contains no key, never shown to a caller
 * @param overflow the token counts if the request is too long; otherwise null
 */
public record UpstreamFailure(
        Kind kind,
        @Nullable Duration retryAfter,
        String detail,
        @Nullable ContextOverflow overflow) {

    /** The start of an upstream's error: its status and a word for the fault. The text after it may quote a caller. */
    private static final Pattern ANSWER =
            Pattern.compile("(HTTP \\d{1,4})( [A-Z_]{1,40}(?=:)| [a-z_]{1,40}(?=:))?.*", Pattern.DOTALL);

    public UpstreamFailure(Kind kind, @Nullable Duration retryAfter, String detail) {
        this(kind, retryAfter, detail, null);
    }

    public static UpstreamFailure tooLong(ContextOverflow overflow, String detail) {
        return new UpstreamFailure(Kind.TOO_LONG, null, detail, overflow);
    }

    /**
     * Returns the detail for the log. The upstream's own text is included only if it is about the channel's key, project or model; other
     * text may quote a caller's request or a model's answer.
     */
    public String loggable() {
        if (kind == Kind.MISCONFIGURED) {
            return detail;
        }
        Matcher answer = ANSWER.matcher(detail);
        if (!answer.matches()) {
            return detail;
        }
        String word = answer.group(2);
        return word == null ? answer.group(1) : answer.group(1) + word;
    }

    public enum Kind {
        /** The caller's data were refused (D2): the same call cannot succeed. */
        REFUSED,
        /** The request does not fit into the model's context: another channel of the model cannot take it either. */
        TOO_LONG,
        /** A thought signature of another model, project or installation. Without signatures the same call can succeed. */
        SIGNATURE,
        /** The model has retired, and the channel uses its successor from now on: after a new translation the call can succeed. */
        REPLACED,
        /** The operator's key, project, location or model name is wrong. Another channel may serve the call. */
        MISCONFIGURED,
        /** The operator's quota at the upstream, or the upstream's capacity; {@code retryAfter} if it said when. */
        QUOTA,
        /** The operator's daily quota, which returns at midnight Pacific time. */
        DAY_QUOTA,
        /** 5xx, no connection, timeout, an end before the first event: may pass. */
        UNAVAILABLE,
        /** The answer has more than an answer may have. Another one would cost as much. */
        TOO_LARGE,
        /** The answer broke off in the middle, or contained data that cannot be parsed. */
        BROKEN,
        /** A failure of this server's disk or memory while the answer was read: it says nothing about the channel, and another one would not help. */
        LOCAL;

        /** Returns whether the call's own request is the cause: another one of the same model may be answered at the same time. */
        public boolean isOfRequest() {
            return switch (this) {
                case REFUSED, TOO_LONG, SIGNATURE, TOO_LARGE -> true;
                case REPLACED, MISCONFIGURED, QUOTA, DAY_QUOTA, UNAVAILABLE, BROKEN, LOCAL -> false;
            };
        }
    }
}
