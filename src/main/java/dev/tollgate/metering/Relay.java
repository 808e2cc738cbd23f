package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.memory.Lease;
import dev.tollgate.models.Usage;
import dev.tollgate.upstream.Attempts;
import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamFailure;
import dev.tollgate.upstream.UpstreamListener;
import dev.tollgate.upstream.Upstreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one call: reserve, ask while the hold becomes durable, relay what the hold covers, let the hold grow before it is used
 * up, resolve it once, end the answer.
 *
 * <p>Model: a call is in one {@link State}, and each thing that can happen (the store answers, the upstream says something, the
 * caller leaves, time is up) is a method that looks at the state first. Whoever moves it to {@code RESOLVING} decides how the
 * call ends; what comes later changes nothing. Batches wait in a queue while the hold grows.
 *
 * <p>Concurrency: confined to the event loop of the exchange; the store's answers are brought there by {@link Books}.
 */
final class Relay implements UpstreamListener, Running {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    /** No model's output limit comes near it; an upstream that goes past it is broken. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    /**
     * A break that is noticed so soon after the upstream was let go on has happened before: what its connection still held is read
     * at once.
     */
    private static final long NOTICED_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * What may wait for the hold to become durable before the upstream is held back: more than comes within a sync of the disk, for an
     * upstream that breaks while it is held back takes along what was under way.
     */
    private static final long UNCONFIRMED_SIZE_MAX = 32 << 10;

    /** The upstream's own word for an answer that has come to its maximum. */
    private static final String MAX_TOKENS = "MAX_TOKENS";

    private enum State {
        RESERVING,
        RELAYING,
        RESOLVING,
        RESOLVED
    }

    private final Books books;
    private final MeteredRequest request;
    private final String taskId;
    private final Sink sink;
    private final Runnable whenOver;
    private final Reserving reserving;
    private final long promptBytes;
    private final Executor loop;

    private final Backlog waiting;

    private State state = State.RESERVING;
    private Upstreams.Prepared prepared;
    private Bounds bounds;
    private UsageMeter usage;
    private Delivery delivery;
    private @Nullable Aside aside;
    private boolean checking;
    private int attemptsBefore;
    private @Nullable Coverage coverage;
    private @Nullable Attempts attempts;
    private BooleanSupplier holdDurable = () -> false;
    private boolean confirmed;
    private boolean confirming;
    private @Nullable UpstreamFailure failedUnconfirmed;
    private @Nullable ApiError stopped;
    private @Nullable ApiError brokenWhileHeldBack;
    private @Nullable Long tokensMaxApplied;
    private @Nullable String upstreamVersion;
    private String limit = "";
    private boolean gone;
    private boolean heard;
    private boolean extending;
    private Books.@Nullable End endAfterExtension;
    private boolean ended;
    private boolean heldBackByCaller;
    private boolean wasHeldBack;
    private long letGoNanos;

    /** A whole answer that did not fit what its caller asked for, kept until there is a better one. */
    private record Aside(
            UsageMeter usage,
            Delivery delivery,
            @Nullable Attempts attempts,
            @Nullable String upstreamVersion) {}

    /**
     * @param reserving makes the way to the hold, given where to tell of it
     * @param loop runs on the exchange's event loop
     */
    Relay(
            Books books,
            Function<BiConsumer<Books.Reservation, MeteredCall>, Reserving> reserving,
            MeteredCall call,
            String taskId,
            Sink sink,
            Executor loop,
            Runnable whenOver) {
        this.books = books;
        this.request = call.request();
        this.bounds = call.bounds();
        this.prepared = call.prepared();
        this.reserving = reserving.apply(this::reserved);
        this.taskId = taskId;
        this.sink = sink;
        this.loop = loop;
        this.whenOver = whenOver;
        this.promptBytes = call.promptBytes();
        this.waiting = new Backlog(reasoningBilled());
        this.usage = newUsage();
        this.delivery = new Delivery(sink, bounds.candidates());
    }

    private UsageMeter newUsage() {
        return new UsageMeter(promptBytes, bounds.usageLimits());
    }

    // ---- reserve, then ask ----

    void begin() {
        reserving.begin();
    }

    /** What the call's request takes is charged to it. */
    Lease memory() {
        return request.ask().memory();
    }

    private void reserved(Books.Reservation reservation, MeteredCall complete) {
        prepared = complete.prepared();
        bounds = complete.bounds();
        usage = newUsage();
        switch (reservation) {
            case Books.Refused refused -> {
                over();
                if (!gone) {
                    sink.failed(stopped != null ? stopped : refused.error());
                }
            }
            case Books.Lost lost -> over();
            case Books.Held held -> {
                state = State.RELAYING;
                holdDurable = held.durable();
                coverage = new Coverage(bounds, held.micros());
                limit = held.limit();
                if (gone) {
                    cancel();
                } else if (stopped != null) {
                    fail(stopped);
                } else {
                    Coverage reserved = coverage;
                    guarded(() -> ask(reserved));
                }
            }
        }
    }

    private void ask(Coverage coverage) {
        if (coverage.isLimited()) {
            tokensMaxApplied = coverage.tokens() / bounds.candidates();
        }
        sink.admitted(new Sink.Admission(taskId, tokensMaxApplied, prepared.ignored()));
        attempts = prepared.send(bounds.upstreamTokensMax(coverage.tokens()), this);
    }

    // ---- relay ----

    @Override
    public void events(List<UpstreamEvent> events) {
        if (state != State.RELAYING) {
            return;
        }
        if (!heard) {
            heard = true;
            tellIgnored();
        }
        if (Delivery.isStrange(events, bounds.candidates())) {
            failed(new UpstreamFailure(UpstreamFailure.Kind.BROKEN, null, "a candidate that was not asked for"));
            return;
        }
        noteVersion(events);
        waiting.add(events);
        guarded(() -> pump(covered()));
    }

    /** Another channel may have answered than the one that the call was translated for. */
    private void tellIgnored() {
        if (attempts != null && attempts.count() > 1) {
            Set<String> told = new HashSet<>(prepared.ignored()); // perhaps a name for each part of a long conversation
            List<String> more = attempts.ignored().stream()
                    .filter(field -> !told.contains(field))
                    .toList();
            if (!more.isEmpty()) {
                sink.ignoring(more);
            }
        }
    }

    @Override
    public void ended() {
        if (state == State.RELAYING) {
            ended = true;
            guarded(() -> pump(covered()));
        }
    }

    /** A fault of ours must not leave a call hanging with its hold: it ends as a failure, and everything goes back. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error("task {} failed", taskId, e);
            if (state == State.RELAYING) {
                fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An unexpected error has ended the call."));
            }
        }
    }

    /** Shows what waits as far as the hold covers it; lets the hold grow, or ends the answer, where it does not. */
    private void pump(Coverage coverage) {
        if (!mayShow()) {
            if (waiting.size() >= UNCONFIRMED_SIZE_MAX) {
                hold();
            }
            confirm(coverage);
            return;
        }
        List<UpstreamEvent> ready = new ArrayList<>();
        boolean covers =
                waiting.takeCovered(usage, coverage, head -> endsAtMaximum(coverage, ready, head), ready::addAll);
        if (!ready.isEmpty()) {
            show(ready);
        }
        if (state != State.RELAYING) {
            return; // the caller was found to be gone while it was shown
        }
        long used = usage.billedOutputTokens(reasoningBilled());
        if (usage.deliveredBytes() > ANSWER_BYTES_MAX) {
            fail(UpstreamErrors.tooLong());
        } else if (covers) {
            goOn(coverage, used);
        } else if (usage.passedMaximum() && !coverage.endsWithHold()) {
            endAtMaximum(used);
        } else if (coverage.mayGrow()) {
            hold();
            extend(coverage, used, false);
        } else {
            cut(coverage, used);
        }
    }

    /** Whether a batch reports more output than the maximum (D53). Before there is output it may still be a refusal (D48). */
    private boolean endsAtMaximum(Coverage coverage, List<UpstreamEvent> ready, List<UpstreamEvent> head) {
        return usage.passedMaximum()
                && !coverage.endsWithHold()
                && (delivery.hasOutput() || Delivery.hasOutput(ready) || Delivery.hasOutput(head));
    }

    /** Nothing leaves before the hold is durable. What leaves in one piece does so after its charge. */
    private boolean mayShow() {
        confirmed = confirmed || holdDurable.getAsBoolean();
        return confirmed || sink.leavesWhole();
    }

    private void confirm(Coverage coverage) {
        if (confirming) {
            return;
        }
        confirming = true;
        books.confirm(taskId, failure -> {
            confirming = false;
            confirmed = failure == null;
            if (state == State.RELAYING && failure != null) {
                fail(failure);
            } else if (state == State.RELAYING) {
                guarded(() -> pump(coverage));
                release();
                if (failedUnconfirmed != null) {
                    failed(failedUnconfirmed);
                }
            }
        });
    }

    private void goOn(Coverage coverage, long used) {
        if (ended) {
            complete();
        } else if (coverage.runsShort(used)) {
            extend(coverage, used, true);
        }
    }

    private void show(List<UpstreamEvent> events) {
        delivery.show(events, attemptCount());
        if (sink.full()) {
            heldBackByCaller = books.callerHoldsBack();
            hold();
            sink.onDrain(this::release);
        }
    }

    private int attemptCount() {
        return attemptsBefore + (attempts == null ? 0 : attempts.count());
    }

    private String answerModel() {
        return request.answerModel(upstreamVersion);
    }

    private void noteVersion(List<UpstreamEvent> events) {
        if (upstreamVersion == null && events.getFirst() instanceof UpstreamEvent.Started started) {
            upstreamVersion = started.modelVersion();
        }
    }

    /** Holds the upstream back: the caller reads slowly, or the hold has to grow first. */
    private void hold() {
        if (attempts != null) {
            attempts.pause();
        }
    }

    private void release() {
        if (state == State.RELAYING && waiting.isEmpty() && attempts != null && !sink.full()) {
            noteLetGo();
            attempts.resume();
        }
    }

    private void noteLetGo() {
        if (heldBackByCaller) {
            heldBackByCaller = false;
            wasHeldBack = true;
            letGoNanos = System.nanoTime();
        }
    }

    private boolean brokeWhileHeldBack() {
        return heldBackByCaller || (wasHeldBack && System.nanoTime() - letGoNanos < NOTICED_NANOS);
    }

    // ---- let the hold grow ----

    /** @param ahead whether the answer can go on meanwhile */
    private void extend(Coverage coverage, long usedTokens, boolean ahead) {
        if (extending) {
            return;
        }
        extending = true;
        books.extend(
                taskId,
                request,
                coverage.leastExtensionMicros(),
                coverage.wantedExtensionMicros(usedTokens),
                extension -> extended(coverage, extension, ahead));
    }

    private void extended(Coverage coverage, Books.Extension extension, boolean ahead) {
        extending = false;
        if (endAfterExtension != null) {
            if (extension instanceof Books.Grown grown) {
                coverage.grownTo(grown.heldMicros());
            }
            settle(endAfterExtension);
        }
        if (state != State.RELAYING) {
            return;
        }
        switch (extension) {
            case Books.Grown grown -> coverage.grownTo(grown.heldMicros());
            case Books.NotGrown notGrown -> {
                coverage.refused(ahead);
                limit = notGrown.nativeReason();
            }
            case Books.NotRecorded notRecorded -> {
                fail(notRecorded.error());
                return;
            }
        }
        guarded(() -> pump(coverage));
        release();
    }

    // ---- the ways to end ----

    private void complete() {
        if (checking) {
            return;
        }
        if (delivery.isBlocked()) {
            failOrTakeBack(UpstreamErrors.blocked());
        } else if (delivery.isUnusable()) {
            failOrTakeBack(UpstreamErrors.unavailable());
        } else {
            if (usage.passedMaximum()) {
                delivery.endAtMaximum(List.of(), MAX_TOKENS, attemptCount());
            }
            delivery.showKeptBack(attemptCount());
            Sink.Draft draft = sink.draft();
            if (draft == null) {
                settle(Books.End.COMPLETED);
            } else {
                checking = true;
                draft.check(loop, fits -> checked(draft, fits));
            }
        }
    }

    private void checked(Sink.Draft draft, boolean fits) {
        if (state != State.RELAYING) {
            return; // ended meanwhile, e.g. by a stop
        }
        checking = false;
        if (fits || aside != null) {
            settle(Books.End.COMPLETED);
        } else {
            guarded(() -> askAnew(draft));
        }
    }

    /** Once, under the same hold; only the answer that is delivered is charged (D48). */
    private void askAnew(Sink.Draft draft) {
        log.info("task {}: the answer does not fit its schema and is asked for once more", taskId);
        aside = new Aside(usage, delivery, attempts, upstreamVersion);
        attemptsBefore = attemptCount();
        usage = newUsage();
        delivery = new Delivery(sink, bounds.candidates());
        upstreamVersion = null;
        ended = false;
        draft.beginAnew();
        attempts = prepared.send(bounds.upstreamTokensMax(covered().tokens()), this);
    }

    /** Whether the answer that was put aside is the one after all: nothing better has come. */
    private boolean takeBack() {
        Aside first = aside;
        Sink.Draft draft = sink.draft();
        if (first == null || draft == null) {
            return false;
        }
        int asked = attemptCount();
        stopUpstream();
        waiting.clear();
        usage = first.usage();
        delivery = first.delivery();
        attempts = first.attempts();
        upstreamVersion = first.upstreamVersion();
        draft.takeBack();
        sink.answering(asked);
        return true;
    }

    private void failOrTakeBack(ApiError error) {
        if (takeBack()) {
            settle(Books.End.COMPLETED);
        } else {
            fail(error);
        }
    }

    /** The hold is used up and cannot grow: what it covers is shown, and the answer ends as one cut by length (D32). */
    private void cut(Coverage coverage, long usedTokens) {
        if (takeBack()) {
            settle(Books.End.COMPLETED);
            return;
        }
        stopUpstream();
        long before = waiting.tokensBeforeHead();
        long coveredTokens = coverage.tokens() - before;
        List<UpstreamEvent> events =
                LengthCut.of(waiting.removeHead(), usedTokens - before, coveredTokens, reasoningBilled());
        boolean partly = coveredTokens > 0 && events.stream().anyMatch(Delivery::isOutput);
        usage.cutAt(partly ? coverage.tokens() : before);
        waiting.clear();
        delivery.cutShort(events, limit, attemptCount());
        boolean holdUsed = partly && promptIsKnown() && coverage.endsWithHold();
        settle(holdUsed ? Books.End.CUT_HOLD_USED : Books.End.CUT);
    }

    /** More output was reported than the maximum in force: the answer ends there, as one that has come to its length (D53). */
    private void endAtMaximum(long usedTokens) {
        if (takeBack()) {
            settle(Books.End.COMPLETED);
            return;
        }
        stopUpstream();
        long before = waiting.tokensBeforeHead();
        long left = bounds.usageLimits().billedOutputTokens() - before;
        List<UpstreamEvent> events =
                LengthCut.atMaximum(waiting.removeHead(), usedTokens - before, left, reasoningBilled());
        waiting.clear();
        delivery.endAtMaximum(events, MAX_TOKENS, attemptCount());
        settle(Books.End.COMPLETED);
    }

    /** Else the rest of the hold is no fraction of a token, but what media might have come to at most. */
    private boolean promptIsKnown() {
        return usage.reportedInputTokens() >= 0 || !bounds.mediaUncounted();
    }

    /** Our own time limit is a length cut too (D32). */
    void timeIsUp() {
        guarded(this::endForTime); // the timer fires once: whatever is thrown here must not leave the hold
    }

    private void endForTime() {
        if (state == State.RELAYING && (checking || takeBack())) {
            settle(Books.End.COMPLETED);
        } else if (state == State.RELAYING && delivery.hasOutput()) {
            stopUpstream();
            waiting.clear();
            delivery.cutShort(List.of(), "TIMEOUT", attemptCount());
            settle(Books.End.CUT);
        } else {
            stop(UpstreamErrors.unavailable());
        }
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (state != State.RELAYING) {
            return;
        }
        if (confirming) {
            failedUnconfirmed = failure; // what came before it is shown first
            return;
        }
        log.warn("task {}: upstream {}: {}", taskId, failure.kind(), failure.detail());
        if (delivery.allFinished(waiting.batches())) {
            ended(); // a failure after the finish reasons changes nothing (D38)
        } else if (brokeWhileHeldBack()) {
            brokenWhileHeldBack = UpstreamErrors.of(failure);
            waiting.clear();
            settle(Books.End.CANCELLED); // the caller did not read: what was reported is charged (D18, D19)
        } else {
            failOrTakeBack(UpstreamErrors.of(failure));
        }
    }

    /** Ends the call from outside, e.g. at the end of a drain: everything goes back (D18). */
    void stop(ApiError error) {
        if (state == State.RELAYING) {
            fail(error);
        } else if (state == State.RESERVING) {
            stopped = error;
            reserving.stop();
        }
    }

    @Override
    public void gone() {
        gone = true;
        if (state == State.RELAYING) {
            guarded(this::cancel);
        } else if (state == State.RESERVING) {
            reserving.stop();
        }
    }

    private void cancel() {
        boolean finishedBefore = takeBack() || delivery.allFinished(waiting.batches());
        stopUpstream();
        if (finishedBefore) {
            waiting.countAll(usage, covered());
            settle(Books.End.COMPLETED);
        } else if (heard) {
            if (confirming) {
                waiting.takeCovered(usage, covered(), head -> false, reported -> {}); // it was reported all the same
            }
            settle(Books.End.CANCELLED);
        } else {
            state = State.RESOLVING;
            books.cancel(taskId, answerModel(), this::resolved);
        }
    }

    private void fail(ApiError error) {
        stopUpstream();
        state = State.RESOLVING;
        books.fail(taskId, answerModel(), error, () -> {
            resolved();
            if (!gone) {
                sink.failed(error);
            }
        });
    }

    /** While the hold is growing it waits for that: what is held is only known then. */
    private void settle(Books.End end) {
        if (extending) {
            state = State.RESOLVING;
            endAfterExtension = end;
            return;
        }
        Usage counted = usage.usage();
        Books.Settlement settlement = new Books.Settlement(
                taskId,
                request,
                answerModel(),
                counted,
                usage.flags(),
                usage.excess(),
                covered().heldMicros(),
                bounds.usageLimits(),
                tokensMaxApplied,
                end,
                sink.signed(),
                attempts == null ? "" : attempts.channel(),
                attempts == null ? "" : attempts.model());
        state = State.RESOLVING; // from here on the books see to it that nothing stays held
        books.settle(settlement, this::settled);
    }

    private void settled(Books.Settled settled) {
        resolved();
        if (gone) {
            return;
        }
        if (brokenWhileHeldBack != null) {
            sink.failed(brokenWhileHeldBack);
            return;
        }
        switch (settled) {
            case Books.Charged charged ->
                sink.completed(new Sink.Completion(Printed.usage(bounds.model(), charged.usage()), charged.micros()));
            case Books.NotDurable notDurable -> sink.failed(notDurable.error());
        }
    }

    private void resolved() {
        state = State.RESOLVED;
        over();
    }

    private void over() {
        state = State.RESOLVED;
        waiting.clear();
        delivery.clear();
        Sink.Draft draft = checking ? sink.draft() : null;
        if (draft != null) {
            draft.abandon();
        }
        request.ask().media().release();
        whenOver.run();
    }

    private void stopUpstream() {
        if (attempts != null) {
            attempts.cancel();
        }
    }

    private boolean reasoningBilled() {
        return bounds.model().pricing().reasoningBilled();
    }

    private Coverage covered() {
        Coverage known = coverage;
        if (known == null) {
            throw new IllegalStateException("nothing is held yet");
        }
        return known;
    }
}
