package dev.tollgate.upstreams.pool;

import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.UpstreamFailure;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A channel and its health. It lives as long as its definition, and then until its running calls have ended. Thread-safe. */
final class PooledChannel {

    record Trouble(UpstreamFailure.Kind kind, Instant time) {}

    private final String id;
    private final String kind;
    private final Opening opening;
    private final Channel channel;
    /** The channel whose health this is for one account; null for the channel itself. */
    private final @Nullable PooledChannel whole;

    private final Breaker breaker = new Breaker();
    private final Map<String, Resting> resting = new ConcurrentHashMap<>();
    private final Map<String, Resting> restingAtFlex = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean trying = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean retired;
    private volatile @Nullable Trouble trouble;
    private volatile long withoutHopsUntilMillis;
    private final Map<UpstreamFailure.Kind, Long> errors = new ConcurrentHashMap<>();

    PooledChannel(String id, String kind, Opening opening) {
        this.id = id;
        this.kind = kind;
        this.opening = opening;
        this.channel = opening.open();
        this.whole = null;
    }

    private PooledChannel(PooledChannel whole) {
        this.id = whole.id;
        this.kind = whole.kind;
        this.opening = whole.opening;
        this.channel = whole.channel;
        this.whole = whole;
    }

    /** Returns the same channel with a health of its own, for the calls of one account. */
    PooledChannel ofAccount() {
        return new PooledChannel(this);
    }

    /** Returns whether this health is one account's, which is no news for the operator. */
    boolean isOfAccount() {
        return whole != null;
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

    /** @param isAtFlex for the rest of calls at flex, which holds for no other call */
    Resting resting(String upstreamModel, boolean isAtFlex) {
        return (isAtFlex ? restingAtFlex : resting).computeIfAbsent(upstreamModel, _ -> new Resting());
    }

    @Nullable
    Trouble trouble() {
        return trouble;
    }

    void troubled(Trouble latest) {
        trouble = latest;
        errors.merge(latest.kind(), 1L, Long::sum);
    }

    /** Returns whether it takes a maximum above one hop. */
    boolean hasHops(long nowMillis) {
        return channel.hasHops() && nowMillis >= withoutHopsUntilMillis;
    }

    /** Takes no such maximum until a time. */
    void withoutHops(long untilMillis) {
        withoutHopsUntilMillis = untilMillis;
    }

    int calls() {
        return whole == null ? calls.get() : whole.calls();
    }

    /** Starts a call. @return false if the channel has been removed */
    boolean enter() {
        if (whole != null) {
            return whole.enter();
        }
        calls.incrementAndGet();
        if (retired) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        if (whole != null) {
            whole.leave();
            return;
        }
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
        restingAtFlex.values().forEach(Resting::lift);
        withoutHopsUntilMillis = 0;
    }

    /** Returns its state for the operator. @param credentialExpires null if the operator has not entered a date */
    ChannelStatus status(List<ModelRoute> routes, @Nullable Instant credentialExpires, long nowMillis) {
        Breaker.State state = breaker.state();
        Trouble last = trouble;
        return new ChannelStatus(
                id,
                kind,
                switch (state) {
                    case Breaker.State.Closed closed -> ChannelStatus.BreakerState.CLOSED;
                    case Breaker.State.Open open -> ChannelStatus.BreakerState.OPEN;
                    case Breaker.State.HalfOpen trial -> ChannelStatus.BreakerState.HALF_OPEN;
                },
                state instanceof Breaker.State.Closed closed ? closed.failures() : 0,
                state instanceof Breaker.State.Open open ? Instant.ofEpochMilli(open.untilMillis()) : null,
                calls(),
                channel.connections(),
                credentialExpires,
                channel.mayStore(),
                last == null ? null : new ChannelStatus.LastError(last.kind(), last.time()),
                Map.copyOf(errors),
                routes.stream().map(route -> model(route, nowMillis)).toList());
    }

    private ChannelStatus.Model model(ModelRoute route, long nowMillis) {
        return new ChannelStatus.Model(
                route.modelId(),
                route.standing(),
                route.priority(),
                route.weight(),
                shown(route.resting(), nowMillis),
                shown(resting(route.upstreamModel(), true), nowMillis));
    }

    private static ChannelStatus.@Nullable Resting shown(Resting resting, long nowMillis) {
        Rest rest = resting.now(nowMillis);
        return rest == null
                ? null
                : new ChannelStatus.Resting(
                        rest.reason().name().toLowerCase(Locale.ROOT), Instant.ofEpochMilli(rest.untilMillis()));
    }
}
