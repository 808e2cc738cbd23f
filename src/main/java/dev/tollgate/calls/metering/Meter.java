package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.customers.keys.RateAnswers;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.Upstreams;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The only way to an upstream: every door starts its calls here. Safe for use by several event loops; each call stays on the one
 * that started it.
 */
public final class Meter {

    private static final long LOOK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Upstreams upstreams;
    private final MediaAccess media;
    private final Accounting accounting;
    private final CompletionIds ids;
    private final Quotas quotas;
    private final Duration totalTimeout;
    private final CallObserver observer;
    private final Counting counting = new Counting();
    private final Map<Thread, LoopCalls> loops = new ConcurrentHashMap<>();

    /**
     * @param totalTimeout after which an answer is cut (D32)
     * @param observer told of all calls
     */
    public Meter(
            Vertx vertx,
            Upstreams upstreams,
            MediaAccess media,
            Accounting accounting,
            CompletionIds ids,
            Quotas quotas,
            Duration totalTimeout,
            CallObserver observer) {
        this.observer = observer;
        this.vertx = vertx;
        this.upstreams = upstreams;
        this.media = media;
        this.accounting = accounting;
        this.ids = ids;
        this.quotas = quotas;
        this.totalTimeout = totalTimeout;
    }

    /**
     * Translates and bounds a request. Changes no shared state, so it may run on any thread, as it should for a large request.
     *
     * @param accountId the account that pays for downloads
     * @param askedTokensMax the maximum in force for each candidate; null if there is none
     * @throws dev.tollgate.base.error.ApiException what translation refuses: nothing is reserved yet (D2)
     */
    public Translation translate(String accountId, Model model, Ask ask, @Nullable Long askedTokensMax) {
        long began = System.nanoTime();
        PreparedCall prepared = upstreams.prepare(ask);
        media.serve(accountId, ask);
        PromptBound prompt = PromptBound.of(ask, model.upstream());
        Bounds bounds = new Bounds(
                model,
                prompt.tokensMax(),
                prompt.tokensMax(),
                !ask.promptSize().media().isEmpty(),
                ask.candidates(),
                askedTokensMax);
        return new Translation(bounds, prompt.textBytes(), prepared, (System.nanoTime() - began) / 1_000);
    }

    /**
     * Starts a call on the current event loop. What follows is told to the sink there, never before this method returns.
     *
     * @throws dev.tollgate.base.error.ApiException 429 where a limit of its caller does not let it begin; then the sink is told nothing
     */
    public Running start(MeteredCall call, Sink sink) {
        return start(call, sink, Keeper.NONE);
    }

    /** As above, with what the call adds to its units of work. */
    public Call start(MeteredCall metered, Sink sink, Keeper keeper) {
        LoopCalls loop = loop();
        Books books = new StoredBooks(accounting, loop, keeper);
        Quotas.Pass pass = admit(metered);
        Call call;
        try {
            call = loop.open(
                    over -> new Call(
                            books, counting, media, metered, ids.next(), sink, loop, System::nanoTime, observer, over),
                    pass);
        } catch (RuntimeException | Error e) {
            pass.leave(0);
            throw e;
        }
        observer.begun(metered);
        call.begin();
        return call;
    }

    /** It counts from here on until it is over, whichever way that comes. */
    private Quotas.Pass admit(MeteredCall call) {
        List<Quota> its = call.quotas();
        return switch (quotas.enter(its, its.isEmpty() ? 0 : call.translation().tokensExpected(call.ask()))) {
            case Quotas.Pass pass -> pass;
            case Quotas.Refused refused -> throw RateAnswers.refusal(refused).asException();
        };
    }

    /**
     * Downloads a call's media without making the call, on the current event loop.
     *
     * @param then receives once, later, the translation with its media and bounds, and why the call ends here, else null
     */
    void load(MeteredCall call, BiConsumer<Translation, @Nullable ApiError> then) {
        new Loading(media, call, loop(), then).begin();
    }

    private LoopCalls loop() {
        return loops.computeIfAbsent(Thread.currentThread(), loop -> new LoopCalls(vertx, totalTimeout));
    }

    /** What calls are counted with. */
    public Quotas quotas() {
        return quotas;
    }

    Counting counting() {
        return counting;
    }

    /** Calls that are not resolved yet. */
    public int openCalls() {
        return loops.values().stream().mapToInt(LoopCalls::size).sum();
    }

    /**
     * What the running calls of some accounts have come to on this node, by their ids; those of a loop that does not answer within a second are
     * left out. Blocks: not for event loops.
     */
    public Map<String, CallNow> running(Set<String> accountIds) {
        Map<String, CallNow> running = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> loopsTold = new ArrayList<>();
        for (LoopCalls loop : loops.values()) {
            if (loop.size() > 0) {
                CompletableFuture<Void> told = new CompletableFuture<>();
                loopsTold.add(told);
                loop.look(accountIds, calls -> {
                    calls.forEach(call -> running.put(call.taskId(), call));
                    told.complete(null);
                });
            }
        }
        CompletableFuture.allOf(loopsTold.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, LOOK_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        return Map.copyOf(running);
    }

    /** Ends every open call and gives everything back: the end of a drain (D18). */
    public void stopAll(ApiError error) {
        loops.values().forEach(loop -> loop.stopAll(error));
    }
}
