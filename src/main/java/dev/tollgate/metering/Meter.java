package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.openai.CompletionIds;
import dev.tollgate.upstream.Upstreams;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The only way to an upstream: every door starts its calls here. Safe for use by several event loops; each call stays on the one
 * that started it.
 */
public final class Meter {

    private final Vertx vertx;
    private final Upstreams upstreams;
    private final MediaAccess media;
    private final Accounting accounting;
    private final CompletionIds ids;
    private final Duration totalTimeout;
    private final Counting counting = new Counting();
    private final Map<Thread, Executor> turns = new ConcurrentHashMap<>();
    private final Set<Open> open = ConcurrentHashMap.newKeySet();

    /** @param totalTimeout after which an answer is cut (D32) */
    public Meter(
            Vertx vertx,
            Upstreams upstreams,
            MediaAccess media,
            Accounting accounting,
            CompletionIds ids,
            Duration totalTimeout) {
        this.vertx = vertx;
        this.upstreams = upstreams;
        this.media = media;
        this.accounting = accounting;
        this.ids = ids;
        this.totalTimeout = totalTimeout;
    }

    /**
     * Translates and bounds a request. Touches nothing that moves, so it may run on any thread, as it should for a large one.
     *
     * @throws dev.tollgate.error.ApiException what translation refuses: nothing is reserved yet (D2)
     */
    public MeteredCall prepare(MeteredRequest request) {
        Upstreams.Prepared prepared = upstreams.prepare(request.ask());
        media.serve(request);
        PromptBound prompt = PromptBound.of(request.ask(), request.model().upstream());
        Bounds bounds = new Bounds(
                request.model(),
                prompt.tokensMax(),
                prompt.tokensMax(),
                !request.ask().promptSize().media().isEmpty(),
                request.ask().candidates(),
                request.askedTokensMax());
        return new MeteredCall(request, bounds, prompt.textBytes(), prepared);
    }

    /** Starts a call on the current event loop. What follows is told to the sink there, never before this method returns. */
    public Running start(MeteredCall call, Sink sink) {
        return begin(call, sink, Keeper.NONE);
    }

    /** As above, with what the call adds to its units of work. */
    Relay begin(MeteredCall call, Sink sink, Keeper keeper) {
        Context loop = vertx.getOrCreateContext();
        Open entry = new Open(loop);
        Executor onLoop = turns();
        Books books = new Books(accounting, onLoop, keeper);
        String taskId = ids.next();
        Relay relay = new Relay(
                books,
                then -> new Reserving(books, counting, media, onLoop, call, taskId, then),
                call,
                taskId,
                sink,
                onLoop,
                entry::over);
        entry.begin(relay);
        return relay;
    }

    /**
     * Downloads a call's media without making the call, on the current event loop.
     *
     * @param then told there once, later: the call with its media and bounds, and why it ends here, else null
     */
    void load(MeteredCall call, BiConsumer<MeteredCall, @Nullable ApiError> then) {
        new Loading(media, call, turns(), then).begin();
    }

    /** Turns of the current event loop, the same for all its calls: what a batch of the store tells them comes in one turn. */
    private Executor turns() {
        return turns.computeIfAbsent(Thread.currentThread(), loop -> {
            Context context = vertx.getOrCreateContext();
            return task -> context.runOnContext(nothing -> task.run());
        });
    }

    Counting counting() {
        return counting;
    }

    /** Calls that are not resolved yet. */
    public int openCalls() {
        return open.size();
    }

    /** Ends every open call and gives everything back: the end of a drain (D18). */
    public void stopAll(ApiError error) {
        open.forEach(call -> call.stop(error));
    }

    private final class Open {

        private final Context loop;
        private volatile Relay relay;
        private long timer = -1;

        @SuppressWarnings(
                "NullAway.Init") // begin() is the second half of construction: a relay and its entry know each other
        private Open(Context loop) {
            this.loop = loop;
        }

        private void begin(Relay relay) {
            this.relay = relay;
            open.add(this);
            relay.memory().retain();
            timer = vertx.setTimer(totalTimeout.toMillis(), fired -> relay.timeIsUp());
            relay.begin();
        }

        private void over() {
            vertx.cancelTimer(timer);
            if (open.remove(this)) {
                relay.memory().release();
            }
        }

        private void stop(ApiError error) {
            loop.runOnContext(nothing -> relay.stop(error));
        }
    }
}
