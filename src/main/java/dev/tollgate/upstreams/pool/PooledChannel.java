package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A channel and its health. It lives as long as its definition, and then until its running calls have ended. Thread-safe. */
final class PooledChannel {

    record Trouble(UpstreamFailure.Kind kind, Instant time) {}

    /** The rest of one model on this channel. */
    static final class Resting {
        private final AtomicReference<@Nullable Rest> rest = new AtomicReference<>();

        /** Returns the current rest. A rest that has ended is dropped, so that the next call need not read the clock. */
        @Nullable
        Rest now(long nowMillis) {
            Rest known = rest.get();
            if (known != null && nowMillis >= known.untilMillis()) {
                rest.compareAndSet(known, null);
                return null;
            }
            return known;
        }

        boolean isNone() {
            return rest.get() == null;
        }

        void begin(Rest next) {
            rest.set(next);
        }

        void lift() {
            rest.set(null);
        }
    }

    private final String id;
    private final String kind;
    private final Opening opening;
    private final Channel channel;
    private final Breaker breaker = new Breaker();
    private final Map<String, Resting> resting = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean trying = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean retired;
    private volatile @Nullable Trouble trouble;

    PooledChannel(String id, String kind, Opening opening) {
        this.id = id;
        this.kind = kind;
        this.opening = opening;
        this.channel = opening.open();
    }

    boolean is(ChannelSpec spec) {
        return id.equals(spec.id()) && kind.equals(spec.kind()) && opening.equals(spec.opening());
    }

    String id() {
        return id;
    }

    String kind() {
        return kind;
    }

    Channel channel() {
        return channel;
    }

    Breaker breaker() {
        return breaker;
    }

    Resting resting(String upstreamModel) {
        return resting.computeIfAbsent(upstreamModel, _ -> new Resting());
    }

    @Nullable
    Trouble trouble() {
        return trouble;
    }

    void troubled(Trouble latest) {
        trouble = latest;
    }

    int calls() {
        return calls.get();
    }

    /** Starts a call. @return false if the channel has been removed */
    boolean enter() {
        calls.incrementAndGet();
        if (retired) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        if (calls.decrementAndGet() == 0 && retired) {
            close();
        }
    }

    /** @return false if another trial is running */
    boolean beginTrial() {
        return trying.compareAndSet(false, true);
    }

    void endTrial() {
        trying.set(false);
    }

    /** Removes the channel: running calls continue to their end. */
    void retire() {
        retired = true;
        if (calls.get() == 0) {
            close();
        }
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            channel.close();
        }
    }

    void liftRests() {
        resting.values().forEach(Resting::lift);
    }
}
