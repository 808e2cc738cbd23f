package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.Tried;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** When each step of a call was taken, in microseconds from the request's arrival, who was asked and what it came to. Confined to its call. */
final class Course implements OverCall {

    private static final long NOT_YET = NEVER;

    /** Names come from the operator's file; those that are longer are cut. */
    private static final int NAME_CHARS_MAX = 64;

    /** What one of the tries takes at most. */
    private static final int TRY_CHARS_MAX = 256;

    /** Of the names of fields without effect, which callers choose. */
    private static final int IGNORED_CHARS_MAX = 192;

    private final String taskId;
    private final MeteredCall request;
    private final @Nullable Arrival arrival;
    private final boolean streamed;
    private final long translationMicros;
    private final LongSupplier nanoTime;
    private final long arrivedNanos;
    private final List<SentCall> sent = new ArrayList<>(1);
    private List<String> ignored;
    private @Nullable String filter;
    private @Nullable String upstreamId;
    private boolean awaitsId;
    private long started = NOT_YET;
    private long reserving = NOT_YET;
    private long reserved = NOT_YET;
    private long asked = NOT_YET;
    private long first = NOT_YET;
    private long shown = NOT_YET;
    private long done = NOT_YET;
    private long offered = NOT_YET;
    private long over = NOT_YET;
    private int callerWaits;
    private int holdWaits;
    private CallOutcome outcome = CallOutcome.FAILED_FAULT;
    private @Nullable ApiError error;
    private @Nullable AnswerUnderWay answer;
    private Books.@Nullable Bill bill;
    private long upstreamCost = CallFigures.NONE;

    Course(String taskId, MeteredCall metered, boolean streamed, LongSupplier nanoTime) {
        this.taskId = taskId;
        this.request = metered;
        this.arrival = request.arrival();
        this.ignored = request.ignored();
        this.streamed = streamed;
        this.translationMicros = metered.translation().micros();
        this.nanoTime = nanoTime;
        this.arrivedNanos = arrival == null ? nanoTime.getAsLong() : arrival.nanos();
    }

    void started() {
        started = micros();
    }

    void reserving() {
        reserving = micros();
    }

    void reserved() {
        reserved = micros();
    }

    void asked(SentCall call) {
        asked = asked == NOT_YET ? micros() : asked;
        sent.add(call);
        upstreamId = null;
        awaitsId = true;
    }

    /** These have no effect either. */
    void ignoring(List<String> fields) {
        if (!fields.isEmpty()) {
            List<String> all = new ArrayList<>(ignored);
            all.addAll(fields);
            ignored = all;
        }
    }

    /** The first events of an answer tell how the upstream calls it. */
    void hears(List<UpstreamEvent> events) {
        if (awaitsId) {
            awaitsId = false;
            for (UpstreamEvent event : events) {
                if (event instanceof UpstreamEvent.Started started) {
                    upstreamId = started.responseId();
                }
            }
        }
    }

    void heard() {
        first = first == NOT_YET ? micros() : first;
    }

    void shown() {
        shown = shown == NOT_YET ? micros() : shown;
    }

    /** @param word the provider's word for the filter that has stopped the answer, or null */
    void filteredBy(@Nullable String word) {
        filter = word;
    }

    void waitsForCaller() {
        callerWaits++;
    }

    void waitsForHold() {
        holdWaits++;
    }

    /** Nothing more comes. */
    void done() {
        done = done == NOT_YET ? micros() : done;
    }

    /** How it is to end. */
    void ends(CallOutcome outcome, @Nullable ApiError error) {
        this.outcome = outcome;
        this.error = error;
    }

    /** @param answer the one that is charged or given back */
    void offered(AnswerUnderWay answer) {
        this.answer = answer;
        offered = micros();
    }

    /** @param cost what the upstream asks for it, in micro-credits, or {@link CallFigures#NONE} */
    void charged(Books.Bill charged, long cost) {
        bill = charged;
        upstreamCost = cost;
    }

    OverCall over() {
        over = micros();
        return this;
    }

    private long micros() {
        return Math.max(0, (nanoTime.getAsLong() - arrivedNanos) / 1_000);
    }

    /** As it is now, when the end goes to the books. */
    Trace trace() {
        String channel = cut(channel());
        String model = cut(upstreamModel());
        long firstByte = first == NOT_YET ? CallFigures.NONE : first / 1_000;
        return new Trace(json(channel, model), firstByte, channel, model);
    }

    private WrittenJson json(String channel, String model) {
        Utf8Buffer json = Utf8Buffer.scratch();
        json.raw("{\"request_id\":").string(arrival == null ? "" : cut(arrival.requestId()));
        step(json, "reserved", reserved);
        step(json, "asked", asked);
        step(json, "first_byte", first);
        step(json, "done", done);
        step(json, "settled", micros());
        json.raw(",\"channel\":").string(channel);
        json.raw(",\"upstream_model\":").string(model);
        if (upstreamId != null) {
            json.raw(",\"upstream_id\":").string(cut(upstreamId));
        }
        json.raw(streamed ? ",\"stream\":true" : ",\"stream\":false");
        if (filter != null) {
            json.raw(",\"filter\":").string(cut(filter));
        }
        if (!ignored.isEmpty()) {
            ignored(json.raw(",\"ignored\":["));
        }
        json.raw(",\"attempts\":[");
        boolean isFirst = true;
        for (SentCall call : sent) {
            for (Tried tried : call.tried()) {
                if (json.size() > TaskResult.COURSE_BYTES_MAX - TRY_CHARS_MAX) {
                    break;
                }
                attempt(json.raw(isFirst ? "{" : ",{"), tried);
                isFirst = false;
            }
        }
        return json.raw("]}").written();
    }

    private static void step(Utf8Buffer json, String name, long micros) {
        if (micros != NOT_YET) {
            json.raw(",\"").raw(name).raw("\":").number(micros);
        }
    }

    private void ignored(Utf8Buffer json) {
        int most = json.size() + IGNORED_CHARS_MAX;
        Set<String> told = new HashSet<>();
        for (String field : ignored) {
            String name = cut(field);
            if (told.contains(name)) {
                continue;
            }
            boolean fits = json.size() + name.length() <= most;
            json.raw(told.isEmpty() ? "" : ",").string(fits ? name : "...");
            told.add(name);
            if (!fits) {
                break;
            }
        }
        json.raw("]");
    }

    private static void attempt(Utf8Buffer json, Tried tried) {
        json.raw("\"channel\":").string(cut(tried.channel()));
        json.raw(",\"model\":").string(cut(tried.model()));
        json.raw(",\"ms\":").number(tried.millis());
        json.raw(",\"outcome\":").string(tried.outcome()).raw("}");
    }

    /** What needs more room in JSON than it has letters is not worth it here. */
    private static String cut(String name) {
        int chars = Math.min(name.length(), NAME_CHARS_MAX);
        StringBuilder plain = null;
        for (int i = 0; i < chars; i++) {
            char it = name.charAt(i);
            if (it < ' ' || it > '~' || it == '"' || it == '\\') {
                plain = plain == null ? new StringBuilder(name) : plain;
                plain.setCharAt(i, '?');
            }
        }
        return plain == null ? name.substring(0, chars) : plain.substring(0, chars);
    }

    // ---- for who watches ----

    @Override
    public String taskId() {
        return taskId;
    }

    @Override
    public MeteredCall request() {
        return request;
    }

    @Override
    public CallOutcome outcome() {
        return outcome;
    }

    @Override
    public @Nullable ApiError error() {
        return error;
    }

    @Override
    public boolean isStreamed() {
        return streamed;
    }

    @Override
    public long arrivedNanos() {
        return arrivedNanos;
    }

    @Override
    public long translationMicros() {
        return translationMicros;
    }

    @Override
    public long startedAtMicros() {
        return started;
    }

    @Override
    public long reservingAtMicros() {
        return reserving;
    }

    @Override
    public long reservedAtMicros() {
        return reserved;
    }

    @Override
    public long askedAtMicros() {
        return asked;
    }

    @Override
    public long heardAtMicros() {
        return first;
    }

    @Override
    public long shownAtMicros() {
        return shown;
    }

    @Override
    public long doneAtMicros() {
        return done;
    }

    @Override
    public long offeredAtMicros() {
        return offered;
    }

    @Override
    public long overAtMicros() {
        return over;
    }

    @Override
    public @Nullable Usage usage() {
        return bill == null ? null : bill.usage();
    }

    @Override
    public long chargedMicrocredits() {
        return bill == null ? 0 : bill.chargeMicros();
    }

    @Override
    public long shortfallMicrocredits() {
        return bill == null ? 0 : bill.shortfallMicros();
    }

    @Override
    public long upstreamCostMicrocredits() {
        return upstreamCost == CallFigures.NONE ? 0 : upstreamCost;
    }

    @Override
    public boolean has(UsageFlag flag) {
        return bill != null && answer != null && answer.usage().flags().contains(flag);
    }

    @Override
    public boolean isExcessive() {
        return bill != null && answer != null && answer.usage().excess() != null;
    }

    @Override
    public String channel() {
        SentCall last = last();
        return last == null ? "" : last.channel();
    }

    @Override
    public String upstreamModel() {
        SentCall last = last();
        return last == null ? "" : last.model();
    }

    /** Whose answer it is once that is decided: a first one may have been taken back after a second. */
    private @Nullable SentCall last() {
        if (answer != null && answer.sent() != null) {
            return answer.sent();
        }
        return sent.isEmpty() ? null : sent.getLast();
    }

    @Override
    public @Nullable String answeringVersion() {
        return answer == null ? null : answer.version();
    }

    @Override
    public @Nullable FinishReason finishReason() {
        return answer == null ? null : answer.delivery().finishReason();
    }

    @Override
    public int attempts() {
        int attempts = 0;
        for (int i = 0; i < sent.size(); i++) {
            attempts += sent.get(i).count();
        }
        return attempts;
    }

    @Override
    public List<Tried> tried() {
        return sent.stream().flatMap(call -> call.tried().stream()).toList();
    }

    @Override
    public int callerWaits() {
        return callerWaits;
    }

    @Override
    public int holdWaits() {
        return holdWaits;
    }
}
