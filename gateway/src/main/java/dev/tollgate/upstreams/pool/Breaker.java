package dev.tollgate.upstreams.pool;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps calls away from a channel that has failed {@value #FAILURES_MAX} times in a row, and lets one through at intervals to see whether
 * it has recovered. Lock-free; a healthy channel costs one read for each call.
 */
final class Breaker {

    static final int FAILURES_MAX = 5;
    static final long OPEN_MILLIS = 5_000;
    static final long OPEN_MILLIS_MAX = 120_000;

    /** The time after which an unfinished trial counts as lost. */
    static final long TRIAL_MILLIS_MAX = 600_000;

    private static final int DOUBLINGS_MAX = 10;

    sealed interface State {
        /** @param failures in a row */
        record Closed(int failures) implements State {}

        /** @param openings without a success between them */
        record Open(int openings, long untilMillis) implements State {}

        /** A trial call is running. */
        record HalfOpen(int openings, long sinceMillis) implements State {}
    }

    private static final State.Closed HEALTHY = new State.Closed(0);

    private final AtomicReference<State> state = new AtomicReference<>(HEALTHY);

    State state() {
        return state.get();
    }

    boolean isClosed() {
        return state.get() instanceof State.Closed;
    }

    /** Returns whether a call may be made now; says nothing about the next one. */
    boolean permits(long nowMillis) {
        return switch (state.get()) {
            case State.Closed closed -> true;
            case State.Open open -> nowMillis >= open.untilMillis();
            case State.HalfOpen trial -> nowMillis - trial.sinceMillis() > TRIAL_MILLIS_MAX;
        };
    }

    /** Starts a call. @return false if another trial is running, or it is too early for one */
    boolean enter(long nowMillis) {
        State now = state.get();
        if (now instanceof State.Closed) {
            return true;
        }
        int openings = now instanceof State.Open open ? open.openings() : ((State.HalfOpen) now).openings();
        return permits(nowMillis) && state.compareAndSet(now, new State.HalfOpen(openings, nowMillis));
    }

    /**
     * Ends a trial at the first event of substance, without waiting for the end of a long answer; the next failure opens the breaker again.
     */
    void answered() {
        if (state.get() instanceof State.HalfOpen trial) {
            state.compareAndSet(trial, new State.Closed(FAILURES_MAX - 1));
        }
    }

    void succeeded() {
        if (!state.get().equals(HEALTHY)) {
            state.set(HEALTHY);
        }
    }

    /** @return whether this failure has opened the breaker */
    boolean failed(long nowMillis) {
        State before = state.get();
        State after =
                switch (before) {
                    case State.Closed closed
                    when closed.failures() + 1 < FAILURES_MAX -> new State.Closed(closed.failures() + 1);
                    case State.Closed closed -> open(1, nowMillis);
                    case State.HalfOpen trial -> open(trial.openings() + 1, nowMillis);
                    case State.Open open -> open;
                };
        return !before.equals(after) && state.compareAndSet(before, after) && after instanceof State.Open;
    }

    private static State open(int openings, long nowMillis) {
        long wait = OPEN_MILLIS << Math.min(openings - 1, DOUBLINGS_MAX);
        return new State.Open(openings, nowMillis + Math.min(wait, OPEN_MILLIS_MAX));
    }

    /** Ends a call that says nothing about the channel, because its caller has left. */
    void abandoned(long nowMillis) {
        if (state.get() instanceof State.HalfOpen trial) {
            state.compareAndSet(trial, new State.Open(trial.openings(), nowMillis));
        }
    }
}
