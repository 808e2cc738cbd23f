package dev.tollgate.upstreams.pool;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.upstreams.media.WantedMedium;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool: who is asked, and who instead while nothing has been answered. Channels can be exchanged while calls run. Safe for use by
 * several event loops.
 */
public final class Upstreams {

    private static final Logger log = LoggerFactory.getLogger(Upstreams.class);

    private final Vertx vertx;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Chooser chooser;
    private final RetryBudget budget = new RetryBudget();
    private volatile ChannelSet channels;
    private volatile TryObserver observer = TryObserver.NONE;
    private volatile long hedgeAfterMillis;

    /** @param random for weights and jitter; used by several threads */
    public Upstreams(Vertx vertx, PoolSpec spec, InstantSource clock, RandomGenerator random) {
        this.vertx = vertx;
        this.clock = clock;
        this.random = random;
        this.chooser = new Chooser(random);
        this.channels = ChannelSet.EMPTY.next(spec.channels());
        this.hedgeAfterMillis = millis(spec);
    }

    /** @param observer told of all tries from now on */
    public void watchedBy(TryObserver observer) {
        this.observer = observer;
    }

    TryObserver observer() {
        return observer;
    }

    // ---- the operator's ----

    /**
     * Takes these channels from now on. One whose definition has not changed stays as it is; one that is gone ends its running calls. All
     * rests are lifted: a quota may have been raised, a key mended.
     */
    public synchronized void use(PoolSpec spec) {
        ChannelSet before = channels;
        ChannelSet after = before.next(spec.channels());
        after.channels().forEach(PooledChannel::liftRests);
        channels = after;
        hedgeAfterMillis = millis(spec);
        before.channels().stream()
                .filter(channel -> !after.channels().contains(channel))
                .forEach(PooledChannel::retire);
    }

    private static long millis(PoolSpec spec) {
        return spec.hedgeAfter() == null ? 0 : spec.hedgeAfter().toMillis();
    }

    /** Every channel, in the order of its file. */
    public List<ChannelStatus> status() {
        ChannelSet now = channels;
        return now.channels().stream()
                .map(channel -> ChannelStatus.of(
                        channel, now.routesOf(channel), now.credentialExpires(channel), clock.millis()))
                .toList();
    }

    /** How many calls may be asked again now, of all together. */
    public long retriesLeft() {
        return budget.retriesLeft();
    }

    /** What stands behind a model of the catalogue now, by the name of each channel that serves it, in the order of their file. */
    public Map<String, Standing> standings(String modelId) {
        Map<String, Standing> standings = new LinkedHashMap<>();
        channels.routes(modelId).forEach(route -> standings.put(route.channel().id(), route.standing()));
        return standings;
    }

    /**
     * Asks a channel something that costs nothing, whether it is healthy or not; of its health nothing changes by it.
     *
     * @param channelId as the operator calls it
     * @param then told once, within {@value ChannelTrial#MILLIS_MAX} ms, on an event loop or at once
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

    /** Lets all connections go. */
    public void close() {
        use(PoolSpec.of(List.of()));
    }

    // ---- a call's ----

    /**
     * Translates the ask for the channel that is to be asked first, so that what translation refuses is refused before money moves (D2).
     * Where that channel cannot express it, another one that can is asked.
     *
     * @throws ApiException naming the field, where no channel can
     */
    public PreparedCall prepare(Ask ask) {
        List<ModelRoute> routes = channels.routes(ask.modelId());
        if (routes.size() == 1) {
            return new Prepared(ask, leg(ask, routes.getFirst()), List.of());
        }
        return prepareOneOf(ask, routes, List.of(), null, this::leg);
    }

    /**
     * @param ruledOut channels that cannot express the ask, none of the routes
     * @param refused what the first of them said
     */
    private PreparedCall prepareOneOf(
            Ask ask,
            List<ModelRoute> routes,
            List<ModelRoute> ruledOut,
            @Nullable ApiException refused,
            BiFunction<Ask, ModelRoute, Leg> translation) {
        List<ModelRoute> left = new ArrayList<>(routes);
        List<ModelRoute> unfit = new ArrayList<>(ruledOut);
        ApiException refusal = refused;
        while (!left.isEmpty()) {
            ModelRoute route = chooser.choose(left, ask.preferredChannel(), List.of(), clock.millis());
            ModelRoute next = route == null ? left.getFirst() : route;
            try {
                return new Prepared(ask, translation.apply(ask, next), List.copyOf(unfit));
            } catch (ApiException cannot) {
                refusal = refusal == null ? cannot : refusal;
                left.remove(next);
                unfit.add(next);
            }
        }
        if (refusal == null) {
            log.error(Event.CHANNELS_NOT_SERVING, "no channel serves the model {}", ask.modelId());
            refusal = ApiError.of(
                            ErrorCode.UPSTREAM_ERROR,
                            "The upstream provider is temporarily unavailable. Please try again.")
                    .asException();
        }
        throw refusal;
    }

    /** An ask, translated for a channel. */
    record Leg(ModelRoute route, PreparedAsk ask) {

        /** @throws ApiException where a medium cannot be expressed there */
        Leg loaded() {
            return new Leg(route, ask.loaded());
        }
    }

    /** @throws ApiException what cannot be expressed there */
    Leg leg(Ask ask, ModelRoute route) {
        return new Leg(route, route.channel().channel().prepare(ask.forUpstreamModel(route.upstreamModel())));
    }

    /** The same for an ask whose media are there; what only this channel wants besides is loaded now. Blocks. */
    Leg loadedLeg(Ask ask, ModelRoute route) {
        Leg leg = leg(ask, route);
        try {
            ask.media().complete(leg.ask().wanted());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a translation", e);
        }
        return leg.loaded();
    }

    /** Who can be asked now, without those that the call has ruled out. */
    List<ModelRoute> routes(Ask ask, List<ModelRoute> ruledOut) {
        List<ModelRoute> routes = channels.routes(ask.modelId());
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

    RetryBudget budget() {
        return budget;
    }

    /** How long a call waits for its first channel alone; 0 for as long as it takes. */
    long hedgeAfterMillis() {
        return hedgeAfterMillis;
    }

    /** A translated ask. */
    private final class Prepared implements PreparedCall {

        private final Ask ask;
        private final Leg first;
        private final List<ModelRoute> unfit;

        private Prepared(Ask ask, Leg first, List<ModelRoute> unfit) {
            this.ask = ask;
            this.first = first;
            this.unfit = unfit;
        }

        @Override
        public List<String> ignored() {
            return first.ask().ignored();
        }

        @Override
        public List<WantedMedium> wanted() {
            return first.ask().wanted();
        }

        @Override
        public PreparedCall loaded() {
            try {
                return new Prepared(ask, first.loaded(), unfit);
            } catch (ApiException refused) {
                List<ModelRoute> ruledOut = new ArrayList<>(unfit);
                ruledOut.add(first.route());
                return prepareOneOf(ask, routes(ask, ruledOut), ruledOut, refused, Upstreams.this::loadedLeg);
            }
        }

        @Override
        public void count(Consumer<Optional<PromptCount>> then) {
            PooledChannel channel = first.route().channel();
            if (!channel.enter()) {
                vertx.runOnContext(_ -> then.accept(Optional.empty())); // taken away since
                return;
            }
            try {
                first.ask().count(counted -> {
                    channel.leave();
                    then.accept(counted);
                });
            } catch (RuntimeException | Error e) {
                channel.leave();
                throw e;
            }
        }

        @Override
        public SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            Attempts attempts = new Attempts(Upstreams.this, ask, first, unfit, maxOutputTokens, listener);
            attempts.begin();
            return attempts;
        }

        @Override
        public boolean mayAskAgain() {
            return budget.take();
        }
    }
}
