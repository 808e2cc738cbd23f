package dev.tollgate.calls.metering;

import dev.tollgate.base.error.Shortage;
import org.jspecify.annotations.Nullable;

/** The hold of a call: its reach, and whether covered output may leave. Confined to its call. */
final class Hold {

    private final Coverage coverage;
    private final Books.Held held;
    private String limit;
    private Shortage.@Nullable OfLimit limitedBy;
    private boolean mayLeave;
    private boolean confirming;
    private boolean growing;
    private boolean grewAhead;

    Hold(Bounds bounds, Books.Held held) {
        this.coverage = new Coverage(bounds, held.micros());
        this.held = held;
        this.limit = held.limit();
        this.limitedBy = held.limitedBy();
    }

    Coverage coverage() {
        return coverage;
    }

    /** Returns the native finish reason of a response that is cut where the hold ends (D32). */
    String limit() {
        return limit;
    }

    /** Returns the limit or budget that stops a response where the hold ends; null if none does. */
    Shortage.@Nullable OfLimit limitedBy() {
        return limitedBy;
    }

    /** Returns the outcome of a call that is cut where the hold ends. */
    CallOutcome cutOutcome() {
        return limit.equals(StoredBooks.CREDITS_EXHAUSTED) ? CallOutcome.CUT_CREDITS : CallOutcome.CUT_LIMIT;
    }

    /** Returns whether covered output may leave (D58). */
    boolean mayLeave() {
        mayLeave = mayLeave || held.mayLeave().getAsBoolean();
        return mayLeave;
    }

    /** Returns whether the call waits for the hold to become durable. */
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

    /** Returns whether an extension is pending, so that the held amount is unknown. */
    boolean isGrowing() {
        return growing;
    }

    /** @param ahead whether the response can continue without the extension */
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
                limitedBy = refused.stoppedBy();
            }
            case Books.NotRecorded unknown -> {
                // the growth is unknown; the amount held before counts
            }
        }
    }
}
