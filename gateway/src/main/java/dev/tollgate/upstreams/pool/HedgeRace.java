package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.hops.Hops;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The running attempts of a call: one, and perhaps a second while neither has said anything of substance. The first with something to say
 * wins and the other is cancelled. If one fails, the other continues alone. Confined to the call's event loop.
 */
final class HedgeRace {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private @Nullable Attempt current;
    private @Nullable Attempt second;
    private long timer = NO_TIMER;

    HedgeRace(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Returns null before the first attempt and between two. */
    @Nullable
    Attempt current() {
        return current;
    }

    /** Returns the attempt that runs at the same time as this one, or null. */
    @Nullable
    Attempt other(Attempt one) {
        return one == current ? second : current;
    }

    /** Returns what the current attempt has thrown away. */
    List<Spent> thrownAway() {
        return current == null ? List.of() : current.thrownAway();
    }

    int madeForNothing() {
        return current == null ? 0 : current.madeForNothing();
    }

    boolean cutsMaximum() {
        return current != null && current.cutsMaximum();
    }

    /** Returns how the hop has ended; null if the answer is a single one. */
    @Nullable
    HopEnd hopEnd(@Nullable Hops hops) {
        HopEnd end = current == null ? null : current.hopEnd();
        return end == null && hops != null && hops.isLong() ? HopEnd.OTHER : end;
    }

    Stream<Attempt> running() {
        return Stream.of(current, second).filter(Objects::nonNull);
    }

    boolean has(Attempt attempt) {
        return attempt.equals(current) || attempt.equals(second);
    }

    boolean isAlone(Attempt attempt) {
        return second == null && attempt.equals(current);
    }

    void begin(Attempt attempt) {
        current = attempt;
    }

    void join(Attempt attempt) {
        second = attempt;
    }

    void clear() {
        current = null;
    }

    /** Calls {@code silent} unless {@link #stopWatching} comes first. */
    void watch(Attempt first, long waitMillis, Consumer<Attempt> silent) {
        timer = vertx.setTimer(waitMillis, _ -> {
            timer = NO_TIMER;
            silent.accept(first);
        });
    }

    void stopWatching() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    void win(Attempt winner, long nowMillis) {
        Attempt loser = winner.equals(current) ? second : current;
        current = winner;
        second = null;
        if (loser != null) {
            loser.giveUp(AttemptEnd.OVERTAKEN, nowMillis);
        }
    }

    /** Removes a failed or empty attempt; the other one continues alone. @return false if there is no other one */
    boolean leave(Attempt attempt) {
        if (second == null) {
            return false;
        }
        current = attempt.equals(current) ? second : current;
        second = null;
        return true;
    }
}
