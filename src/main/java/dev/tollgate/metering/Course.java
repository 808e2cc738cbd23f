package dev.tollgate.metering;

import dev.tollgate.json.Utf8Buffer;
import dev.tollgate.rollups.CallFigures;
import dev.tollgate.tasks.TaskResult;
import dev.tollgate.upstream.SentCall;
import dev.tollgate.upstream.Tried;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** When each step of a call was taken, in microseconds from the request's arrival, and who was asked. Confined to its call. */
final class Course {

    private static final long NOT_YET = -1;

    /** Names come from the operator's file; those that are longer are cut. */
    private static final int NAME_CHARS_MAX = 64;

    /** What one of the tries takes at most. */
    private static final int TRY_CHARS_MAX = 256;

    private final @Nullable Arrival arrival;
    private final LongSupplier nanoTime;
    private final long arrivedNanos;
    private final List<SentCall> sent = new ArrayList<>(1);
    private long reserved = NOT_YET;
    private long asked = NOT_YET;
    private long first = NOT_YET;
    private long done = NOT_YET;

    Course(@Nullable Arrival arrival, LongSupplier nanoTime) {
        this.arrival = arrival;
        this.nanoTime = nanoTime;
        this.arrivedNanos = arrival == null ? nanoTime.getAsLong() : arrival.nanos();
    }

    void reserved() {
        reserved = micros();
    }

    void asked(SentCall call) {
        asked = asked == NOT_YET ? micros() : asked;
        sent.add(call);
    }

    void heard() {
        first = first == NOT_YET ? micros() : first;
    }

    /** Nothing more comes. */
    void done() {
        done = done == NOT_YET ? micros() : done;
    }

    private long micros() {
        return Math.max(0, (nanoTime.getAsLong() - arrivedNanos) / 1_000);
    }

    /** As it is now, when the end goes to the books. */
    Trace trace() {
        SentCall last = sent.isEmpty() ? null : sent.getLast();
        String channel = last == null ? "" : cut(last.channel());
        String model = last == null ? "" : cut(last.model());
        long firstByte = first == NOT_YET ? CallFigures.NONE : first / 1_000;
        return new Trace(json(channel, model), firstByte, channel, model);
    }

    private String json(String channel, String model) {
        Utf8Buffer json = new Utf8Buffer(384);
        json.raw("{\"request_id\":").string(arrival == null ? "" : cut(arrival.requestId()));
        step(json, "reserved", reserved);
        step(json, "asked", asked);
        step(json, "first_byte", first);
        step(json, "done", done);
        step(json, "settled", micros());
        json.raw(",\"channel\":").string(channel);
        json.raw(",\"upstream_model\":").string(model);
        json.raw(",\"attempts\":[");
        boolean isFirst = true;
        for (SentCall call : sent) {
            for (Tried tried : call.tried()) {
                if (json.size() > TaskResult.COURSE_CHARS_MAX - TRY_CHARS_MAX) {
                    break;
                }
                attempt(json.raw(isFirst ? "{" : ",{"), tried);
                isFirst = false;
            }
        }
        json.raw("]}");
        return new String(json.array(), 0, json.size(), StandardCharsets.UTF_8);
    }

    private static void step(Utf8Buffer json, String name, long micros) {
        if (micros != NOT_YET) {
            json.raw(",\"").raw(name).raw("\":").number(micros);
        }
    }

    private static void attempt(Utf8Buffer json, Tried tried) {
        json.raw("\"channel\":").string(cut(tried.channel()));
        json.raw(",\"model\":").string(cut(tried.model()));
        json.raw(",\"ms\":").number(tried.millis());
        json.raw(",\"outcome\":").string(tried.outcome()).raw("}");
    }

    /** What needs more room in JSON than it has letters is not worth it here. */
    private static String cut(String name) {
        String plain = name.replaceAll("[^ -~]|[\"\\\\]", "?");
        return plain.length() <= NAME_CHARS_MAX ? plain : plain.substring(0, NAME_CHARS_MAX);
    }
}
