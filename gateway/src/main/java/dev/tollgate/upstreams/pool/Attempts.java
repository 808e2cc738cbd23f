package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.MadeFiles;
import dev.tollgate.upstreams.pool.RetryPlan.Decision;
import dev.tollgate.upstreams.pool.RetryPlan.Next;
import dev.tollgate.upstreams.pool.Upstreams.Leg;
import dev.tollgate.upstreams.sessions.CallSession;
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
 * A call with its retries, failover and hedging until something of substance arrives (LATENT). Until then the events of an attempt are
 * held back, so a failed or empty attempt leaves no trace, not even its usage (D48). Confined to the event loop that started it.
 *
 * <p>{@link RetryPlan} decides which channel is next and how often. At most {@value RetryPlan#RETRIES_MAX} retries follow failures that may
 * pass. Only those on a channel that has failed this call come from the model's budget. A channel without quota or with a wrong
 * configuration costs no retry if another channel can serve the call. An empty answer is retried once, and that retry also comes from the budget.
 *
 * <p>If an upstream rejects a thought signature, it is asked once more without any: signatures belong to a project, and the operator may
 * have changed the project behind a channel (D50). That costs no retry, since every running conversation needs it after such a change.
 *
 * <p>If an upstream refuses a request whose maximum is above one hop, it is asked once more with one hop (H2). Only if it takes that was it the maximum
 * that it has refused, and it is asked for one hop alone for an hour. A later hop goes to the channel of the one before and to no other (H7).
 *
 * <p>If a channel learns from a refusal that another model has replaced the requested one, the call is translated for that model and sent
 * there once more, which costs no retry either (D59).
 *
 * <p>If hedging is on and the first channel is silent for the configured time, one second attempt starts on another channel and counts as a
 * retry ({@link HedgeRace}). If one of the two fails, no third channel is asked while the other runs.
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
    private final RetryBudget budget;
    private final List<AttemptRecord> ends = new ArrayList<>(1);
    private final List<Spent> spent = new ArrayList<>(0);

    private final CallSession session;

    private Ask ask;

    private @Nullable Leg saidNothing;
    private @Nullable UpstreamFailure lastFailure;
    private RetryPlan plan = RetryPlan.NEW;
    private State state = State.LATENT;
    private boolean paused;
    private boolean wasPaused;

    /** The channel that has refused a maximum above one hop and is asked again for one; null for none. */
    private @Nullable ModelRoute refusedHops;

    private long timer = NO_TIMER;

    /** @param unfit channels that cannot express the ask */
    Attempts(
            Upstreams pool,
            Ask ask,
            CallSession session,
            Leg first,
            List<ModelRoute> unfit,
            @Nullable Long maxOutputTokens,
            UpstreamListener listener) {
        this.pool = pool;
        this.ask = ask;
        this.session = session;
        this.legs = new Legs(pool, first);
        this.ruledOut = new ArrayList<>(unfit);
        this.maxOutputTokens = maxOutputTokens;
        this.listener = listener;
        this.race = new HedgeRace(pool.vertx());
        this.budget = session.isPatient() ? RetryBudget.ofPatient() : pool.budget(ask);
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
    public long projectPlace() {
        return leg().route().projectPlace();
    }

    @Override
    public List<AttemptRecord> tried() {
        return List.copyOf(ends);
    }

    private void note(Attempt attempt, String outcome) {
        if (ends.size() < TRIED_MAX) {
            ends.add(attempt.tried(outcome));
        }
    }

    @Override
    public List<Spent> spent() {
        List<Spent> all = new ArrayList<>(spent);
        all.addAll(race.thrownAway());
        return all;
    }

    @Override
    public int madeForNothing() {
        return race.madeForNothing();
    }

    /** Notes an attempt whose events are thrown away. */
    private void throwAway(Attempt attempt, String outcome) {
        note(attempt, outcome);
        Spent usage = attempt.spent();
        if (usage != null) {
            spent.add(usage);
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

    @Nullable
    ImagesAsked images() {
        return ask.images();
    }

    @Nullable
    Hops hops() {
        return ask.hops();
    }

    @Override
    public boolean cutsMaximum() {
        return race.cutsMaximum();
    }

    @Override
    public @Nullable HopEnd hopEnd() {
        return race.hopEnd(ask.hops());
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
            attempt.giveUp(AttemptEnd.CANCELLED, now);
            if (wasLeft) {
                throwAway(attempt, "left");
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

    // ---- choosing a channel ----

    void begin() {
        budget.called();
        Leg first = legs.first();
        if (first.route().isUntroubled()) {
            start(first);
        } else {
            pool.vertx().runOnContext(_ -> goOn());
        }
    }

    private void goOn() {
        goOn(routes());
    }

    private void goOn(List<ModelRoute> usable) {
        if (isOver()) {
            return;
        }
        long now = pool.clock().millis();
        ModelRoute route = plan.mayAsk() ? pool.chooser().choose(usable, wish(usable, now), tried, now) : null;
        if (route != null) {
            approach(route, now);
        } else {
            waitOrFail(usable, now);
        }
    }

    /**
     * Returns the wish for the first translated channel before the first attempt, if that channel is healthy and usable; otherwise the
     * ask's own.
     */
    private Chooser.Wish wish(List<ModelRoute> usable, long now) {
        ModelRoute first = legs.first().route();
        boolean fit =
                plan.attempts() == 0 && first.isHealthy(now) && usable.stream().anyMatch(first::isSame);
        return fit ? new Chooser.Wish(first.channel().id(), true, session) : Chooser.Wish.of(ask, session);
    }

    private List<ModelRoute> routes() {
        return pool.routes(ask, session.accountId(), ruledOut);
    }

    private void approach(ModelRoute route, long now) {
        long wait = 0;
        if (!isFresh(route)) {
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
        route.enter(now);
        legs.on(route).ifPresentOrElse(this::start, () -> legs.translate(ask, route, leg -> translated(route, leg)));
    }

    private void translated(ModelRoute route, @Nullable Leg leg) {
        if (leg == null) {
            route.abandoned(route.resting().last(), pool.clock().millis());
            ruledOut.add(route);
            goOn();
        } else if (isOver()) {
            route.abandoned(route.resting().last(), pool.clock().millis());
        } else {
            legs.add(leg);
            start(leg);
        }
    }

    private void start(Leg leg) {
        if (!leg.route().channel().enter()) {
            ruledOut.add(leg.route());
            pool.vertx().runOnContext(_ -> goOn()); // the channel was removed in the meantime
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
        Resting resting = leg.route().resting();
        if (!resting.isNone()) {
            resting.enter(pool.clock().millis());
        }
        boolean hasHops = ask.hops() == null
                || ask.continuesAnswer()
                || leg.route().channel().hasHops(pool.clock().millis());
        Attempt begun =
                new Attempt(this, leg, maxOutputTokens, !hasHops || leg.route().isSame(refusedHops));
        if (paused) {
            begun.pause();
        }
        return begun;
    }

    // ---- hedging ----

    /**
     * Starts the hedging timer, except if media must be sent first: that time says nothing about the channel, and a second attempt would
     * send all of it twice. Nor does the time that an image or a speech takes. Calls at flex are cheap because they may wait, and a patient call
     * has no waiting caller.
     */
    private void hedgeLater(Attempt first) {
        long wait = ask.isAtFlex() || session.isPatient() ? 0 : pool.hedgeAfterMillis();
        if (wait > 0 && ask.images() == null && !speaks() && first.leg().ask().mayBeHedged()) {
            race.watch(first, wait, this::hedge);
        }
    }

    private boolean speaks() {
        MadeFiles made = ask.media().made();
        return made != null && made.isSpeech();
    }

    /** Starts a second attempt if another channel and a retry are available. It costs one retry of the pool and one of the call. */
    private void hedge(Attempt first) {
        if (isAloneAndSilent(first) && !budget.isEmpty()) {
            ModelRoute route = pool.chooser()
                    .beside(first.route(), session, routes(), pool.clock().millis());
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

    /** Waits for the channel whose rest ends first if that is soon enough; otherwise fails the call and reports the remaining wait. */
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

    @Nullable
    TraceId trace() {
        return listener.trace();
    }

    private void finish(Runnable last) {
        state = State.OVER;
        last.run();
    }

    // ---- events of an attempt ----

    boolean listensTo(Attempt attempt) {
        return !isOver() && race.has(attempt);
    }

    boolean isLatent() {
        return state == State.LATENT;
    }

    private boolean isOver() {
        return state == State.OVER;
    }

    void goesOn(List<UpstreamEvent> events) {
        listener.events(events);
    }

    /** Makes the first attempt with something of substance the call's only one. */
    void answers(Attempt attempt) {
        race.stopWatching();
        note(attempt, "answered");
        Attempt other = race.other(attempt);
        if (other != null) {
            throwAway(other, "left");
        }
        race.win(attempt, pool.clock().millis());
        if (attempt.route().isSame(refusedHops)) {
            ChannelHealth.withoutHops(attempt.route(), pool.clock().millis());
        }
        noteSession(attempt.leg().route());
        release(attempt);
    }

    /** Tells whether the session's first channel has answered. One channel alone has no order. */
    private void noteSession(ModelRoute answering) {
        List<ModelRoute> routes = routes();
        if (!session.hasKey() || routes.size() < 2) {
            return;
        }
        int priority = routes.getFirst().priority();
        ModelRoute first = Chooser.nearest(Chooser.ofPriority(routes, priority, _ -> true), session.key());
        boolean isPassedOver = tried.isEmpty() && first.isHealthy(pool.clock().millis());
        observer()
                .session(
                        session.source(),
                        first.isSame(answering)
                                ? TryObserver.Place.FIRST
                                : isPassedOver ? TryObserver.Place.PASSED_OVER : TryObserver.Place.FAILED_OVER);
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
        if (isLatent() && race.leave(attempt)) {
            throwAway(attempt, "empty");
            saidNothing = attempt.leg();
        } else if (isLatent()
                && carriedOut(retry -> plan.afterEmpty(attempt.isFinished(), retry || mayBePatientAgain()))
                                .next()
                        == Next.SAME_CHANNEL) {
            throwAway(attempt, "empty");
            start(attempt.leg());
        } else {
            if (isLatent()) {
                note(attempt, "empty");
            }
            release(attempt);
            if (!isOver()) {
                finish(listener::ended);
            }
        }
    }

    /** Returns whether a patient call may ask again although it takes nothing: an empty answer says nothing about its channel. */
    private boolean mayBePatientAgain() {
        return session.isPatient() && !pool.budget(ask).isEmpty();
    }

    /** Applies a failed attempt to its channel's health and to the call. */
    void failed(Attempt attempt, UpstreamFailure failure) {
        ModelRoute route = attempt.route();
        ChannelHealth.note(
                route, failure, attempt.seen(), wasPaused, pool.clock().instant());
        race.stopWatching();
        String outcome = failure.kind().name().toLowerCase(Locale.ROOT);
        if (isLatent()) {
            throwAway(attempt, outcome);
        } else {
            note(attempt, outcome);
        }
        lastFailure = failure;
        tried.add(route);
        if (race.leave(attempt)) {
            if (RetryPlan.isOfThatChannel(failure.kind())) {
                ruledOut.add(route);
            }
        } else if (isLatent()) {
            goOnAfter(attempt, failure);
        } else {
            finish(() -> listener.failed(failure));
        }
    }

    private void goOnAfter(Attempt failed, UpstreamFailure failure) {
        ModelRoute route = failed.route();
        Leg empty = saidNothing;
        RetryPlan.Fresh fresh = fresh();
        Decision decision =
                carriedOut(retry -> plan.afterFailure(failure, empty != null, retry, fresh, failed.sentHops()));
        if (decision.rulesOut()) {
            ruledOut.add(route);
        }
        switch (decision.next()) {
            case SAME_CHANNEL -> start(Objects.requireNonNull(empty));
            case WITHOUT_SIGNATURES -> askWithoutSignatures(route);
            case WITHOUT_HOPS -> {
                refusedHops = route;
                start(failed.leg());
            }
            case SUCCESSOR -> translateAgain(route);
            case ANY_CHANNEL -> {
                race.clear();
                goOn();
            }
            case FRESH_CHANNEL -> {
                race.clear();
                goOn(freshOnes());
            }
            case NONE -> finish(() -> listener.failed(failure));
        }
    }

    private boolean isFresh(ModelRoute route) {
        return tried.stream().noneMatch(route::isSame);
    }

    private List<ModelRoute> freshOnes() {
        return routes().stream().filter(this::isFresh).toList();
    }

    private RetryPlan.Fresh fresh() {
        List<ModelRoute> others = freshOnes();
        long now = pool.clock().millis();
        Chooser.Wish any = new Chooser.Wish(null, false, session);
        if (others.isEmpty() || pool.chooser().choose(others, any, tried, now) == null) {
            return RetryPlan.Fresh.NONE;
        }
        ModelRoute next = pool.chooser().choose(routes(), any, tried, now);
        return next != null && isFresh(next) ? RetryPlan.Fresh.FIRST : RetryPlan.Fresh.LAST;
    }

    /** Applies a rule of the plan. If the rule needs a retry and the model's budget has none left, applies the rule for an empty budget. */
    private Decision carriedOut(Function<Boolean, Decision> rule) {
        Decision decision = rule.apply(!budget.isEmpty());
        if (decision.takesBudget() && !budget.take()) {
            decision = rule.apply(false);
        }
        plan = decision.plan();
        return decision;
    }

    private void askWithoutSignatures(ModelRoute route) {
        log.warn(
                "channel {}: the upstream rejected a thought signature; retrying the call without signatures",
                route.channel().id());
        ask = ask.withoutSignatures();
        translateAgain(route);
    }

    private void translateAgain(ModelRoute route) {
        race.clear();
        legs.translate(ask, route, leg -> {
            if (leg != null && !isOver()) {
                legs.clear();
            }
            translated(route, leg);
        });
    }
}
