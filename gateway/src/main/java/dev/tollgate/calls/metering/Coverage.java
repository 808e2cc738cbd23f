package dev.tollgate.calls.metering;

import dev.tollgate.models.Usage;

/** The output that the hold covers, and whether the hold may grow (D31, D32, D46). Token counts are over all candidates. Confined to its call. */
final class Coverage {

    /** The covered tokens left below which the hold is extended ahead of need, so that the stream does not stop (D46). */
    private static final long AHEAD_TOKENS = 1_024;

    private enum Mode {
        /** A maximum is in force, and the hold covers it in full. The upstream stops there. */
        FIXED,
        /** The request has no maximum, or the model makes images. The hold grows with the response. */
        GROWING,
        /** Balance or a spend window covers only a part. The response ends there. */
        LIMITED
    }

    private final Bounds bounds;
    private final long capTokens;

    private Mode mode;
    private long heldMicros;
    private long promptTokens;
    private long tokens;
    private boolean refusedAhead;

    Coverage(Bounds bounds, long heldMicros) {
        this.bounds = bounds;
        this.heldMicros = heldMicros;
        this.promptTokens = bounds.promptTokensMax();
        boolean grows = bounds.extendable() || bounds.extras().images().most() > 0;
        this.mode = heldMicros < bounds.wantedMicros() ? Mode.LIMITED : grows ? Mode.GROWING : Mode.FIXED;
        this.capTokens = bounds.extendable() ? Long.MAX_VALUE : bounds.coverableTokens();
        this.tokens = count();
    }

    long heldMicros() {
        return heldMicros;
    }

    long tokens() {
        return tokens;
    }

    /** Returns whether the hold is below the wanted amount. */
    boolean isLimited() {
        return mode == Mode.LIMITED;
    }

    /** Returns whether the hold ends before the requested maximum. */
    boolean endsWithHold() {
        return tokens < capTokens;
    }

    /**
     * Returns whether the covered tokens use up the hold at the true price of the prompt. They do not if the hold has room for prompt tokens that were
     * cached, searches that were not made, audio that was text, or a dearer tier than was granted (P6a).
     *
     * @param used the usage so far
     */
    boolean isUsedUpBy(Usage used) {
        return bounds.chargeMicros(promptTokens, tokens + 1, used) > heldMicros;
    }

    /**
     * Returns whether the hold covers a usage. One that covers the maximum covers all: what a report counts above it is never charged (D53), and no
     * extension would add to it.
     */
    boolean covers(long usedTokens) {
        return mode == Mode.FIXED || usedTokens <= tokens || !endsWithHold();
    }

    boolean mayGrow() {
        return mode == Mode.GROWING;
    }

    /**
     * Returns whether the hold should grow ahead of need. False if the model's whole output limit is covered, since extensions would never end, and
     * after a refusal, since the next extension is then requested only when the response cannot continue without it.
     */
    boolean runsShort(long usedTokens) {
        return mode == Mode.GROWING
                && !refusedAhead
                && tokens < bounds.coverableTokens()
                && tokens - usedTokens < AHEAD_TOKENS;
    }

    /** Returns the prompt tokens that the hold has to cover: searches and other tools may still add some to those that were reported (D31). */
    private long promptHeld() {
        return Math.max(promptTokens, Math.min(bounds.promptTokensMax(), promptTokens + bounds.toolTokensKept()));
    }

    /** Returns the amount that covers one more token. */
    long leastExtensionMicros() {
        return Math.max(1, bounds.chargeMicros(promptHeld(), tokens + 1) - heldMicros);
    }

    /** Returns the amount for one more slice beyond the tokens covered or used. */
    long wantedExtensionMicros(long usedTokens) {
        long next = Math.max(tokens, usedTokens) + Bounds.SLICE_TOKENS * bounds.candidates();
        long target = Math.min(bounds.coverableTokens(), next);
        return Math.max(leastExtensionMicros(), bounds.chargeMicros(promptHeld(), target) - heldMicros);
    }

    /** Sets the prompt's true count. The part of the hold above it covers output, and a prompt above its bound takes from the output. */
    void promptIs(long inputTokens) {
        if (inputTokens != promptTokens) {
            promptTokens = inputTokens;
            tokens = count();
        }
    }

    void grownTo(long heldMicros) {
        this.refusedAhead = false;
        this.heldMicros = heldMicros;
        this.tokens = count();
    }

    /**
     * Records that the hold did not grow. That is final if the response cannot continue without it. An extension ahead of need is requested once more
     * when it is needed, because limits may be raised and balances topped up until then (D54).
     */
    void refused(boolean ahead) {
        refusedAhead = true;
        if (!ahead) {
            mode = Mode.LIMITED;
        }
    }

    private long count() {
        return mode == Mode.FIXED
                ? bounds.wantedTokens()
                : Math.min(capTokens, bounds.coveredTokens(promptHeld(), heldMicros));
    }
}
