package dev.tollgate.telemetry.traces;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.CallStep;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.TraceId;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one call: what its caller saw, what its reservation and settlement took, and each try of an upstream. Used once, on the call's
 * event loop.
 */
final class CallSpans {

    private static final String ANSWERED = "answered";
    static final int SERVER = 0;
    private static final int RESERVE = 1;
    private static final int SETTLE = 2;

    private final OverCall call;
    private final Arrival arrival;
    private final TraceId trace;
    private final @Nullable TraceParent caller;
    private final boolean isTrusted;
    private final long epochOfNanoZero;
    private final Resource resource;
    private final String traceHex;
    private final List<TraceSpan> spans = new ArrayList<>();
    private final SpanContext server;

    /**
     * @param caller what it says its request belongs to
     * @param isTrusted whether that is so; else it is only linked
     * @param epochOfNanoZero wall clock's nanoseconds where {@link System#nanoTime} was 0
     */
    CallSpans(
            OverCall call,
            Arrival arrival,
            TraceId trace,
            @Nullable TraceParent caller,
            boolean isTrusted,
            long epochOfNanoZero,
            Resource resource) {
        this.call = call;
        this.arrival = arrival;
        this.trace = trace;
        this.caller = caller;
        this.isTrusted = isTrusted && caller != null;
        this.epochOfNanoZero = epochOfNanoZero;
        this.resource = resource;
        this.traceHex = this.isTrusted && caller != null ? caller.traceId() : trace.hex();
        this.server = context(SERVER);
    }

    List<TraceSpan> all() {
        server();
        inner("reserve", RESERVE, CallStep.RESERVING, CallStep.RESERVED);
        tries();
        inner("settle", SETTLE, CallStep.OFFERED, CallStep.OVER);
        return spans;
    }

    /** Returns the approximate number of spans. */
    int count() {
        return 1 + SETTLE + call.attempts();
    }

    private SpanContext context(long number) {
        return SpanContext.create(traceHex, trace.span(number), TraceFlags.getSampled(), TraceState.getDefault());
    }

    static SpanContext of(TraceParent parent) {
        return SpanContext.createFromRemoteParent(
                parent.traceId(),
                parent.spanId(),
                parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private long at(CallStep step) {
        return epochOfArrival() + TimeUnit.MICROSECONDS.toNanos(call.steps().at(step));
    }

    private long epochOfArrival() {
        return epochOfNanoZero + arrival.nanos();
    }

    private static void putIfAny(AttributesBuilder attributes, AttributeKey<String> name, String value) {
        if (!value.isEmpty()) {
            attributes.put(name, value);
        }
    }

    private void server() {
        AttributesBuilder attributes = Attributes.builder()
                .put(SpanNames.ROUTE, arrival.route())
                .put(SpanNames.REQUEST_MODEL, call.request().model().id())
                .put(SpanNames.TASK_ID, call.taskId())
                .put(SpanNames.ACCOUNT_ID, call.request().accountId())
                .put(SpanNames.CHARGED, call.chargedMicros());
        putIfAny(attributes, SpanNames.TEAM_ID, call.request().owner().teamId());
        putIfAny(attributes, SpanNames.MEMBER_ID, call.request().owner().memberId());
        putIfAny(attributes, SpanNames.CHANNEL, call.channel());
        usage(attributes);
        ApiError error = call.error();
        if (error != null) {
            attributes.put(SpanNames.ERROR_TYPE, error.code().code());
        }
        SpanContext parent = isTrusted && caller != null ? of(caller) : SpanContext.getInvalid();
        List<LinkData> links = caller == null || isTrusted ? List.of() : List.of(LinkData.create(of(caller)));
        spans.add(new TraceSpan(
                "POST " + arrival.route(),
                SpanKind.SERVER,
                server,
                parent,
                CallSelection.hasFailed(call.outcome()),
                epochOfArrival(),
                at(CallStep.OVER),
                attributes.build(),
                links,
                resource));
    }

    private void usage(AttributesBuilder attributes) {
        Usage usage = call.usage();
        if (usage != null) {
            attributes
                    .put(SpanNames.INPUT_TOKENS, usage.inputTokens())
                    .put(SpanNames.OUTPUT_TOKENS, usage.candidatesTokens() + usage.thoughtsTokens())
                    .put(SpanNames.REASONING_TOKENS, usage.thoughtsTokens());
        }
    }

    private void inner(String name, int number, CallStep from, CallStep to) {
        if (!call.steps().has(from) || !call.steps().has(to)) {
            return;
        }
        spans.add(new TraceSpan(
                name,
                SpanKind.INTERNAL,
                context(number),
                server,
                false,
                at(from),
                at(to),
                Attributes.empty(),
                List.of(),
                resource));
    }

    /** An attempt that answered and then broke off was reported twice, but is one span. */
    private void tries() {
        Map<Long, List<AttemptRecord>> byStart = new LinkedHashMap<>();
        for (AttemptRecord tried : call.tried()) {
            byStart.computeIfAbsent(tried.sinceNanos(), _ -> new ArrayList<>(1)).add(tried);
        }
        byStart.values().forEach(told -> oneTry(told.getFirst(), told.getLast()));
    }

    private void oneTry(AttemptRecord first, AttemptRecord last) {
        boolean failed = !last.outcome().equals(ANSWERED);
        long start = epochOfNanoZero + first.sinceNanos();
        long end = start + TimeUnit.MILLISECONDS.toNanos(last.millis());
        String operation = call.request().model().isEmbedding() ? SpanNames.EMBEDDINGS : SpanNames.CHAT;
        AttributesBuilder attributes = Attributes.builder()
                .put(SpanNames.OPERATION, operation)
                .put(SpanNames.PROVIDER, first.provider())
                .put(SpanNames.REQUEST_MODEL, first.model())
                .put(SpanNames.CHANNEL, first.channel());
        if (first.outcome().equals(ANSWERED)) {
            attributes.put(SpanNames.FIRST_CHUNK, first.millis() / 1_000.0);
            answer(attributes);
        }
        if (failed) {
            attributes.put(SpanNames.ERROR_TYPE, last.outcome());
        } else if (call.steps().has(CallStep.DONE)) {
            end = Math.max(end, at(CallStep.DONE));
        }
        spans.add(new TraceSpan(
                operation + " " + first.model(),
                SpanKind.CLIENT,
                context(first.sinceNanos()),
                server,
                failed,
                start,
                end,
                attributes.build(),
                List.of(),
                resource));
    }

    private void answer(AttributesBuilder attributes) {
        usage(attributes);
        String version = call.answeringVersion();
        if (version != null) {
            attributes.put(SpanNames.RESPONSE_MODEL, version);
        }
        FinishReason reason = call.finishReason();
        if (reason != null) {
            attributes.put(SpanNames.FINISH_REASONS, List.of(reason.name().toLowerCase(Locale.ROOT)));
        }
    }
}
