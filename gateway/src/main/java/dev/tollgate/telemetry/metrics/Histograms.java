package dev.tollgate.telemetry.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The kind of histograms in the metrics: classic histograms, no exemplars. */
record Histograms(PrometheusRegistry registry) {

    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    private static final double[] OWN = {.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .5, 1, 5};
    private static final double[] FAR = {
        .01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 300, 900
    };
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864
    };
    private static final double[] PACE = {1, 2, 5, 10, 20, 40, 80, 160, 320, 640};
    private static final double[] UNITS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    static double seconds(long nanos) {
        return nanos / NANOS;
    }

    static double secondsOfMicros(long micros) {
        return micros / MICROS;
    }

    /** @param name without its {@code _total} */
    Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    /** Returns a histogram of Tollgate's own work, from a tenth of a millisecond. */
    Histogram ownSeconds(String name, String help, String... labels) {
        return histogram(name, help, OWN, labels);
    }

    /** Returns a histogram of durations that depend on models. */
    Histogram farSeconds(String name, String help, String... labels) {
        return histogram(name, help, FAR, labels);
    }

    Histogram tokens(String name, String help, String... labels) {
        return histogram(name, help, TOKENS, labels);
    }

    Histogram pace(String name, String help, String... labels) {
        return histogram(name, help, PACE, labels);
    }

    Histogram units(String name, String help, String... labels) {
        return histogram(name, help, UNITS, labels);
    }

    private Histogram histogram(String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .register(registry);
    }
}
