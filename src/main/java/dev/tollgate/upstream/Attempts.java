package dev.tollgate.upstream;

import dev.tollgate.error.ApiException;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.upstream.UpstreamFailure.Kind;
import dev.tollgate.upstream.Upstreams.Leg;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, asked again as long as nothing of substance has come (LATENT), of another channel where there is one: what an attempt says
 * until then is held back, so that a failed or empty attempt leaves no trace, its usage included (D48). Confined to the event loop that
 * began it.
 *
 * <p>At most {@value #RETRIES_MAX} retries after failures that may pass, as far as the pool's budget goes; a channel that has no quota left
 * or does not take our credential costs no retry where another one can be asked; once after an empty answer, which is taken from that budget, too.
 *
 * <p>Where an upstream does not take a thought signature it is asked again without any, once: they belong to a project, and what the operator
 * has behind a channel may have changed since (D50). That costs no retry: after such a change it befalls every running conversation.
 *
 * <p>Where a channel finds out by a refusal that another model stands in the place of the one it was asked for, the call is translated for
 * that one and asked again there, once, which costs no retry either (D59).
 *
 * <p>Where the operator wants it, a first channel that is silent for a while gets company: one second try, on another channel, which counts
 * as a retry. Of the two the first that has something to say goes on and the other is cancelled; one that fails leaves the call to the other,
 * and nobody else is asked while that runs.
 */
final class Attempts implements SentCall {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private static final int RETRIES_MAX = 2;

    /** In all, however many channels there are. */
    private static final int ATTEMPTS_MAX = 8;

    private static final long BACKOFF_MILLIS = 200;
    private static final long WAIT_MILLIS_MAX = 5_000;
    private static final long NO_TIMER = -1;

    private final Upstreams pool;
    private final @Nullable Long maxOutputTokens;
    private final UpstreamListener listener;
    private final List<Leg> legs = new ArrayList<>(1);
    private final List<Route> tried = new ArrayList<>(0);
    private final List<Route> ruledOut;

    private Ask ask;
    private @Nullable Attempt current;
    /** Asked beside the current one, as long as neither has said anything of substance. */
    private @Nullable Attempt hedge;

    private @Nullable Leg saidNothing;
    private @Nullable UpstreamFailure lastFailure;
    private int attempts;
    private int retries;
    private boolean askedAgain;
    private boolean withoutSignatures;
    private boolean replaced;
    private boolean latent = true;
    private boolean over;
    private boolean paused;
    private boolean wasPaused;
    private long timer = NO_TIMER;
    private long hedgeTimer = NO_TIMER;

    /** @param unfit channels that cannot express the ask */
    Attempts(
            Upstreams pool,
            Ask ask,
            Leg first,
            List<Route> unfit,
            @Nullable Long maxOutputTokens,
            UpstreamListener listener) {
        this.pool = pool;
        this.ask = ask;
        this.legs.add(first);
        this.ruledOut = new ArrayList<>(unfit);
        this.maxOutputTokens = maxOutputTokens;
        this.listener = listener;
    }

    @Override
    public int count() {
        return attempts;
    }

    @Override
    public String channel() {
        return leg().route().channel().id();
    }

    @Override
    public List<String> ignored() {
        return leg().ask().ignored();
    }

    @Override
    public String model() {
        return leg().ask().model();
    }

    private Leg leg() {
        return current == null ? legs.getFirst() : current.leg();
    }

    @Override
    public void cancel() {
        over = true;
        if (timer != NO_TIMER) {
            pool.vertx().cancelTimer(timer);
        }
        noHedgeAnyMore();
        long now = pool.clock().millis();
        running().forEach(attempt -> attempt.giveUp(now));
    }

    @Override
    public void pause() {
        paused = true;
        wasPaused = true;
        running().forEach(Attempt::pause);
    }

    @Override
    public void resume() {
        paused = false;
        running().forEach(Attempt::resume);
    }

    private Stream<Attempt> running() {
        return Stream.of(current, hedge).filter(Objects::nonNull);
    }

    // ---- whom to ask ----

    void begin() {
        pool.budget().called();
        Leg first = legs.getFirst();
        if (first.route().isUntroubled()) {
            start(first);
        } else {
            pool.vertx().runOnContext(_ -> goOn());
        }
    }

    private void goOn() {
        if (over) {
            return;
        }
        List<Route> usable = pool.routes(ask, ruledOut);
        long now = pool.clock().millis();
        Route route =
                attempts >= ATTEMPTS_MAX ? null : pool.chooser().choose(usable, preferred(usable, now), tried, now);
        if (route != null) {
            approach(route, now);
        } else {
            waitOrFail(usable, now);
        }
    }

    /** What has been translated already is asked first, as long as it may be. */
    private @Nullable String preferred(List<Route> usable, long now) {
        Route first = legs.getFirst().route();
        boolean fit = attempts == 0 && first.isHealthy(now) && usable.stream().anyMatch(first::isSame);
        return fit ? first.channel().id() : ask.preferredChannel();
    }

    private void approach(Route route, long now) {
        long wait = 0;
        if (tried.stream().anyMatch(route::isSame)) {
            wait = lastFailure == null || hadItsRest(lastFailure) ? 0 : waitMillis(lastFailure);
            if (wait > WAIT_MILLIS_MAX) {
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

    private static boolean hadItsRest(UpstreamFailure failure) {
        return failure.kind() == Kind.QUOTA && tellsWhen(failure);
    }

    private static boolean tellsWhen(UpstreamFailure failure) {
        return failure.retryAfter() != null && !failure.retryAfter().isZero();
    }

    private void ask(Route route, long now) {
        route.channel().breaker().enter(now);
        for (Leg leg : legs) {
            if (leg.route().isSame(route)) {
                start(leg);
                return;
            }
        }
        translate(route, leg -> translated(route, leg));
    }

    /** Aside, as every translation of what may be large. @param then on the call's event loop; null where it cannot be expressed there */
    private void translate(Route route, Consumer<@Nullable Leg> then) {
        Context loop = pool.vertx().getOrCreateContext();
        Thread.ofVirtual().name("translate").start(() -> {
            Leg leg = translated(route);
            loop.runOnContext(_ -> then.accept(leg));
        });
    }

    private @Nullable Leg translated(Route route) {
        try {
            return pool.loadedLeg(ask, route);
        } catch (ApiException unfit) {
            return null;
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(
                    "channel {}: a request could not be translated",
                    route.channel().id(),
                    e);
            return null;
        }
    }

    private void translated(Route route, @Nullable Leg leg) {
        if (leg == null) {
            route.channel().breaker().abandoned(pool.clock().millis());
            ruledOut.add(route);
            goOn();
        } else if (over) {
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
        current = begun;
        if (attempts == 1) {
            hedgeLater(begun);
        }
    }

    private Attempt entered(Leg leg) {
        attempts++;
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
            hedgeTimer = pool.vertx().setTimer(wait, _ -> {
                hedgeTimer = NO_TIMER;
                hedge(first);
            });
        }
    }

    private void noHedgeAnyMore() {
        if (hedgeTimer != NO_TIMER) {
            pool.vertx().cancelTimer(hedgeTimer);
            hedgeTimer = NO_TIMER;
        }
    }

    /** It costs a retry of the pool's and one of the call's. Nothing happens where there is nobody to ask, or no retry left. */
    private void hedge(Attempt first) {
        if (isAloneAndSilent(first) && !pool.budget().isEmpty()) {
            Route route = pool.chooser()
                    .beside(
                            first.route(),
                            pool.routes(ask, ruledOut),
                            pool.clock().millis());
            if (route != null) {
                translate(route, leg -> hedge(first, route, leg));
            }
        }
    }

    private void hedge(Attempt first, Route route, @Nullable Leg leg) {
        if (leg == null || !route.channel().enter()) {
            ruledOut.add(route);
            hedge(first);
        } else if (isAloneAndSilent(first) && mayRetry()) {
            legs.add(leg);
            hedge = entered(leg);
        } else {
            route.channel().leave();
        }
    }

    private boolean isAloneAndSilent(Attempt first) {
        return !over && latent && hedge == null && first.equals(current);
    }

    /** Leaves the call to the other one of two. @return false where there is only one */
    private boolean leftToTheOther(Attempt one) {
        if (hedge == null) {
            return false;
        }
        current = one.equals(current) ? hedge : current;
        hedge = null;
        return true;
    }

    /** All that could be asked rest: a short rest is waited for, a longer one is told. */
    private void waitOrFail(List<Route> usable, long now) {
        long soonest = usable.stream()
                .mapToLong(route -> route.firmUntilMillis(now))
                .filter(until -> until > 0)
                .min()
                .orElse(0);
        long wait = soonest - now;
        if (soonest > 0 && wait <= WAIT_MILLIS_MAX && retries < RETRIES_MAX && attempts < ATTEMPTS_MAX) {
            retries++;
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

    /** Exponential with full jitter, or what the upstream asked for (protocol 4.7). */
    private long waitMillis(UpstreamFailure failure) {
        return failure.retryAfter() != null
                ? Math.max(1, failure.retryAfter().toMillis())
                : pool.random().nextLong(BACKOFF_MILLIS << retries) + 1;
    }

    private void finish(Runnable last) {
        over = true;
        last.run();
    }

    // ---- what an attempt says ----

    boolean listensTo(Attempt attempt) {
        return !over && (attempt.equals(current) || attempt.equals(hedge));
    }

    /** Whether nothing of substance has come. */
    boolean isLatent() {
        return latent;
    }

    void goesOn(List<UpstreamEvent> events) {
        listener.events(events);
    }

    /** The first that has something to say is the one that is heard. */
    void answers(Attempt attempt) {
        noHedgeAnyMore();
        Attempt other = attempt.equals(current) ? hedge : current;
        current = attempt;
        hedge = null;
        if (other != null) {
            other.giveUp(pool.clock().millis());
        }
        release(attempt);
    }

    private void release(Attempt attempt) {
        latent = false;
        List<UpstreamEvent> events = attempt.release();
        if (!events.isEmpty()) {
            listener.events(events);
        }
    }

    void ended(Attempt attempt) {
        noHedgeAnyMore();
        if (latent && leftToTheOther(attempt)) {
            saidNothing = attempt.leg();
        } else if (latent
                && attempt.isFinished()
                && !askedAgain
                && pool.budget().take()) {
            askAgain(attempt.leg());
        } else {
            release(attempt);
            if (!over) {
                finish(listener::ended);
            }
        }
    }

    private void askAgain(Leg leg) {
        askedAgain = true;
        start(leg);
    }

    /** What the failure of an attempt means for its channel and for the call. */
    void failed(Attempt attempt, UpstreamFailure failure) {
        Route route = attempt.route();
        Health.note(route, failure, wasPaused, pool.clock().instant());
        noHedgeAnyMore();
        lastFailure = failure;
        tried.add(route);
        if (leftToTheOther(attempt)) {
            if (isOfThatChannel(failure.kind())) {
                ruledOut.add(route);
            }
        } else if (latent && saidNothing != null && !askedAgain && pool.budget().take()) {
            askAgain(saidNothing);
        } else if (latent && failure.kind() == Kind.SIGNATURE && !withoutSignatures) {
            withoutSignatures = true;
            askWithoutSignatures(route);
        } else if (latent && failure.kind() == Kind.REPLACED && !replaced) {
            replaced = true;
            askAnew(route);
        } else if (latent && mayGoOn(route, failure)) {
            current = null;
            goOn();
        } else {
            finish(() -> listener.failed(failure));
        }
    }

    private void askWithoutSignatures(Route route) {
        log.warn(
                "channel {} does not take the thought signatures of a call, and is asked without",
                route.channel().id());
        ask = ask.withoutSignatures();
        askAnew(route);
    }

    /** What was translated before has become wrong. */
    private void askAnew(Route route) {
        current = null;
        translate(route, leg -> {
            if (leg != null && !over) {
                legs.clear();
            }
            translated(route, leg);
        });
    }

    /** Whether the channel would fail this call again, while another one may take it. */
    private static boolean isOfThatChannel(Kind kind) {
        return kind != Kind.QUOTA && kind != Kind.DAY_QUOTA && kind != Kind.UNAVAILABLE;
    }

    private boolean mayGoOn(Route route, UpstreamFailure failure) {
        return switch (failure.kind()) {
            case REFUSED, SIGNATURE, BROKEN -> false;
            case MISCONFIGURED, REPLACED -> ruledOut.add(route);
            case DAY_QUOTA -> true;
            case QUOTA -> tellsWhen(failure) || mayRetry();
            case UNAVAILABLE -> mayRetry();
        };
    }

    private boolean mayRetry() {
        if (retries >= RETRIES_MAX || !pool.budget().take()) {
            return false;
        }
        retries++;
        return true;
    }
}
