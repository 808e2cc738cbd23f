package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The rest of one model on a channel. After a rest that is not firm one call tries the channel; the others follow once it was served.
 * Lock-free; a channel that serves costs one read for each call.
 */
final class Resting {

    private final AtomicReference<@Nullable Rest> rest = new AtomicReference<>();

    /** A rest that has begun. @param before the one before; null if the channel has served the model since */
    record Begun(Rest rest, @Nullable Rest before) {}

    /** Returns the rest for which calls pass the channel over now; null for none. */
    @Nullable
    Rest now(long nowMillis) {
        Rest known = rest.get();
        return known == null || known.isOver(nowMillis) ? null : known;
    }

    /** Returns the last rest, over or not; null if the channel has served the model since. */
    @Nullable
    Rest last() {
        return rest.get();
    }

    boolean isNone() {
        return rest.get() == null;
    }

    /** Starts a call: the first one after a rest that is not firm is its trial. */
    void enter(long nowMillis) {
        Rest known = rest.get();
        if (known != null && !known.isFirm() && known.isOver(nowMillis)) {
            rest.compareAndSet(known, known.tried(nowMillis));
        }
    }

    /** Ends the rest that an attempt saw when it began. A later one stays: that attempt knows nothing of it. */
    void served(@Nullable Rest seen) {
        if (seen != null) {
            rest.compareAndSet(seen, null);
        }
    }

    /** Ends an attempt that says nothing about the rest. */
    void abandoned(@Nullable Rest seen) {
        if (seen != null && seen.isTried()) {
            rest.compareAndSet(seen, seen.untried());
        }
    }

    /**
     * Applies a failure. One without a delay lengthens no rest that has begun since: the calls of one moment fail together.
     *
     * @param isAtFlex whether it is the rest of calls at flex
     * @param seen the last rest when the attempt began
     * @return null if it begins no rest
     */
    @Nullable
    Begun failed(UpstreamFailure failure, boolean isAtFlex, @Nullable Rest seen, Instant now) {
        while (true) {
            Rest before = rest.get();
            Rest next = Rest.after(failure, isAtFlex, before, now);
            if (next == null) {
                abandoned(seen);
                return null;
            }
            boolean isKnown = before != null
                    && next.reason() == Rest.Reason.LIMITED
                    && !before.isOver(now.toEpochMilli())
                    && !(before.isTried() && before.equals(seen));
            if (isKnown) {
                return null;
            }
            if (rest.compareAndSet(before, next)) {
                return new Begun(next, before);
            }
        }
    }

    void lift() {
        rest.set(null);
    }
}
