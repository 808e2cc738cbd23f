package dev.tollgate.calls.metering;

/**
 * How much output the hold covers, and whether it may grow (D31, D32, D46). Token counts are over all candidates. Confined to its
 * call.
 */
final class Coverage {

    /** Under so few covered tokens more are asked for, so that the stream need not stop for them (D46). */
    private static final long AHEAD_TOKENS = 1_024;

    private enum Mode {
        /** A maximum is in force and held for in full: the upstream itself stops there. */
        FIXED,
        /** Nobody named a maximum: the hold follows the answer. */
        GROWING,
        /** Balance or a window covers only a part: the answer ends there. */
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
        this.mode = heldMicros < bounds.wantedMicros() ? Mode.LIMITED : bounds.extendable() ? Mode.GROWING : Mode.FIXED;
        this.capTokens = bounds.extendable() ? Long.MAX_VALUE : bounds.wantedTokens();
        this.tokens = count();
    }

    long heldMicros() {
        return heldMicros;
    }

    long tokens() {
        return tokens;
    }

    /** Whether less than what was wanted is held, now. */
    boolean isLimited() {
        return mode == Mode.LIMITED;
    }

    /** Whether the hold is what ends here, and not the maximum that was asked for. */
    boolean endsWithHold() {
        return tokens < capTokens;
    }

    boolean covers(long usedTokens) {
        return mode == Mode.FIXED || usedTokens <= tokens;
    }

    boolean mayGrow() {
        return mode == Mode.GROWING;
    }

    /**
     * Never where all that the model can say is covered: there would be no end to asking for more. Nor after a refusal: what is asked for
     * next is what the answer cannot go on without.
     */
    boolean runsShort(long usedTokens) {
        return mode == Mode.GROWING
                && !refusedAhead
                && tokens < bounds.mostTokens()
                && tokens - usedTokens < AHEAD_TOKENS;
    }

    /** What must be added to cover one more token. */
    long leastExtensionMicros() {
        return Math.max(1, bounds.chargeMicros(promptTokens, tokens + 1) - heldMicros);
    }

    /** What is to be added for a further slice beyond what is covered or used. */
    long wantedExtensionMicros(long usedTokens) {
        long next = Math.max(tokens, usedTokens) + Bounds.SLICE_TOKENS * bounds.candidates();
        long target = Math.min(bounds.mostTokens(), next);
        return Math.max(leastExtensionMicros(), bounds.chargeMicros(promptTokens, target) - heldMicros);
    }

    /** The prompt's true count is known: what was held for its bound covers output, and the other way round. */
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
     * The hold does not grow. That is final where the answer could not go on without; what was asked for ahead is asked for once more when
     * it is needed, for limits are raised and balances topped up meanwhile (D54).
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
                : Math.min(capTokens, bounds.coveredTokens(promptTokens, heldMicros));
    }
}
