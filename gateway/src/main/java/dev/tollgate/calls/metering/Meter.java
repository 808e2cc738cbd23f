package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.lines.RunningLines;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.RateHeaders;
import dev.tollgate.models.Model;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.Upstreams;
import dev.tollgate.upstreams.sessions.CallPrompt;
import dev.tollgate.upstreams.sessions.CallSession;
import dev.tollgate.upstreams.sessions.PromptMemory;
import dev.tollgate.upstreams.sessions.PromptText;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The only path to an upstream: every door starts its calls here. Safe for use by several event loops. Each call stays on the loop that started it.
 */
public final class Meter {

    private static final long LOOK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Upstreams upstreams;
    private final MediaAccess media;
    private final Accounting accounting;
    private final CompletionIds ids;
    private final Quotas quotas;
    private final Times times;
    private final AnswerRoom room;
    private final PromptMemory prompts;
    private final AnsweringModels answering;
    private final CallObserver observer;
    private final PromptText.Ratios ratios = new PromptText.Ratios();
    private final Counting counting = new Counting();
    private final RunningLines lines = new RunningLines();
    private final Map<Thread, LoopCalls> loops = new ConcurrentHashMap<>();

    /**
     * @param total time after which a response is cut (D32)
     * @param silence time without a word from the upstream after which a stream begins all the same (E21)
     */
    public record Times(Duration total, Duration silence) {}

    /**
     * @param room for answers that are collected before they leave
     * @param prompts of the sessions' earlier calls
     * @param answering has the catalogue's rows for models that answer; {@code observer} reports to it
     * @param observer receives all calls
     */
    public Meter(
            Vertx vertx,
            Upstreams upstreams,
            MediaAccess media,
            Accounting accounting,
            CompletionIds ids,
            Quotas quotas,
            Times times,
            AnswerRoom room,
            PromptMemory prompts,
            AnsweringModels answering,
            CallObserver observer) {
        this.answering = answering;
        this.observer = observer;
        this.vertx = vertx;
        this.upstreams = upstreams;
        this.media = media;
        this.accounting = accounting;
        this.ids = ids;
        this.quotas = quotas;
        this.times = times;
        this.room = room;
        this.prompts = prompts;
    }

    /**
     * Translates and bounds a request. Changes no shared state, so any thread may run it. A large request should not run on an event loop.
     *
     * @param session the call's session, and the account that pays for downloads
     * @param owner of the key, whose stored files may be read
     * @param askedTokensMax the maximum in force for each candidate; null if there is none
     * @throws dev.tollgate.base.error.ApiException if translation refuses the request; nothing is reserved yet (D2)
     */
    public Translation translate(
            CallSession session, KeyOwner owner, Model model, Ask ask, @Nullable Long askedTokensMax) {
        long began = System.nanoTime();
        PreparedCall prepared = upstreams.prepare(ask, session);
        media.serve(session.accountId(), owner, model, ask);
        PromptSize size = ask.promptSize();
        PromptBound prompt = PromptBound.of(size, ask, model.upstream());
        Bounds bounds =
                Bounds.of(model, prompt, ask, askedTokensMax, !size.media().isEmpty());
        boolean isPlain = size.media().isEmpty() && !ask.continuesAnswer();
        PromptText text = new PromptText(ratios, session.accountId(), model.id(), size.textBytes(), isPlain);
        CallPrompt its = inSession(session, model, size.textBytes(), prepared);
        return new Translation(bounds, size, prepared, text, its, (System.nanoTime() - began) / 1_000);
    }

    /** Compares the prompt with earlier ones of its session; returns null if no provider would cache it. */
    private @Nullable CallPrompt inSession(CallSession session, Model model, long textBytes, PreparedCall prepared) {
        Supplier<PromptParts> parts = session.parts();
        return parts == null
                        || textBytes < PromptPrint.BYTES_MIN
                        || model.upstream().cacheMinTokens() == 0
                ? null
                : prompts.look(session, parts.get().sentAs(prepared.print()));
    }

    /**
     * Starts a call on the current event loop. The sink is called there, never before this method returns.
     *
     * @throws dev.tollgate.base.error.ApiException 429 if a limit of the caller is reached; then the sink is not called
     */
    public Running start(MeteredCall call, Sink sink) {
        return start(call, sink, Keeper.NONE);
    }

    /** Starts a call whose keeper adds changes to its units of work. */
    public Call start(MeteredCall metered, Sink sink, Keeper keeper) {
        LoopCalls loop = loop();
        Quotas.Pass pass = admit(metered);
        RunningLines.Place line = metered.terms().isOfLine() ? lines.enter(metered.accountId()) : null;
        Call call;
        try {
            StoredBooks books = new StoredBooks(accounting, loop, keeper, line);
            Call.Parts parts = new Call.Parts(books, counting, media, room, answering, observer);
            call = loop.open(
                    over -> new Call(
                            parts,
                            metered,
                            ids.next(),
                            sink,
                            loop,
                            System::nanoTime,
                            line == null
                                    ? over
                                    : () -> {
                                        line.leave();
                                        over.run();
                                    }),
                    pass);
        } catch (RuntimeException | Error e) {
            if (line != null) {
                line.leave();
            }
            pass.leave(0);
            throw e;
        }
        observer.begun(metered);
        call.begin();
        return call;
    }

    /** Counts the call against its caller's limits until it is over. */
    private Quotas.Pass admit(MeteredCall call) {
        List<Quota> its = call.quotas();
        if (call.terms().isPatient()) {
            requireHalf(call);
        }
        int further = call.ask().requests() - 1;
        Quotas.OverLimit tooMany = further == 0 ? null : quotas.further(its, further);
        if (tooMany != null) {
            throw RateHeaders.refusal(tooMany).asException();
        }
        switch (quotas.enter(its, its.isEmpty() ? 0 : call.translation().tokensExpected())) {
            case Quotas.Pass pass -> {
                return pass;
            }
            case Quotas.OverLimit refused -> {
                quotas.takeBackFurther(its, further);
                throw RateHeaders.refusal(refused).asException();
            }
        }
    }

    /**
     * Refuses a call without a waiting caller while not more than half is left of a limit (J13). An answer's request was counted at the door, when it came
     * or is tried again; a line's is counted here.
     */
    private void requireHalf(MeteredCall call) {
        List<Quota> its = call.quotas();
        boolean isCounted = !call.terms().isOfLine();
        Quotas.OverLimit used = quotas.halfUsed(its, isCounted ? 1 : 0);
        if (used != null) {
            if (isCounted) {
                quotas.takeBack(its, 1);
            }
            throw RateHeaders.halfUsed(used).asException();
        }
        Quotas.OverLimit refused = isCounted ? null : quotas.arrive(its);
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
    }

    /**
     * Downloads a call's media without making the call, on the current event loop.
     *
     * @param then receives, once and later, the translation with its media and bounds, and the error that ends the call, or null
     */
    void load(MeteredCall call, BiConsumer<Translation, @Nullable ApiError> then) {
        new Loading(media, call, loop(), 0, then).begin();
    }

    private LoopCalls loop() {
        return loops.computeIfAbsent(Thread.currentThread(), loop -> new LoopCalls(vertx, times));
    }

    public Quotas quotas() {
        return quotas;
    }

    Counting counting() {
        return counting;
    }

    /** Returns the number of calls that are not resolved yet. */
    public int openCalls() {
        return loops.values().stream().mapToInt(LoopCalls::size).sum();
    }

    /**
     * Returns the current figures of some accounts' calls on this node, by task id. Leaves out the calls of a loop that does not answer within a
     * second. Blocks: not for event loops.
     */
    public Map<String, CallNow> running(Set<String> accountIds) {
        Map<String, CallNow> running = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (LoopCalls loop : loops.values()) {
            if (loop.size() > 0) {
                CompletableFuture<Void> answered = new CompletableFuture<>();
                answers.add(answered);
                loop.look(accountIds, calls -> {
                    calls.forEach(call -> running.put(call.taskId(), call));
                    answered.complete(null);
                });
            }
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, LOOK_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        return Map.copyOf(running);
    }

    /** Ends every open call and releases its hold in full, at the end of a drain (D18). */
    public void stopAll(ApiError error) {
        loops.values().forEach(loop -> loop.stopAll(error));
    }
}
