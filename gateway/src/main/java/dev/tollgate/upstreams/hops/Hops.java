package dev.tollgate.upstreams.hops;

import dev.tollgate.models.Model;
import org.jspecify.annotations.Nullable;

/**
 * A request whose answer may come in several hops, each with a request and a charge of its own (protocol 2.5, H6 to H8). Maxima are in tokens, thoughts
 * included. Immutable.
 *
 * @param asked the caller's maximum over all hops, as far as the model writes; null without one
 * @param hopMax the most of one hop
 * @param longMax the most of the model's answers over all hops
 * @param contextMax the model's context, which prompt and answer share
 * @param from where the answer goes on; null for its first hop
 * @param seal makes the tokens of this hop
 */
public record Hops(
        @Nullable Long asked,
        long hopMax,
        long longMax,
        long contextMax,
        @Nullable HopToken from,
        HopToken.Seal seal) {

    /** The tokens by which an upstream's count of the earlier output may exceed what it has reported of it. */
    public static final long SLACK_TOKENS = 1_024;

    /** Returns the hops of a request to a model. @param asked see {@link #asked} */
    public static Hops of(Model model, @Nullable Long asked, @Nullable HopToken from, HopToken.Seal seal) {
        return new Hops(
                asked,
                model.upstream().outputTokensMax(),
                model.longTokensMax(),
                model.upstream().inputTokensMax(),
                from,
                seal);
    }

    /** Returns whether more than one hop is asked for: only some channels can do that, and it may take long. */
    public boolean isLong() {
        return from != null || asked != null && asked > hopMax;
    }

    /** Returns the output of the earlier hops; 0 at the first. */
    public long before() {
        return from == null ? 0 : from.outputTokens();
    }

    /** Returns the prompt tokens that a hold keeps for the output of the earlier hops. */
    public long heldBefore() {
        return from == null ? 0 : before() + SLACK_TOKENS;
    }

    /** Returns the number of this hop, from 1. */
    public int number() {
        return from == null ? 1 : from.hops() + 1;
    }

    /** Returns the most of this hop: what a maximum over all hops leaves; a hop of a maximum that is used up. */
    public long most(long tokensMax) {
        long rest = tokensMax > before() ? tokensMax - before() : tokensMax;
        return Math.min(hopMax, rest);
    }

    /** Returns whether this hop is the last that an answer may have: twice as many as it takes, and two. */
    public boolean isLast() {
        long needed = Math.ceilDiv(asked == null ? longMax : asked, hopMax);
        return number() >= 2 * needed + 2;
    }

    /** Returns whether one channel alone can take the request: the channel that has begun the answer. */
    public boolean isPinned() {
        return from != null && from.channel() != null;
    }
}
