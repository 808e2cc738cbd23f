package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.pool.RetryPlan.Decision;
import dev.tollgate.upstreams.pool.RetryPlan.Next;
import dev.tollgate.upstreams.pool.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.Upstreams.Leg;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, asked again as long as nothing of substance has come (LATENT), of another channel where there is one: what an attempt says
 * until then is held back, so that a failed or empty attempt leaves no trace, its usage included (D48). Confined to the event loop that
 * began it.
 *
 * <p>{@link RetryPlan} says who may be asked and how often: at most {@value RetryPlan#RETRIES_MAX} retries after failures that may pass, as far
 * as the pool's budget goes; a channel that has no quota left or does not take our credential costs no retry where another one can be asked;
 * once after an empty answer, which is taken from that budget, too.
 *
 * <p>Where an upstream does not take a thought signature it is asked again without any, once: they belong to a project, and what the operator
 * has behind a channel may have changed since (D50). That costs no retry: after such a change every running conversation needs it.
 *
 * <p>Where a channel finds out by a refusal that another model stands in the place of the one it was asked for, the call is translated for
 * that one and asked again there, once, which costs no retry either (D59).
 *
 * <p>Where the operator wants it, a first channel that is silent for a while gets company: one second try, on another channel, which counts
 * as a retry ({@link HedgeRace}). Where one of the two fails nobody else is asked while the other runs.
 */
final class Attempts implements SentCall {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private static final long NO_TIMER = -1;
    private static final int TRIED_MAX = 16;

    private enum State {
        /** Nothing of substance has come. */
        LATENT,
        ANSWERING,
        OVER
    }

    private final Upstreams pool;
    private final @Nullable Long maxOutputTokens;
    private final UpstreamListener listener;
    private final Legs legs;
    private final List<ModelRoute> tried = new ArrayList<>(0);
    private final List<ModelRoute> ruledOut;
    private final HedgeRace race;
    private final List<Tried> ends = new ArrayList<>(1);

    private Ask ask;

    private @Nullable Leg saidNothing;
    private @Nullable UpstreamFailure lastFailure;
    private RetryPlan plan = RetryPlan.NEW;
    private State state = State.LATENT;
    private boolean paused;
    private boolean wasPaused;
    private long timer = NO_TIMER;

    /** @param unfit channels that cannot express the ask */
    Attempts(
            Upstreams pool,
            Ask ask,
            Leg first,
            List<ModelRoute> unfit,
            @Nullable Long maxOutputTokens,
            UpstreamListener listener) {
        this.pool = pool;
        this.ask = ask;
        this.legs = new Legs(pool, first);
        this.ruledOut = new ArrayList<>(unfit);
        this.maxOutputTokens = maxOutputTokens;
        this.listener = listener;
        this.race = new HedgeRace(pool.vertx());
    }

    @Override
    public int count() {
        return plan.attempts();
    }

    @Override
    public String channel() {
        return leg().route().channel().id();
    }

    @Override
    public List<Tried> tried() {
        return List.copyOf(ends);
    }

    private void note(Attempt attempt, String outcome) {
        if (ends.size() < TRIED_MAX) {
            ends.add(attempt.tried(outcome));
        }
    }

    @Override
    public List<String> ignored() {
        return leg().ask().ignored();
    }

    @Override
    public String model() {
        return leg().ask().model();
    }

    TryObserver observer() {
        return pool.observer();
    }

    private Leg leg() {
        Attempt current = race.current();
        return current == null ? legs.first() : current.leg();
    }

    @Override
    public void cancel() {
        boolean wasLeft = isLatent();
        state = State.OVER;
        if (timer != NO_TIMER) {
            pool.vertx().cancelTimer(timer);
        }
        race.stopWatching();
        long now = pool.clock().millis();
        race.running().forEach(attempt -> {
            attempt.giveUp(TryEnd.CANCELLED, now);
            if (wasLeft) {
                note(attempt, "left");
            }
        });
    }

    @Override
    public void pause() {
        paused = true;
        wasPaused = true;
        race.running().forEach(Attempt::pause);
    }

    @Override
    public void resume() {
        paused = false;
        race.running().forEach(Attempt::resume);
    }

    // ---- whom to ask ----

    void begin() {
        pool.budget().called();
        Leg first = legs.first();
        if (first.route().isUntroubled()) {
            start(first);
        } else {
            pool.vertx().runOnContext(_ -> goOn());
        }
    }

    private void goOn() {
        if (isOver()) {
            return;
        }
        List<ModelRoute> usable = pool.routes(ask, ruledOut);
        long now = pool.clock().millis();
        ModelRoute route = plan.mayAsk() ? pool.chooser().choose(usable, preferred(usable, now), tried, now) : null;
        if (route != null) {
            approach(route, now);
        } else {
            waitOrFail(usable, now);
        }
    }

    /** What has been translated already is asked first, as long as it may be. */
    private @Nullable String preferred(List<ModelRoute> usable, long now) {
        ModelRoute first = legs.first().route();
        boolean fit =
                plan.attempts() == 0 && first.isHealthy(now) && usable.stream().anyMatch(first::isSame);
        return fit ? first.channel().id() : ask.preferredChannel();
    }

    private void approach(ModelRoute route, long now) {
        long wait = 0;
        if (!tried.isEmpty() && tried.stream().anyMatch(route::isSame)) {
            wait = plan.pauseMillis(lastFailure, pool.random());
            if (wait > RetryPlan.WAIT_MILLIS_MAX) {
                ruledOut.add(route);
                goOn();
                return;
            }
        }
        if (wait == 0) {
            ask(route, now);
        } else {
            timer = pool.vertx().setTimer(wait, _ -> {
                timer = NO_TIMER;
                ask(route, pool.clock().millis());
            });
        }
    }

    private void ask(ModelRoute route, long now) {
        route.channel().breaker().enter(now);
        legs.on(route).ifPresentOrElse(this::start, () -> legs.translate(ask, route, leg -> translated(route, leg)));
    }

    private void translated(ModelRoute route, @Nullable Leg leg) {
        if (leg == null) {
            route.channel().breaker().abandoned(pool.clock().millis());
            ruledOut.add(route);
            goOn();
        } else if (isOver()) {
            route.channel().breaker().abandoned(pool.clock().millis());
        } else {
            legs.add(leg);
            start(leg);
        }
    }

    private void start(Leg leg) {
        if (!leg.route().channel().enter()) {
            ruledOut.add(leg.route());
            pool.vertx().runOnContext(_ -> goOn()); // it was taken away since
            return;
        }
        Attempt begun = entered(leg);
        race.begin(begun);
        if (plan.attempts() == 1) {
            hedgeLater(begun);
        }
    }

    private Attempt entered(Leg leg) {
        plan = plan.asked();
        Attempt begun = new Attempt(this, leg, maxOutputTokens);
        if (paused) {
            begun.pause();
        }
        return begun;
    }

    // ---- a second channel beside a silent first one ----

    /** Not where media have to be sent first: how long that takes says nothing of the channel, and all of it would be sent twice. */
    private void hedgeLater(Attempt first) {
        long wait = pool.hedgeAfterMillis();
        if (wait > 0 && first.leg().ask().wanted().isEmpty()) {
            race.watch(first, wait, this::hedge);
        }
    }

    /** It costs a retry of the pool's and one of the call's. Nothing happens where there is nobody to ask, or no retry left. */
    private void hedge(Attempt first) {
        if (isAloneAndSilent(first) && !pool.budget().isEmpty()) {
            ModelRoute route = pool.chooser()
                    .beside(
                            first.route(),
                            pool.routes(ask, ruledOut),
                            pool.clock().millis());
            if (route != null) {
                legs.translate(ask, route, leg -> hedge(first, route, leg));
            }
        }
    }

    private void hedge(Attempt first, ModelRoute route, @Nullable Leg leg) {
        if (leg == null || !route.channel().enter()) {
            ruledOut.add(route);
            hedge(first);
        } else if (isAloneAndSilent(first) && carriedOut(plan::hedge).next() == Next.ANY_CHANNEL) {
            legs.add(leg);
            race.join(entered(leg));
        } else {
            route.channel().leave();
        }
    }

    private boolean isAloneAndSilent(Attempt first) {
        return isLatent() && race.isAlone(first);
    }

    /** All that could be asked rest: a short rest is waited for, a longer one is told. */
    private void waitOrFail(List<ModelRoute> usable, long now) {
        long soonest = usable.stream()
                .mapToLong(route -> route.firmUntilMillis(now))
                .filter(until -> until > 0)
                .min()
                .orElse(0);
        long wait = soonest - now;
        Optional<RetryPlan> afterwards = soonest > 0 ? plan.afterRest(wait) : Optional.empty();
        if (afterwards.isPresent()) {
            plan = afterwards.get();
            timer = pool.vertx().setTimer(Math.max(1, wait), _ -> {
                timer = NO_TIMER;
                goOn();
            });
        } else {
            UpstreamFailure failure = Objects.requireNonNullElse(
                    lastFailure, new UpstreamFailure(Kind.UNAVAILABLE, null, "no channel of the model can be asked"));
            finish(() -> listener.failed(soonest == 0 ? failure : withWait(failure, wait)));
        }
    }

    private static UpstreamFailure withWait(UpstreamFailure failure, long waitMillis) {
        return new UpstreamFailure(failure.kind(), Duration.ofMillis(waitMillis), failure.detail());
    }

    /** Of the request that asks; null where there is none. */
    @Nullable
    TraceId trace() {
        return listener.trace();
    }

    private void finish(Runnable last) {
        state = State.OVER;
        last.run();
    }

    // ---- what an attempt says ----

    boolean listensTo(Attempt attempt) {
        return !isOver() && race.has(attempt);
    }

    /** Whether nothing of substance has come. */
    boolean isLatent() {
        return state == State.LATENT;
    }

    private boolean isOver() {
        return state == State.OVER;
    }

    void goesOn(List<UpstreamEvent> events) {
        listener.events(events);
    }

    /** The first that has something to say is the one that is heard. */
    void answers(Attempt attempt) {
        race.stopWatching();
        note(attempt, "answered");
        Attempt other = race.other(attempt);
        if (other != null) {
            note(other, "left");
        }
        race.win(attempt, pool.clock().millis());
        release(attempt);
    }

    private void release(Attempt attempt) {
        state = State.ANSWERING;
        List<UpstreamEvent> events = attempt.release();
        if (!events.isEmpty()) {
            listener.events(events);
        }
    }

    void ended(Attempt attempt) {
        race.stopWatching();
        if (isLatent()) {
            note(attempt, "empty");
        }
        if (isLatent() && race.leave(attempt)) {
            saidNothing = attempt.leg();
        } else if (isLatent()
                && carriedOut(budget -> plan.afterEmpty(attempt.isFinished(), budget))
                                .next()
                        == Next.SAME_CHANNEL) {
            start(attempt.leg());
        } else {
            release(attempt);
            if (!isOver()) {
                finish(listener::ended);
            }
        }
    }

    /** What the failure of an attempt means for its channel and for the call. */
    void failed(Attempt attempt, UpstreamFailure failure) {
        ModelRoute route = attempt.route();
        ChannelHealth.note(route, failure, wasPaused, pool.clock().instant());
        race.stopWatching();
        note(attempt, failure.kind().name().toLowerCase(Locale.ROOT));
        lastFailure = failure;
        tried.add(route);
        if (race.leave(attempt)) {
            if (RetryPlan.isOfThatChannel(failure.kind())) {
                ruledOut.add(route);
            }
        } else if (isLatent()) {
            goOnAfter(route, failure);
        } else {
            finish(() -> listener.failed(failure));
        }
    }

    private void goOnAfter(ModelRoute route, UpstreamFailure failure) {
        Leg empty = saidNothing;
        Decision decision = carriedOut(budget -> plan.afterFailure(failure, empty != null, budget));
        if (decision.rulesOut()) {
            ruledOut.add(route);
        }
        switch (decision.next()) {
            case SAME_CHANNEL -> start(Objects.requireNonNull(empty));
            case WITHOUT_SIGNATURES -> askWithoutSignatures(route);
            case SUCCESSOR -> askAnew(route);
            case ANY_CHANNEL -> {
                race.clear();
                goOn();
            }
            case NOBODY -> finish(() -> listener.failed(failure));
        }
    }

    /** What the plan decides while the pool's budget has a retry; where it needs one and that has just gone, what it decides without. */
    private Decision carriedOut(Function<Boolean, Decision> rule) {
        Decision decision = rule.apply(!pool.budget().isEmpty());
        if (decision.takesBudget() && !pool.budget().take()) {
            decision = rule.apply(false);
        }
        plan = decision.plan();
        return decision;
    }

    private void askWithoutSignatures(ModelRoute route) {
        log.warn(
                "channel {} does not take the thought signatures of a call, and is asked without",
                route.channel().id());
        ask = ask.withoutSignatures();
        askAnew(route);
    }

    /** What was translated before has become wrong. */
    private void askAnew(ModelRoute route) {
        race.clear();
        legs.translate(ask, route, leg -> {
            if (leg != null && !isOver()) {
                legs.clear();
            }
            translated(route, leg);
        });
    }
}
