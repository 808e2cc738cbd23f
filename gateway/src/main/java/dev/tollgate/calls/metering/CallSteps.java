package dev.tollgate.calls.metering;

import java.util.Arrays;

/** The times of a call's steps, in microseconds from the request's arrival. Confined to its call. */
public final class CallSteps {

    /** The time of a step that was not taken. */
    public static final long NEVER = -1;

    private static final int COUNT = CallStep.values().length;

    private final long[] micros = new long[COUNT];

    public CallSteps() {
        Arrays.fill(micros, NEVER);
    }

    /** Returns microseconds, or {@link #NEVER}. */
    public long at(CallStep step) {
        return micros[step.ordinal()];
    }

    public boolean has(CallStep step) {
        return at(step) != NEVER;
    }

    /** @param atMicros 0 or more */
    public void take(CallStep step, long atMicros) {
        micros[step.ordinal()] = atMicros;
    }
}
