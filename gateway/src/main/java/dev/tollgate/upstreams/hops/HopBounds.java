package dev.tollgate.upstreams.hops;

import org.jspecify.annotations.Nullable;

/**
 * The maxima of a request whose answer may come in several hops: of this hop, which the hold covers, and over all hops, which the upstream counts (H6, H7).
 * Tokens, thoughts included.
 *
 * @param room the most that the context leaves for the whole answer: its rest behind the prompt
 * @param isCounted whether the upstream has counted that prompt; if not, it is the bound of its bytes
 */
public record HopBounds(Hops hops, long room, boolean isCounted) {

    /** @param promptTokensMax the bound of the prompt with what is held for earlier hops */
    public static HopBounds of(Hops hops, long promptTokensMax) {
        return new HopBounds(hops, hops.contextMax() - (promptTokensMax - hops.heldBefore()), false);
    }

    public HopBounds withPrompt(long promptTokensMax) {
        return of(hops, promptTokensMax);
    }

    /** @param tokens the count of the request's own prompt, without earlier hops */
    public HopBounds counted(long tokens) {
        return new HopBounds(hops, hops.contextMax() - tokens, true);
    }

    /** Returns whether the maximum goes beyond what a bound by bytes leaves of the context: a count may leave more. */
    public boolean isBeyondContext() {
        return !isCounted && hops.asked() != null && hops.asked() > Math.max(hops.hopMax(), room);
    }

    /** Returns the caller's maximum over all hops, cut to the context (D21); null without one. */
    public @Nullable Long callersMax() {
        Long asked = hops.asked();
        return asked == null ? null : Long.valueOf(Math.min(asked, isCounted ? room : Math.max(hops.hopMax(), room)));
    }

    /** Returns the most of this hop; null without a maximum. */
    public @Nullable Long hopMax() {
        Long whole = callersMax();
        return whole == null ? null : Long.valueOf(hops.most(whole));
    }

    /**
     * Returns the maximum to send, which counts the output of all hops: one of this hop alone would be used up at once.
     *
     * @param hop that the hold covers of this hop; null for no maximum
     * @param isShort whether that is less than was wanted
     */
    public @Nullable Long sent(@Nullable Long hop, boolean isShort) {
        Long whole = callersMax();
        if (hop == null || whole == null && hops.from() == null) {
            return hop;
        }
        long most = whole == null ? Math.min(hops.longMax(), isCounted ? room : hops.longMax()) : whole;
        return isShort || whole == null ? Math.min(most, hops.before() + hop) : most;
    }
}
