package dev.tollgate.calls.metering;

/** What is held for a call, how far it reaches, and whether what it covers may leave. Confined to its call. */
final class Hold {

    private final Coverage coverage;
    private final Books.Held held;
    private String limit;
    private boolean mayLeave;
    private boolean confirming;
    private boolean growing;
    private boolean grewAhead;

    Hold(Bounds bounds, Books.Held held) {
        this.coverage = new Coverage(bounds, held.micros());
        this.held = held;
        this.limit = held.limit();
    }

    Coverage coverage() {
        return coverage;
    }

    /** The word that the answer carries if it is cut where the hold ends (D32). */
    String limit() {
        return limit;
    }

    /** The same for who watches. */
    CallOutcome cutOutcome() {
        return limit.equals(Holds.CREDITS_EXHAUSTED) ? CallOutcome.CUT_CREDITS : CallOutcome.CUT_LIMIT;
    }

    /** Whether what is covered may leave by now (D58). */
    boolean mayLeave() {
        mayLeave = mayLeave || held.mayLeave().getAsBoolean();
        return mayLeave;
    }

    /** Whether it is being waited for that the hold is durable. */
    boolean isConfirming() {
        return confirming;
    }

    void confirms() {
        confirming = true;
    }

    void confirmed(boolean durable) {
        confirming = false;
        mayLeave = durable;
    }

    /** Whether more has been asked for, so that what is held is not known. */
    boolean isGrowing() {
        return growing;
    }

    /** @param ahead whether the answer can go on meanwhile */
    void grows(boolean ahead) {
        growing = true;
        grewAhead = ahead;
    }

    void grown(Books.Extension extension) {
        growing = false;
        switch (extension) {
            case Books.Grown grown -> coverage.grownTo(grown.heldMicros());
            case Books.NotGrown refused -> {
                coverage.refused(grewAhead);
                limit = refused.nativeReason();
            }
            case Books.NotRecorded unknown -> {
                // nobody knows; what was held before is
            }
        }
    }
}
