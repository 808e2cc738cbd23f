package dev.tollgate.upstreams.pool;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why an upstream did not answer, or stopped.
 *
 * @param kind decides what happens next
 * @param retryAfter how long the upstream asked us to wait
 * @param detail for the log only; no key in it, never shown to a caller
 * @param overflow the figures, where the request is too long; else null
 */
public record UpstreamFailure(
        Kind kind,
        @Nullable Duration retryAfter,
        String detail,
        @Nullable Overflow overflow) {

    /** As an upstream's answer begins: its status and a word for what is wrong; behind it come words that may be a caller's. */
    private static final Pattern ANSWER =
            Pattern.compile("(HTTP \\d{1,4})( [A-Z_]{1,40}(?=:)| [a-z_]{1,40}(?=:))?.*", Pattern.DOTALL);

    public UpstreamFailure(Kind kind, @Nullable Duration retryAfter, String detail) {
        this(kind, retryAfter, detail, null);
    }

    public static UpstreamFailure tooLong(Overflow overflow, String detail) {
        return new UpstreamFailure(Kind.TOO_LONG, null, detail, overflow);
    }

    /**
     * What the log may tell of it. An upstream's own words are told where they are about the channel's key, project or model; elsewhere they may
     * quote what a caller has asked or a model has said.
     */
    public String told() {
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
        /** A thought signature in the request: made by another model, project or installation. Without them the same call can succeed. */
        SIGNATURE,
        /** The model is there no more, and the channel asks another one in its place from now on: translated anew the call can succeed. */
        REPLACED,
        /** Our key, project, location or model name: ours to mend; another channel may do. */
        MISCONFIGURED,
        /** Our quota at the upstream, or its capacity; {@code retryAfter} where it said when. */
        QUOTA,
        /** Our quota of the day: back at midnight on the Pacific coast. */
        DAY_QUOTA,
        /** 5xx, no connection, timeout, an end before the first event: may pass. */
        UNAVAILABLE,
        /** It broke off in the middle of an answer, or sent what cannot be read. */
        BROKEN
    }
}
