package dev.tollgate.telemetry.metrics;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage.OfLimit;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The metrics of HTTP: requests by route, refusals, and the delay of event loops. */
final class RequestMetrics implements RequestObserver, RefusalObserver {

    private static final String NONE = "none";
    private static final int SERIES_OF_ROUTE = 35;

    /** Statuses that are given; all others are one. */
    private static final int[] STATUSES = {
        0, 200, 201, 202, 204, 206, 301, 302, 303, 304, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 411, 412, 413,
        414, 415, 417, 422, 426, 428, 429, 431, 499, 500, 501, 502, 503, 504
    };

    private static final byte[] PLACES = new byte[600];

    static {
        for (int i = 0; i < STATUSES.length; i++) {
            PLACES[STATUSES[i]] = (byte) i;
        }
    }

    private final Counter requests;
    private final Histogram times;
    private final Counter refused;
    private final Counter budgets;
    private final Histogram lags;
    private final SeriesRoom.Named<OfRoute> routes;
    private final AtomicReferenceArray<@Nullable DistributionDataPoint> loops = new AtomicReferenceArray<>(256);
    private final ConcurrentHashMap<String, CounterDataPoint[]> doors = new ConcurrentHashMap<>();

    RequestMetrics(Histograms shapes, SeriesRoom room) {
        this.requests = shapes.counter(
                "tollgate_http_requests",
                "HTTP requests, by route pattern and status. status=gone: the client disconnected before the end.",
                "route",
                "status");
        this.times = shapes.ownSeconds(
                "tollgate_http_request_seconds",
                "Duration of requests in seconds. Model responses are excluded: see tollgate_call_first_byte_seconds.",
                "route");
        this.refused = shapes.counter(
                "tollgate_calls_refused", "Calls refused before they started, by error code.", "door", "code");
        this.budgets = shapes.counter(
                "tollgate_budget_refusals",
                "Calls refused because a budget is used up, by the budget's owner and window.",
                "owner",
                "window");
        this.lags = shapes.ownSeconds(
                "tollgate_event_loop_lag_seconds", "Delay of an event loop's periodic task, in seconds.", "loop");
        this.routes = room.new Named<>(SERIES_OF_ROUTE, OfRoute::new);
    }

    private final class OfRoute {

        private final String path;
        private final DistributionDataPoint time;
        private final AtomicReferenceArray<@Nullable CounterDataPoint> counts =
                new AtomicReferenceArray<>(STATUSES.length + 1);

        OfRoute(String path) {
            this.path = path;
            this.time = times.labelValues(path);
        }

        CounterDataPoint count(int status) {
            int known = status > 0 && status < PLACES.length ? PLACES[status] : 0;
            int place = known == 0 && status != 0 ? STATUSES.length : known;
            CounterDataPoint count = counts.get(place);
            if (count == null) {
                String label =
                        place == STATUSES.length ? SeriesRoom.OTHER : status == 0 ? "gone" : String.valueOf(status);
                count = requests.labelValues(path, label);
                counts.set(place, count);
            }
            return count;
        }
    }

    @Override
    public void over(@Nullable Route<?> route, int status, long nanos, boolean streamed) {
        OfRoute its = routes.of(route == null ? NONE : route.path());
        its.count(status).inc();
        if (!streamed) {
            its.time.observe(Histograms.seconds(nanos));
        }
    }

    @Override
    public void turned(int loop, long lateNanos) {
        int place = Math.min(loop, loops.length() - 1);
        DistributionDataPoint lag = loops.get(place);
        if (lag == null) {
            lag = lags.labelValues(String.valueOf(place));
            loops.set(place, lag);
        }
        lag.observe(Histograms.seconds(lateNanos));
    }

    @Override
    public void refused(Exchange exchange, ApiError error) {
        String door = exchange.door();
        if (door != null) {
            counts(door)[error.code().ordinal()].inc();
        }
        if (error.shortage() instanceof OfLimit limit && limit.zone() != null) {
            budgets.labelValues(limit.owner().kind().code(), limit.window().code())
                    .inc();
        }
    }

    private CounterDataPoint[] counts(String door) {
        return doors.computeIfAbsent(door, name -> {
            ErrorCode[] codes = ErrorCode.values();
            CounterDataPoint[] made = new CounterDataPoint[codes.length];
            for (int i = 0; i < codes.length; i++) {
                made[i] = refused.labelValues(name, codes[i].code());
            }
            return made;
        });
    }
}
