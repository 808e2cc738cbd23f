package dev.tollgate.upstreams.hops;

import org.jspecify.annotations.Nullable;

/**
 * The place in an answer behind a hop of it, from which the same request goes on (H7). It belongs to the project of the channel that gave it.
 *
 * @param channel the name of that channel; null for a token whose origin is not known
 * @param projectPlace the place of that channel's project
 * @param hops the hops that lie before it
 * @param outputTokens what they have written, thoughts included; the model's whole context if that is not known
 * @param upstreams the upstream's own token
 */
public record HopToken(@Nullable String channel, long projectPlace, int hops, long outputTokens, String upstreams) {

    /** The longest token of an upstream that is passed on, in characters. */
    public static final int CHARS_MAX = 1 << 20;

    /** Returns a token that was not sealed here: what lies before it may be as long as the context. */
    public static HopToken unknown(String upstreams, long contextTokensMax) {
        return new HopToken(null, 0, 0, contextTokensMax, upstreams);
    }

    /** Makes texts of tokens, which their caller alone can send back. */
    @FunctionalInterface
    public interface Seal {
        String seal(HopToken token);
    }
}
