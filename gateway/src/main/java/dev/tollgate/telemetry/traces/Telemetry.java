package dev.tollgate.telemetry.traces;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.calls.metering.CallStep;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.upstreams.pool.TraceId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells a collector of calls, and of requests that were refused before they became one, by OTLP over HTTP. Thread-safe. */
public final class Telemetry implements CallObserver, RefusalObserver, AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** The exporter tells its troubles here, on a way past our log; we tell them ourselves. Held, or its level is forgotten. */
    private static final Logger OTHERS_LOG = Logger.getLogger("io.opentelemetry");

    static {
        OTHERS_LOG.setLevel(Level.OFF);
    }

    private final Choice choice;
    private final Supplier<String> node;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final CallSelection selection;
    private final SpanQueue queue;
    private volatile Named named;

    /**
     * The operator's settings of traces.
     *
     * @param endpoint where the collector is, without {@code /v1/traces}
     * @param headers shown to it
     * @param percent of calls that went well
     * @param trustsParent whether a caller's trace goes on here
     */
    public record Choice(
            String endpoint, Map<String, String> headers, int percent, boolean trustsParent, String version) {

        public Choice {
            headers = Map.copyOf(headers);
        }
    }

    private record Named(String node, Resource resource) {}

    /** @param node who this is, of several; not to wait */
    public Telemetry(Choice choice, Supplier<String> node, InstantSource clock, LongSupplier nanoTime) {
        this.choice = choice;
        this.node = node;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.selection = new CallSelection(choice.percent(), nanoTime);
        this.named = named("");
        this.queue = new SpanQueue(exporter());
    }

    private SpanExporter exporter() {
        String base = choice.endpoint();
        OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder()
                .setEndpoint((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/v1/traces")
                .setConnectTimeout(CONNECT)
                .setTimeout(ANSWER)
                .setRetryPolicy(null)
                .setCompression("gzip")
                .setMeterProvider(MeterProvider.noop());
        choice.headers().forEach(builder::addHeader);
        return builder.build();
    }

    private Named named(String name) {
        AttributesBuilder attributes = Attributes.builder()
                .put(AttributeKey.stringKey("service.name"), "tollgate")
                .put(AttributeKey.stringKey("service.version"), choice.version());
        if (!name.isEmpty()) { // with an embedded database there are no nodes
            attributes.put(AttributeKey.stringKey("service.instance.id"), name);
        }
        return new Named(name, Resource.create(attributes.build()));
    }

    private Resource resource() {
        String name = node.get();
        Named known = named;
        if (!known.node().equals(name)) {
            known = named(name);
            named = known;
        }
        return known.resource();
    }

    @Override
    public void over(OverCall call) {
        Arrival arrival = call.request().arrival();
        TraceId trace = arrival == null ? null : TraceId.of(arrival.requestId());
        if (arrival == null || trace == null || call.outcome() == CallOutcome.REFUSED) {
            return; // a refusal is recorded once, when the caller gets it
        }
        TraceParent caller = TraceParent.of(arrival.traceparent());
        TraceParent trusted = choice.trustsParent() ? caller : null;
        if (selection.wants(
                call.request().model().id(), call.outcome(), call.steps().at(CallStep.OVER), trace, trusted)) {
            tell(call, arrival, trace, caller);
        }
    }

    private void tell(OverCall call, Arrival arrival, TraceId trace, @Nullable TraceParent caller) {
        CallSpans spans =
                new CallSpans(call, arrival, trace, caller, choice.trustsParent(), epochOfNanoZero(), resource());
        if (selection.mayTake()) {
            queue.offer(spans.all());
        } else {
            queue.drop(spans.count());
        }
    }

    @Override
    public void refused(Exchange exchange, ApiError error) {
        TraceId trace = TraceId.of(exchange.requestId());
        if (trace == null) {
            return;
        }
        boolean failed = error.status() >= 500;
        if (!(failed ? selection.mayTake() : selection.mayTakeRefused())) {
            queue.drop(1);
            return;
        }
        queue.offer(List.of(RefusedSpan.of(
                exchange,
                error,
                trace,
                TraceParent.of(exchange.header("traceparent")),
                choice.trustsParent(),
                epochOfNanoZero(),
                nanoTime.getAsLong(),
                resource())));
    }

    private long epochOfNanoZero() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - nanoTime.getAsLong();
    }

    /** Spans that were lost, since the start. */
    public long dropped() {
        return queue.dropped();
    }

    @Override
    public void close() {
        queue.close();
    }

    /** The span of a request that was refused before it became a call. */
    private static final class RefusedSpan {

        private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

        /** The name that OpenTelemetry's conventions give to methods that callers invent. */
        private static final String OTHER_METHOD = "_OTHER";

        private static final String NO_ROUTE = "-";

        private RefusedSpan() {}

        /**
         * Makes the span of a refused request, on the request's event loop.
         *
         * @param caller what it says its request belongs to
         * @param isTrusted whether that is so; else it is only linked
         * @param epochOfNanoZero wall clock's nanoseconds where {@link System#nanoTime} was 0
         * @param nowNanos of {@link System#nanoTime}
         */
        static TraceSpan of(
                Exchange exchange,
                ApiError error,
                TraceId trace,
                @Nullable TraceParent caller,
                boolean isTrusted,
                long epochOfNanoZero,
                long nowNanos,
                Resource resource) {
            TraceParent parent = isTrusted ? caller : null;
            SpanContext context = SpanContext.create(
                    parent == null ? trace.hex() : parent.traceId(),
                    trace.span(CallSpans.SERVER),
                    TraceFlags.getSampled(),
                    TraceState.getDefault());
            AttributesBuilder attributes = Attributes.builder()
                    .put(SpanNames.STATUS, (long) error.status())
                    .put(SpanNames.ERROR_TYPE, error.code().code());
            String route = exchange.routePattern();
            String method = METHODS.contains(exchange.method()) ? exchange.method() : OTHER_METHOD;
            if (!route.equals(NO_ROUTE)) {
                attributes.put(SpanNames.ROUTE, route);
            }
            if (!exchange.callerAccount().isEmpty()) {
                attributes.put(SpanNames.ACCOUNT_ID, exchange.callerAccount());
            }
            return new TraceSpan(
                    route.equals(NO_ROUTE) ? method : method + " " + route,
                    SpanKind.SERVER,
                    context,
                    parent == null ? SpanContext.getInvalid() : CallSpans.of(parent),
                    error.status()
                            >= 500, // by OpenTelemetry's conventions a 4xx is the caller's error, not the server's
                    epochOfNanoZero + exchange.startedNanos(),
                    epochOfNanoZero + nowNanos,
                    attributes.build(),
                    caller == null || isTrusted ? List.of() : List.of(LinkData.create(CallSpans.of(caller))),
                    resource);
        }
    }
}
