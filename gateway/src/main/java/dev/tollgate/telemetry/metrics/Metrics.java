package dev.tollgate.telemetry.metrics;

import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.storage.ReadObserver;
import dev.tollgate.storage.WriterObserver;
import dev.tollgate.upstreams.pool.TryObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** All metrics and the observers that count them. One instance per program; the application adds values of other parts. Thread-safe. */
public final class Metrics implements AutoCloseable {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histograms shapes = new Histograms(registry);
    private final CallMetrics calls;
    private final UpstreamMetrics upstream;
    private final RequestMetrics requests;
    private final StoreMetrics store;
    private final LogLines lines;
    private final Counter answered;

    public Metrics() {
        this(SeriesRoom.SERIES_MAX);
    }

    Metrics(int seriesMax) {
        SeriesRoom room = new SeriesRoom(seriesMax);
        this.upstream = new UpstreamMetrics(shapes, room);
        this.calls = new CallMetrics(shapes, room, upstream);
        this.requests = new RequestMetrics(shapes, room);
        this.store = new StoreMetrics(shapes);
        this.lines = new LogLines(shapes);
        this.answered = shapes.counter(
                "tollgate_model_answered_by",
                "Answers of another model than the requested model, at most 20 pairs a channel, then other.",
                "channel",
                "sent",
                "answered");
    }

    /** Counts what is logged from now on. */
    public void openLog() {
        lines.open();
    }

    public CallObserver calls() {
        return calls;
    }

    /** Counts answers of other models than those that were sent. */
    public AnsweringModels.Counter answeredBy() {
        return pair -> answered.labelValues(pair.channel(), pair.sent(), pair.answered())
                .inc();
    }

    public TryObserver tries() {
        return upstream;
    }

    public RequestObserver requests() {
        return requests;
    }

    public RefusalObserver refusals() {
        return requests;
    }

    public WriterObserver writer() {
        return store;
    }

    public ReadObserver reads() {
        return store;
    }

    public EntryObserver entries() {
        return store;
    }

    /** Told what there is now: a value, and a label for each of the names that it was added with. */
    @FunctionalInterface
    public interface Values {
        void is(double value, String... labels);
    }

    /** @param now asked at each scrape, on its thread: must not wait for the database; while it throws there is no such gauge */
    public void gauge(String name, String help, DoubleSupplier now) {
        gauge(name, help, new String[] {}, values -> values.is(now.getAsDouble()));
    }

    /** Adds a gauge with one value per combination of labels. @param labels names; {@code now} supplies their values */
    public void gauge(String name, String help, String[] labels, Consumer<Values> now) {
        ReadGauge asked = new ReadGauge(name, now);
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .callback(callback -> asked.tell(callback::call))
                .register(registry);
    }

    /**
     * Adds a counter that others count themselves.
     *
     * @param name without its {@code _total}
     * @param labels of which each has a value in {@code now}
     * @param now asked as a gauge's is: since the start, never less than before
     */
    public void counted(String name, String help, String[] labels, Consumer<Values> now) {
        ReadGauge asked = new ReadGauge(name, now);
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .callback(callback -> asked.tell(callback::call))
                .register(registry);
    }

    /** Adds a counter of the root. @param name without its {@code _total} */
    public Runnable count(String name, String help) {
        CounterDataPoint count = shapes.counter(name, help).labelValues();
        return count::inc;
    }

    /** Adds the metric that describes this build. */
    public void build(String version, String schema, String database) {
        Info.builder()
                .name("tollgate_build")
                .help("Version, schema version and database of this server. The value is always 1.")
                .labelNames("version", "schema", "database")
                .register(registry)
                .addLabelValues(version, schema, database);
    }

    /** Returns the help of each metric by its scraped name, without the metrics of the JVM's library. */
    public Map<String, String> catalogue() {
        Map<String, String> catalogue = new TreeMap<>();
        for (MetricSnapshot snapshot : registry.scrape()) {
            MetricMetadata its = snapshot.getMetadata();
            String name = its.getPrometheusName();
            if (!name.startsWith("jvm_") && !name.startsWith("process_")) {
                String end = snapshot instanceof CounterSnapshot
                        ? "_total"
                        : snapshot instanceof InfoSnapshot ? "_info" : "";
                catalogue.put(name + end, its.getHelp() == null ? "" : its.getHelp());
            }
        }
        return catalogue;
    }

    /** Returns the exposition for a scrape. */
    public Exposition exposition() {
        return new Exposition(registry, System::nanoTime);
    }

    @Override
    public void close() {
        lines.close();
    }
}
