package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.running.CallNow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call whose store, upstream and caller do only what a test makes them do, each thing in a turn of its own. Each request of the call to them is a
 * line, in order.
 */
final class PlayedCall implements Executor {

    static final Books.Charged CHARGED = new Books.Charged();

    private final List<String> lines = new ArrayList<>();
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final Bounds bounds;

    final PlayedBooks books = new PlayedBooks();
    final PlayedUpstream upstream = new PlayedUpstream();
    final PlayedCaller caller = new PlayedCaller();
    final Counting counting = new Counting();
    /** What the room does a while after an answer had to leave. */
    final List<Runnable> soon = new ArrayList<>();

    final AnswerRoom room = new AnswerRoom(64 * 1024, soon::add);
    long nanos;

    CallTerms terms = CallTerms.OF_CALLER;

    /** What is asked for; null for a short chat. */
    @Nullable
    Ask ask;

    /** The calls that observers received. */
    final List<OverCall> observed = new ArrayList<>();

    private @Nullable Call call;

    PlayedCall(Bounds bounds) {
        this.bounds = bounds;
    }

    /** One that is asked for, with so much held for it. */
    static PlayedCall held(Bounds bounds, long micros) {
        PlayedCall played = new PlayedCall(bounds);
        played.begin();
        played.books.holds(micros);
        played.told();
        return played;
    }

    Call call() {
        return Objects.requireNonNull(call);
    }

    void begin() {
        Call made = call == null ? make(() -> lines.add("over")) : call;
        does(made::begin);
    }

    /** @param over run when the call is over */
    Call make(Runnable over) {
        MeteredCall asked = ask == null ? Sold.request(bounds.model()) : Sold.request(bounds.model(), ask, null);
        Call made = new Call(
                new Call.Parts(books, counting, NO_MEDIA, room, NO_OTHERS, observed::add),
                Sold.on(terms, List.of(), asked.with(new Translation(bounds, 400, upstream, 7))),
                "task_1",
                caller,
                this,
                () -> nanos,
                over);
        call = made;
        return made;
    }

    /** Makes a call with this upstream and caller over other books. */
    Call callOver(Books other, Counting turns, MeteredCall metered, String taskId, Executor itsLoop) {
        return new Call(
                new Call.Parts(other, turns, NO_MEDIA, room, NO_OTHERS, observed::add),
                metered,
                taskId,
                caller,
                itsLoop,
                () -> nanos,
                () -> {});
    }

    @SuppressWarnings("NullAway") // a call without media does not touch it
    static final AnsweringModels NO_OTHERS =
            new AnsweringModels(_ -> null, new RoutedModels(), _ -> {}, () -> Instant.EPOCH);

    private static final MediaAccess NO_MEDIA = null;

    @Override
    public void execute(Runnable task) {
        loop.add(task);
    }

    /** Something happens, and all that follows from it. */
    void does(Runnable event) {
        loop.add(event);
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
    }

    /** Returns the lines since the last query. */
    List<String> told() {
        List<String> told = List.copyOf(lines);
        lines.clear();
        return told;
    }

    private static String text(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text said -> "'" + said.text() + "'";
            case UpstreamEvent.Finish end -> end.reason() + "/" + end.nativeReason();
            default -> event.getClass().getSimpleName();
        };
    }

    final class PlayedBooks implements Books {

        boolean mayLeave = true;
        boolean callerHoldsBack = true;
        boolean hasFreeEnd;
        private @Nullable Consumer<Reservation> reserved;
        private @Nullable Consumer<ApiError> lost;
        private @Nullable Consumer<@Nullable ApiError> confirmed;
        private @Nullable Consumer<Extension> extended;
        private @Nullable Consumer<Settled> settled;
        private @Nullable Runnable back;
        private @Nullable Consumer<Boolean> backIfFree;
        private @Nullable Settlement settlement;

        Settlement settlement() {
            return Objects.requireNonNull(settlement);
        }

        /** Holds so much, on less if the call may search. */
        void holds(long micros) {
            decides(new Held(micros, bounds.less() != null, "CREDITS_EXHAUSTED", null, () -> mayLeave));
        }

        void decides(Reservation reservation) {
            does(() -> Objects.requireNonNull(reserved).accept(reservation));
        }

        void loses(ApiError error) {
            does(() -> Objects.requireNonNull(lost).accept(error));
        }

        void confirms(@Nullable ApiError failure) {
            does(() -> Objects.requireNonNull(confirmed).accept(failure));
        }

        void grows(Extension extension) {
            does(() -> Objects.requireNonNull(extended).accept(extension));
        }

        void settles(Settled what) {
            does(() -> Objects.requireNonNull(settled).accept(what));
        }

        void givesBack() {
            does(Objects.requireNonNull(back));
        }

        @Override
        public void reserve(
                String taskId,
                MeteredCall request,
                Bounds bounds,
                boolean mayRunOnLess,
                Consumer<Reservation> then,
                Consumer<ApiError> lost) {
            lines.add("reserve " + bounds.leastMicros() + " to " + bounds.wantedMicros());
            reserved = then;
            this.lost = lost;
        }

        @Override
        public void confirm(String taskId, Consumer<@Nullable ApiError> then) {
            lines.add("confirm");
            confirmed = then;
        }

        @Override
        public void extend(String taskId, MeteredCall request, long least, long wanted, Consumer<Extension> then) {
            lines.add("extend by " + least + " to " + wanted);
            extended = then;
        }

        @Override
        public void extendForUsed(String taskId, MeteredCall request, long wanted, Consumer<Extension> then) {
            lines.add("extend for used by " + wanted);
            extended = then;
        }

        @Override
        public void settle(Settlement offered, Consumer<Settled> then) {
            lines.add("settle " + offered.end() + " " + offered.bill().chargeMicros());
            settlement = offered;
            settled = then;
        }

        @Override
        public boolean mayEndFree(MeteredCall request, Consumer<@Nullable ApiError> then) {
            return false;
        }

        @Override
        public boolean hasFreeEnd() {
            return hasFreeEnd;
        }

        /** Says whether there was room for a free answer. */
        void givesBackIfFree(boolean isFree) {
            does(() -> Objects.requireNonNull(backIfFree).accept(isFree));
        }

        @Override
        public void endsFree(MeteredCall request, int answers, boolean unshown) {
            lines.add("ends free");
        }

        @Override
        public void giveBackIfFree(String taskId, MeteredCall request, CallDetails details, Consumer<Boolean> then) {
            lines.add("give back if free " + details.end().status());
            backIfFree = then;
        }

        @Override
        public void giveBack(String taskId, CallDetails details, Runnable then) {
            lines.add("give back " + details.end().status());
            back = then;
        }

        @Override
        public boolean callerHoldsBack() {
            return callerHoldsBack;
        }
    }

    final class PlayedUpstream implements PreparedCall {

        List<String> ignored = List.of();
        List<String> ignoredElsewhere = List.of();
        boolean mayAskAgain = true;
        boolean countBreaks;
        int count = 1;
        private @Nullable UpstreamListener listener;
        private @Nullable Consumer<Optional<PromptCount>> counted;

        void says(UpstreamEvent... events) {
            UpstreamListener hears = listener();
            does(() -> hears.events(List.of(events)));
        }

        void ends() {
            UpstreamListener hears = listener();
            does(hears::ended);
        }

        void fails(UpstreamFailure.Kind kind) {
            UpstreamListener hears = listener();
            does(() -> hears.failed(new UpstreamFailure(kind, null, "of a test")));
        }

        /** Hears the answer that was asked for last. */
        UpstreamListener listener() {
            return Objects.requireNonNull(listener);
        }

        void counts(@Nullable Long tokens) {
            Optional<PromptCount> count =
                    Optional.ofNullable(tokens).map(known -> new PromptCount(known, UpstreamEvent.Modalities.NONE));
            does(() -> Objects.requireNonNull(counted).accept(count));
        }

        @Override
        public List<String> ignored() {
            return ignored;
        }

        @Override
        public List<WantedMedium> wanted() {
            return List.of();
        }

        @Override
        public PreparedCall loaded() {
            return this;
        }

        @Override
        public void count(Consumer<Optional<PromptCount>> then) {
            lines.add("count");
            if (countBreaks) {
                throw new IllegalStateException("cannot count");
            }
            counted = then;
        }

        @Override
        public SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            lines.add("ask for " + maxOutputTokens);
            this.listener = listener;
            return new Sent();
        }

        @Override
        public boolean mayAskAgain() {
            return mayAskAgain;
        }

        private final class Sent implements SentCall {

            private boolean cancelled;

            @Override
            public int count() {
                return count;
            }

            @Override
            public String channel() {
                return "far";
            }

            @Override
            public String model() {
                return "up-1";
            }

            @Override
            public List<String> ignored() {
                return ignoredElsewhere;
            }

            @Override
            public void cancel() {
                if (!cancelled) {
                    cancelled = true;
                    lines.add("cancel");
                }
            }

            @Override
            public void pause() {
                lines.add("pause");
            }

            @Override
            public void resume() {
                lines.add("resume");
            }
        }
    }

    final class PlayedCaller implements Sink {

        boolean full;
        boolean leavesWhole;
        boolean wantsCost;
        boolean cannotRender;
        boolean cannotSend;
        boolean isSending;
        long keepsOfEach;
        List<SignedPart> signed = List.of();

        @Nullable
        ApiError unshowable;

        private @Nullable ApiError failure;
        private @Nullable Draft draft;
        private @Nullable Consumer<Boolean> judged;
        private @Nullable Runnable drained;

        /** Returns the error that the caller received. */
        ApiError error() {
            return Objects.requireNonNull(failure);
        }

        void judges() {
            leavesWhole = true;
            draft = new PlayedDraft();
        }

        void finds(boolean fits) {
            does(() -> Objects.requireNonNull(judged).accept(fits));
        }

        void drains() {
            full = false;
            does(Objects.requireNonNull(drained));
        }

        @Override
        public void admitted(Admission admission) {
            lines.add(
                    "admitted " + admission.taskId() + " " + admission.maxTokensApplied() + " " + admission.ignored());
        }

        @Override
        public void waiting() {
            lines.add("waiting");
        }

        @Override
        public void ignoring(List<String> fields) {
            lines.add("ignoring " + fields);
        }

        @Override
        public void answering(int attempts) {
            lines.add("answering " + attempts);
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            lines.add("shows " + events.stream().map(PlayedCall::text).collect(Collectors.joining(" ")));
        }

        @Override
        public long keeps(List<UpstreamEvent> events) {
            return keepsOfEach * events.size();
        }

        @Override
        public boolean isSending() {
            return isSending;
        }

        @Override
        public void onSent(Runnable then) {
            drained = then;
        }

        @Override
        public @Nullable ApiError unshowable() {
            return unshowable;
        }

        @Override
        public End end(Completion completion) {
            if (cannotRender) {
                throw new IllegalStateException("cannot render");
            }
            lines.add("end " + completion.chargeMicros());
            return () -> {
                if (cannotSend) {
                    throw new IllegalStateException("cannot send");
                }
                lines.add("sent");
            };
        }

        @Override
        public void failed(ApiError error) {
            lines.add("failed " + error.message());
            failure = error;
        }

        @Override
        public void cut() {
            lines.add("cut");
        }

        @Override
        public List<SignedPart> signed() {
            return signed;
        }

        @Override
        public boolean leavesWhole() {
            return leavesWhole;
        }

        @Override
        public @Nullable Draft draft() {
            return draft;
        }

        @Override
        public boolean wantsCost() {
            return wantsCost;
        }

        @Override
        public void cost(CallNow now) {
            lines.add("costs " + now.micros());
        }

        @Override
        public boolean full() {
            return full;
        }

        @Override
        public void onDrain(Runnable resume) {
            drained = resume;
        }

        private final class PlayedDraft implements Draft {

            @Override
            public void check(Executor loop, Consumer<Boolean> then) {
                lines.add("judge");
                judged = then;
            }

            @Override
            public void abandon() {
                lines.add("abandon");
            }

            @Override
            public void beginAnew() {
                lines.add("begin anew");
            }

            @Override
            public void takeBack() {
                lines.add("take back");
            }
        }
    }
}
