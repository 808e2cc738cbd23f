package dev.tollgate.calls.metering;

/**
 * Tells a stream at intervals that the call runs, so that it can begin before the upstream speaks and show that it is alive while the upstream shows
 * nothing (E21). Confined to its call.
 */
final class Silence {

    private final Sink sink;
    private final Hold hold;
    private final Runnable confirm;
    private long toldNanos;

    /** @param confirm asks for a hold that may be relied on */
    Silence(Sink sink, Hold hold, long nowNanos, Runnable confirm) {
        this.sink = sink;
        this.hold = hold;
        this.confirm = confirm;
        this.toldNanos = nowNanos;
    }

    /** Returns whether the stream is to announce that its call runs. */
    boolean isDue(long nowNanos, long intervalNanos) {
        return nowNanos - toldNanos >= intervalNanos && !sink.leavesWhole();
    }

    /** Tells the stream as soon as the hold may be relied on. Called again while it {@link #isDue}. */
    void tell(long nowNanos) {
        if (hold.mayLeave()) {
            toldNanos = nowNanos;
            sink.waiting();
        } else {
            confirm.run();
        }
    }
}
