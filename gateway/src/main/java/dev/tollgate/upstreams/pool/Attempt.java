package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.pool.Upstreams.Leg;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a call on a channel that it has entered. Holds events back until one is of substance. Each attempt is a listener of its
 * own, so a late event of an earlier attempt cannot be mistaken for the current one's. Confined to the event loop of its call.
 */
final class Attempt implements UpstreamListener {

    private static final int HELD_EVENTS_MAX = 1_000;

    private final Attempts owner;
    private final Leg leg;
    /** The route's last rest when it began. */
    private final @Nullable Rest seen;

    private final RetryPlan.SentHops sentHops;
    private final @Nullable HopEvents hopEvents;
    private final boolean cutsMaximum;
    private final UpstreamCall call;
    /** The attempt's call if it asks for several images; otherwise null. */
    private final @Nullable ImagesCall several;

    private List<UpstreamEvent> held = List.of();
    private boolean finished;
    private boolean entered = true;
    private final long askedNanos = System.nanoTime();
    private long heardNanos = TryObserver.NOTHING;

    /** @param asOneHop whether an answer in several hops is asked for as one */
    Attempt(Attempts owner, Leg leg, @Nullable Long tokensMax, boolean asOneHop) {
        this.owner = owner;
        this.leg = leg;
        this.seen = leg.route().resting().last();
        Hops hops = owner.hops();
        this.hopEvents = hops == null ? null : new HopEvents(hops, leg.route());
        this.cutsMaximum = asOneHop && hops != null && tokensMax != null && tokensMax > hops.hopMax();
        Long maxOutputTokens = cutsMaximum && hops != null ? Long.valueOf(hops.hopMax()) : tokensMax;
        this.sentHops = sentHops(hops, maxOutputTokens);
        ImagesAsked images = owner.images();
        if (images == null || images.requests() == 1) {
            several = null;
            call = leg.ask().send(maxOutputTokens, this);
        } else {
            several = new ImagesCall(leg.ask(), images, maxOutputTokens, this);
            call = several;
            several.begin();
        }
    }

    private static RetryPlan.SentHops sentHops(@Nullable Hops hops, @Nullable Long maxOutputTokens) {
        if (hops == null) {
            return RetryPlan.SentHops.NONE;
        }
        boolean isAbove = maxOutputTokens != null && maxOutputTokens > hops.hopMax();
        return hops.from() != null
                ? RetryPlan.SentHops.GOING_ON
                : isAbove ? RetryPlan.SentHops.ABOVE_ONE : RetryPlan.SentHops.NONE;
    }

    Leg leg() {
        return leg;
    }

    RetryPlan.SentHops sentHops() {
        return sentHops;
    }

    /** Returns whether it asks for one hop of an answer that was to have several. */
    boolean cutsMaximum() {
        return cutsMaximum;
    }

    /** Returns how its hop has ended; null if as any answer. */
    @Nullable
    HopEnd hopEnd() {
        return hopEvents == null ? null : hopEvents.ended();
    }

    ModelRoute route() {
        return leg.route();
    }

    @Nullable
    Rest seen() {
        return seen;
    }

    /**
     * Returns whether a finish reason has arrived. Without any output that means a call that could not be parsed, or a stop without text
     * (protocol 4.4).
     */
    boolean isFinished() {
        return finished;
    }

    void pause() {
        call.pause();
    }

    void resume() {
        call.resume();
    }

    AttemptRecord tried(String outcome) {
        long millis = (System.nanoTime() - askedNanos) / 1_000_000;
        PooledChannel channel = route().channel();
        return new AttemptRecord(
                channel.id(), channel.channel().provider(), leg.ask().model(), askedNanos, millis, outcome);
    }

    /** Returns the events held back so far, once. */
    List<UpstreamEvent> release() {
        List<UpstreamEvent> events = held;
        held = List.of();
        return events;
    }

    /** Returns what it has reported of its usage; null if nothing. */
    @Nullable
    Spent spent() {
        boolean isReported = false;
        List<UpstreamEvent> reports = new ArrayList<>(0);
        for (UpstreamEvent event : held) {
            isReported |= event instanceof UpstreamEvent.Usage;
            if (event.isOfUsage()) {
                reports.add(event);
            }
        }
        return isReported ? new Spent(route().channel().id(), leg.ask().model(), reports) : null;
    }

    /** Returns what its requests without an image have reported, while others brought one. */
    List<Spent> thrownAway() {
        return several == null
                ? List.of()
                : several.thrownAway().stream()
                        .map(reports ->
                                new Spent(route().channel().id(), leg.ask().model(), reports))
                        .toList();
    }

    int madeForNothing() {
        return several == null ? 0 : several.madeForNothing();
    }

    /** Cancels the attempt. This says nothing about the channel: the caller has left, or another channel was faster. */
    void giveUp(AttemptEnd why, long nowMillis) {
        call.cancel();
        if (entered) {
            leave(why);
            route().abandoned(seen, nowMillis);
        }
    }

    private void leave(AttemptEnd end) {
        if (entered) {
            entered = false;
            PooledChannel channel = route().channel();
            channel.leave();
            owner.observer()
                    .over(
                            channel.id(),
                            channel.channel().provider(),
                            leg.ask().model(),
                            end,
                            System.nanoTime() - askedNanos,
                            heardNanos);
        }
    }

    @Override
    public @Nullable String traceparent() {
        TraceId trace = route().tellsTrace() ? owner.trace() : null;
        return trace == null ? null : trace.parentOf(askedNanos);
    }

    @Override
    public void events(List<UpstreamEvent> came) {
        if (!owner.listensTo(this)) {
            return;
        }
        List<UpstreamEvent> events = hopEvents == null ? came : hopEvents.sealed(came);
        if (!owner.isLatent()) {
            owner.goesOn(events);
            return;
        }
        held = held.isEmpty() ? events : joined(held, events);
        boolean hasSubstance = held.size() > HELD_EVENTS_MAX;
        for (UpstreamEvent event : events) {
            hasSubstance |= substantial(event);
            finished |= event instanceof UpstreamEvent.Finish;
        }
        if (hasSubstance) {
            heardNanos = System.nanoTime() - askedNanos;
            route().answered(seen);
            owner.answers(this);
        }
    }

    private static List<UpstreamEvent> joined(List<UpstreamEvent> first, List<UpstreamEvent> more) {
        List<UpstreamEvent> all = new ArrayList<>(first);
        all.addAll(more);
        return all;
    }

    @Override
    public void ended() {
        if (owner.listensTo(this)) {
            leave(heardNanos == TryObserver.NOTHING ? AttemptEnd.EMPTY : AttemptEnd.ANSWERED);
            route().succeeded(seen);
            owner.ended(this);
        }
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (owner.listensTo(this)) {
            leave(AttemptEnd.of(failure.kind()));
            owner.failed(this, failure);
        }
    }

    /** Returns whether an event is part of an answer, or the reason why there is none. */
    private static boolean substantial(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> !text.text().isEmpty();
            case UpstreamEvent.Thought thought -> !thought.text().isEmpty();
            case UpstreamEvent.ToolCall call -> true;
            case UpstreamEvent.Media made -> true;
            case UpstreamEvent.Embedded vectors -> true;
            case UpstreamEvent.PromptBlocked blocked -> true;
            case UpstreamEvent.Finish finish ->
                finish.saysNoImage()
                        || finish.reason() == UpstreamEvent.FinishReason.LENGTH
                        || finish.reason() == UpstreamEvent.FinishReason.FILTERED;
            default -> false;
        };
    }
}
