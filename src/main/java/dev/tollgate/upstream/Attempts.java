package dev.tollgate.upstream;

import dev.tollgate.error.ApiException;
import dev.tollgate.upstream.UpstreamFailure.Kind;
import dev.tollgate.upstream.Upstreams.Leg;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, asked again as long as nothing of substance has come (LATENT), of another channel where there is one: what an attempt says
 * until then is held back, so that a failed or empty attempt leaves no trace, its usage included (D48). Confined to the event loop that
 * began it.
 *
 * <p>At most {@value #RETRIES_MAX} retries after failures that may pass, as far as the pool's budget goes; a channel that has no quota left
 * or does not take our credential costs no retry where another one can be asked; once after an answer that is none.
 */
public final class Attempts implements UpstreamCall {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private static final int RETRIES_MAX = 2;

    /** In all, however many channels there are. */
    private static final int ATTEMPTS_MAX = 8;

    private static final long BACKOFF_MILLIS = 200;
    private static final long WAIT_MILLIS_MAX = 5_000;
    private static final int HELD_EVENTS_MAX = 1_000;

    private final Upstreams pool;
    private final Ask ask;
    private final @Nullable Long maxOutputTokens;
    private final UpstreamListener listener;
    private final List<UpstreamEvent> held = new ArrayList<>();
    private final List<Leg> legs = new ArrayList<>(1);
    private final List<Route> tried = new ArrayList<>(0);
    private final List<Route> ruledOut;

    private @Nullable Attempt current;
    private @Nullable UpstreamFailure lastFailure;
    private int attempts;
    private int retries;
    private boolean askedAgain;
    private boolean latent = true;
    private boolean over;
    private boolean paused;
    private boolean wasPaused;
    private long timer = -1;

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

    /** How often an upstream has been asked. */
    public int count() {
        return attempts;
    }

    /** The name of the channel that was asked last: once events have come, the one that answers. Never shown to a caller. */
    public String channel() {
        return current == null
                ? legs.getFirst().route().channel().id()
                : current.leg.route().channel().id();
    }

    /** Fields without effect on the channel that was asked last (D5). */
    public List<String> ignored() {
        return current == null
                ? legs.getFirst().ask().ignored()
                : current.leg.ask().ignored();
    }

    @Override
    public void cancel() {
        over = true;
        if (timer >= 0) {
            pool.vertx().cancelTimer(timer);
        }
        if (current != null) {
            current.call.cancel();
            current.left();
        }
    }

    @Override
    public void pause() {
        paused = true;
        wasPaused = true;
        if (current != null) {
            current.call.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        if (current != null) {
            current.call.resume();
        }
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
                timer = -1;
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
        translate(route);
    }

    /** Aside, as every translation of what may be large. */
    private void translate(Route route) {
        Context loop = pool.vertx().getOrCreateContext();
        Thread.ofVirtual().name("translate").start(() -> {
            Leg leg = translated(route);
            loop.runOnContext(_ -> translated(route, leg));
        });
    }

    private @Nullable Leg translated(Route route) {
        try {
            return pool.leg(ask, route);
        } catch (ApiException unfit) {
            return null;
        } catch (RuntimeException | Error e) {
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
        attempts++;
        held.clear();
        current = new Attempt(leg);
        if (paused) {
            current.call.pause();
        }
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
                timer = -1;
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

    /** Exponential with full jitter, or what the upstream asked for (wire.md 4.7). */
    private long waitMillis(UpstreamFailure failure) {
        return failure.retryAfter() != null
                ? Math.max(1, failure.retryAfter().toMillis())
                : pool.random().nextLong(BACKOFF_MILLIS << retries) + 1;
    }

    private void finish(Runnable last) {
        over = true;
        last.run();
    }

    private void release() {
        latent = false;
        if (!held.isEmpty()) {
            List<UpstreamEvent> events = new ArrayList<>(held);
            held.clear();
            listener.events(events);
        }
    }

    /** What the failure of an attempt means for the call; the channel's health has been noted. */
    private void failed(Route route, UpstreamFailure failure) {
        lastFailure = failure;
        boolean again = latent
                && switch (failure.kind()) {
                    case REFUSED, BROKEN -> false;
                    case MISCONFIGURED -> ruledOut.add(route);
                    case DAY_QUOTA -> true;
                    case QUOTA -> tellsWhen(failure) || mayRetry();
                    case UNAVAILABLE -> mayRetry();
                };
        if (again) {
            tried.add(route);
            current = null;
            goOn();
        } else {
            finish(() -> listener.failed(failure));
        }
    }

    private boolean mayRetry() {
        if (retries >= RETRIES_MAX || !pool.budget().take()) {
            return false;
        }
        retries++;
        return true;
    }

    /** A listener of its own for each attempt, so that a late word of an earlier one is not taken for the current one's. */
    private final class Attempt implements UpstreamListener {

        private final Leg leg;
        private final UpstreamCall call;
        /** A finish without any output: a call that could not be read, or a stop with nothing said (wire.md 4.4). */
        private boolean finishedEmpty;

        private boolean entered = true;

        private Attempt(Leg leg) {
            this.leg = leg;
            call = leg.ask().send(maxOutputTokens, this);
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            if (stale()) {
                return;
            }
            if (!latent) {
                listener.events(events);
                return;
            }
            held.addAll(events);
            boolean hasSubstance = held.size() > HELD_EVENTS_MAX;
            for (UpstreamEvent event : events) {
                hasSubstance |= substantial(event);
                finishedEmpty |= event instanceof UpstreamEvent.Finish;
            }
            if (hasSubstance) {
                leg.route().channel().breaker().answered();
                release();
            }
        }

        @Override
        public void ended() {
            if (stale()) {
                return;
            }
            leave();
            leg.route().channel().breaker().succeeded();
            if (latent && finishedEmpty && !askedAgain) {
                askedAgain = true;
                start(leg);
                return;
            }
            release();
            if (!over) {
                finish(listener::ended);
            }
        }

        @Override
        public void failed(UpstreamFailure failure) {
            if (stale()) {
                return;
            }
            leave();
            Health.note(leg.route(), failure, wasPaused, pool.clock().instant());
            Attempts.this.failed(leg.route(), failure);
        }

        private void leave() {
            if (entered) {
                entered = false;
                leg.route().channel().leave();
            }
        }

        /** Its caller has gone. */
        private void left() {
            if (entered) {
                leave();
                leg.route().channel().breaker().abandoned(pool.clock().millis());
            }
        }

        private boolean stale() {
            return over || (current != null && current != this);
        }
    }

    /** Whether an event is an answer, or the reason why there is none. */
    private static boolean substantial(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> !text.text().isEmpty();
            case UpstreamEvent.Thought thought -> !thought.text().isEmpty();
            case UpstreamEvent.ToolCall call -> true;
            case UpstreamEvent.Media made -> true;
            case UpstreamEvent.PromptBlocked blocked -> true;
            case UpstreamEvent.Finish finish ->
                finish.reason() == UpstreamEvent.FinishReason.LENGTH
                        || finish.reason() == UpstreamEvent.FinishReason.FILTERED;
            default -> false;
        };
    }
}
