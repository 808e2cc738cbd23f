package dev.tollgate.upstreams.pool;

import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a call that run: one, and beside it perhaps a second as long as neither has said anything of substance. The first with
 * something to say wins and the other is cancelled; where one of two fails the other goes on alone. Confined to the call's event loop.
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

    /** Null before the first attempt, and between two. */
    @Nullable
    Attempt current() {
        return current;
    }

    /** Who is asked beside that one, or null. */
    @Nullable
    Attempt other(Attempt one) {
        return one == current ? second : current;
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

    /** Has a second channel looked for if nothing comes for a while. */
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

    /** The other attempt is given up. */
    void win(Attempt winner, long nowMillis) {
        Attempt loser = winner.equals(current) ? second : current;
        current = winner;
        second = null;
        if (loser != null) {
            loser.giveUp(TryEnd.OVERTAKEN, nowMillis);
        }
    }

    /** The other attempt goes on alone. @return false where there is none */
    boolean leave(Attempt attempt) {
        if (second == null) {
            return false;
        }
        current = attempt.equals(current) ? second : current;
        second = null;
        return true;
    }
}
