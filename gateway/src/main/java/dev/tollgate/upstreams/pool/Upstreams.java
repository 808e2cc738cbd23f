package dev.tollgate.upstreams.pool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.Standing;
import dev.tollgate.running.Trial;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.sessions.CallSession;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of channels: chooses a channel for each call, and another one until something has been answered. Channels can be exchanged while
 * calls run. Safe for use by several event loops.
 */
public final class Upstreams {

    private static final int SANDBOXES_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Upstreams.class);

    private final Vertx vertx;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Chooser chooser;
    /** The budgets by the catalogue's id of the model: the trouble of one model takes no retry from another. */
    private final Map<String, RetryBudget> budgets = new ConcurrentHashMap<>();

    private final Map<String, RetryBudget> budgetsAtFlex = new ConcurrentHashMap<>();

    /** The health of the built-in sandbox for each account that has called lately. */
    private final Cache<String, PooledChannel> sandboxes =
            Caffeine.newBuilder().maximumSize(SANDBOXES_MAX).build();

    private volatile ChannelSet channels;
    private volatile TryObserver observer = TryObserver.NONE;
    private volatile long hedgeAfterMillis;
    private volatile boolean keepsSessions;

    /** @param random for weights and jitter; must be thread-safe */
    public Upstreams(Vertx vertx, PoolSpec spec, InstantSource clock, RandomGenerator random) {
        this.vertx = vertx;
        this.clock = clock;
        this.random = random;
        this.chooser = new Chooser(random);
        this.channels = ChannelSet.EMPTY.next(spec.channels());
        this.hedgeAfterMillis = millis(spec);
        this.keepsSessions = spec.keepsSessions();
    }

    /** @param observer notified of all attempts from now on */
    public void watchedBy(TryObserver observer) {
        this.observer = observer;
    }

    TryObserver observer() {
        return observer;
    }

    // ---- for the operator ----

    /**
     * Replaces the channels. A channel whose definition has not changed stays as it is; a removed one finishes its running calls. All rests
     * end, since a quota may have been raised or a key corrected.
     */
    public synchronized void use(PoolSpec spec) {
        ChannelSet before = channels;
        ChannelSet after = before.next(spec.channels());
        after.channels().forEach(PooledChannel::liftRests);
        channels = after;
        sandboxes.invalidateAll();
        hedgeAfterMillis = millis(spec);
        keepsSessions = spec.keepsSessions();
        before.channels().stream()
                .filter(channel -> !after.channels().contains(channel))
                .forEach(PooledChannel::retire);
    }

    private static long millis(PoolSpec spec) {
        return spec.hedgeAfter() == null ? 0 : spec.hedgeAfter().toMillis();
    }

    /** Returns every channel's status, in the order of the channels file. */
    public List<ChannelStatus> status() {
        ChannelSet now = channels;
        return now.channels().stream()
                .map(channel -> channel.status(now.routesOf(channel), now.credentialExpires(channel), clock.millis()))
                .toList();
    }

    /** Returns the number of retries left for the calls of each model that a channel serves, without those at flex. */
    public Map<String, Long> retriesLeft() {
        Map<String, Long> left = new HashMap<>();
        channels.models()
                .forEach(model -> left.put(model, budget(budgets, model).retriesLeft()));
        return left;
    }

    /**
     * Returns what each channel that serves a model of the catalogue uses for it now, by channel name and in the order of the channels
     * file.
     */
    public Map<String, Standing> standings(String modelId) {
        Map<String, Standing> standings = new LinkedHashMap<>();
        channels.routes(modelId).forEach(route -> standings.put(route.channel().id(), route.standing()));
        return standings;
    }

    /** Returns whether a channel takes calls of a model at flex. */
    public boolean grantFlex(String modelId) {
        return channels.routes(modelId).stream().anyMatch(ModelRoute::grantsFlex);
    }

    /** Returns whether a channel of a model writes answers in several hops for an account now (H2). */
    public boolean haveHops(String modelId, String accountId) {
        long now = clock.millis();
        return routesOf(modelId, accountId).stream()
                .anyMatch(route -> route.channel().hasHops(now));
    }

    /** Returns whether all channels of a model take functions together with a search. */
    public boolean takeFunctionsWithSearch(String modelId) {
        return channels.routes(modelId).stream()
                .allMatch(route -> route.channel().channel().takesFunctionsWithSearch());
    }

    /**
     * Tries a channel with a request that costs nothing, healthy or not. The channel's health does not change.
     *
     * @param channelId the operator's name for it
     * @param then called once, within {@value ChannelTrial#MILLIS_MAX} ms, on an event loop or before this method returns
     */
    public void tryOut(String channelId, Consumer<Trial> then) {
        ChannelSet now = channels;
        for (PooledChannel channel : now.channels()) {
            if (channel.id().equals(channelId)) {
                String model = now.routesOf(channel).getFirst().upstreamModel();
                vertx.runOnContext(_ -> new ChannelTrial(vertx, channel, then).begin(model));
                return;
            }
        }
        then.accept(new Trial.NoSuchChannel());
    }

    public void close() {
        use(PoolSpec.of(List.of()));
    }

    // ---- for calls ----

    /**
     * Translates the ask for the first channel, so that a request that cannot be translated is refused before money moves (D2). If that
     * channel cannot express it, the next suitable one is used.
     *
     * @throws ApiException naming the field, if no channel can express the ask
     */
    public PreparedCall prepare(Ask ask) {
        return prepare(ask, CallSession.none(""));
    }

    /** @param named the call's session, and its account, by which the built-in sandbox's health is kept */
    public PreparedCall prepare(Ask ask, CallSession named) {
        CallSession session = keepsSessions ? named : named.unnamed();
        List<ModelRoute> routes = routes(ask, session.accountId());
        Hops hops = ask.hops();
        if (hops != null && hops.isPinned()) {
            requireChannel(hops, routesOf(ask.modelId(), session.accountId()));
        }
        if (ask.isAtFlex()
                && routes.isEmpty()
                && !channels.routes(ask.modelId()).isEmpty()) {
            throw ApiError.invalid(
                            ask.tierField(),
                            "'" + ask.tierField() + "': the tier flex is not available for the model '" + ask.modelId()
                                    + "'. Leave it out for the standard tier.")
                    .asException();
        }
        if (routes.size() == 1) {
            return new PooledCall(this, ask, session, leg(ask, routes.getFirst()), List.of());
        }
        return prepareOneOf(ask, session, routes, List.of(), null, this::leg);
    }

    /** @throws ApiException if the channel that an answer goes on with is not there any more, or serves nothing until its rest is over (H8) */
    private void requireChannel(Hops hops, List<ModelRoute> all) {
        List<ModelRoute> routes =
                all.stream().filter(route -> route.continues(hops)).toList();
        if (routes.isEmpty()) {
            throw ApiError.invalid(
                            NativeAsk.CONTINUATION,
                            "'" + NativeAsk.CONTINUATION
                                    + "': the response cannot go on, what has begun it is not in use here any more. Send the"
                                    + " request without it to begin again.")
                    .asException();
        }
        long now = clock.millis();
        long until = routes.stream()
                .mapToLong(route -> route.firmUntilMillis(now))
                .min()
                .orElse(0);
        if (until > 0) {
            throw ApiError.of(
                            ErrorCode.UPSTREAM_ERROR,
                            "The upstream provider that has begun the response is temporarily unavailable. Please try again.")
                    .retryAfter(Duration.ofMillis(until - now))
                    .asException();
        }
    }

    /**
     * @param ruledOut channels that cannot express the ask, none of them in {@code routes}
     * @param refused the refusal of the first of them
     */
    PreparedCall prepareOneOf(
            Ask ask,
            CallSession session,
            List<ModelRoute> routes,
            List<ModelRoute> ruledOut,
            @Nullable ApiException refused,
            BiFunction<Ask, ModelRoute, Leg> translation) {
        List<ModelRoute> left = new ArrayList<>(routes);
        List<ModelRoute> unfit = new ArrayList<>(ruledOut);
        ApiException refusal = refused;
        while (!left.isEmpty()) {
            ModelRoute route = chooser.choose(left, Chooser.Wish.of(ask, session), List.of(), clock.millis());
            ModelRoute next = route == null ? left.getFirst() : route;
            try {
                return new PooledCall(this, ask, session, translation.apply(ask, next), List.copyOf(unfit));
            } catch (ApiException cannot) {
                refusal = refusal == null ? cannot : refusal;
                left.remove(next);
                unfit.add(next);
            }
        }
        if (refusal == null) {
            log.error(
                    Event.CHANNELS_NOT_SERVING,
                    "model {}: no channel serves it; add it to a channel in the channels file",
                    ask.modelId());
            refusal = ApiError.of(
                            ErrorCode.UPSTREAM_ERROR,
                            "The model '" + ask.modelId()
                                    + "' has no channel here at present. GET /v1/models lists the models on sale.")
                    .doNotRetry()
                    .asException();
        }
        throw refusal;
    }

    record Leg(ModelRoute route, PreparedAsk ask) {

        /** @throws ApiException if the channel cannot express a media file */
        Leg loaded() {
            return new Leg(route, ask.loaded());
        }
    }

    /** @throws ApiException naming the field that the channel cannot express */
    Leg leg(Ask ask, ModelRoute route) {
        if (ask.functionCount() > route.functionsMax()) {
            int max = channels.routes(ask.modelId()).stream()
                    .mapToInt(ModelRoute::functionsMax)
                    .max()
                    .orElse(route.functionsMax());
            throw ApiError.invalid(
                            ask.toolsField(),
                            ask.toolsField() + " must have at most " + max + " functions for this model, got "
                                    + ask.functionCount() + ".")
                    .asException();
        }
        return new Leg(route, route.channel().channel().prepare(ask.forUpstreamModel(route.upstreamModel())));
    }

    /** Translates an ask whose media are loaded, and loads what only this channel needs in addition. Blocks. */
    Leg loadedLeg(Ask ask, ModelRoute route) {
        Leg leg = leg(ask, route);
        try {
            ask.media().complete(leg.ask().wanted());
        } catch (InterruptedException e) {
            throw new IllegalStateException("a translation was interrupted", e);
        }
        return leg.loaded();
    }

    private List<ModelRoute> routes(Ask ask, String accountId) {
        List<ModelRoute> all = routesOf(ask.modelId(), accountId);
        Hops hops = ask.hops();
        List<ModelRoute> routes = hops != null && hops.isPinned()
                ? all.stream().filter(route -> route.continues(hops)).toList()
                : all;
        return ask.isAtFlex()
                ? routes.stream()
                        .filter(ModelRoute::grantsFlex)
                        .map(ModelRoute::atFlex)
                        .toList()
                : routes;
    }

    private List<ModelRoute> routesOf(String modelId, String accountId) {
        List<ModelRoute> routes = channels.routes(modelId);
        if (accountId.isEmpty()
                || routes.stream().noneMatch(route -> route.channel().kind().equals(ChannelSpec.SANDBOX))) {
            return routes;
        }
        return routes.stream()
                .map(route -> route.channel().kind().equals(ChannelSpec.SANDBOX)
                        ? route.on(sandboxes.get(accountId, _ -> route.channel().ofAccount()))
                        : route)
                .toList();
    }

    /** Returns the channels that serve the ask's model, without those that the call has ruled out. */
    List<ModelRoute> routes(Ask ask, String accountId, List<ModelRoute> ruledOut) {
        List<ModelRoute> routes = routes(ask, accountId);
        return ruledOut.isEmpty()
                ? routes
                : routes.stream()
                        .filter(route -> ruledOut.stream().noneMatch(route::isSame))
                        .toList();
    }

    Vertx vertx() {
        return vertx;
    }

    InstantSource clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    Chooser chooser() {
        return chooser;
    }

    RetryBudget budget(Ask ask) {
        return budget(ask.isAtFlex() ? budgetsAtFlex : budgets, ask.modelId());
    }

    private static RetryBudget budget(Map<String, RetryBudget> budgets, String modelId) {
        return budgets.computeIfAbsent(modelId, _ -> new RetryBudget());
    }

    /** Returns how long a call waits for its first channel before hedging; 0 for no hedging. */
    long hedgeAfterMillis() {
        return hedgeAfterMillis;
    }
}
