package dev.tollgate.operator.telemetry;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.Exchange;
import dev.tollgate.upstreams.pool.TraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The span of a request that was refused before it became a call. */
final class RefusedSpan {

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
                error.status() >= 500, // by OpenTelemetry's conventions a 4xx is the caller's error, not the server's
                epochOfNanoZero + exchange.startedNanos(),
                epochOfNanoZero + nowNanos,
                attributes.build(),
                caller == null || isTrusted ? List.of() : List.of(LinkData.create(CallSpans.of(caller))),
                resource);
    }
}
