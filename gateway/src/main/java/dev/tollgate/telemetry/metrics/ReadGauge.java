package dev.tollgate.telemetry.metrics;

import dev.tollgate.base.fatal.Fatal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A metric whose values are read from other parts. While reading fails, the exposition omits all its series and contains the others; the log has
 * a line when that starts. One thread at a time.
 */
final class ReadGauge {

    private static final Logger log = LoggerFactory.getLogger(ReadGauge.class);

    private final String name;
    private final Consumer<Metrics.Values> now;
    private boolean failing;

    ReadGauge(String name, Consumer<Metrics.Values> now) {
        this.name = name;
        this.now = now;
    }

    private record Value(double value, String[] labels) {}

    void tell(Metrics.Values told) {
        List<Value> values = new ArrayList<>();
        try {
            now.accept((value, labels) -> values.add(new Value(value, labels)));
            failing = false;
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            if (!failing) {
                log.warn("metric value {} cannot be read; the metrics omit it", name, e);
            }
            failing = true;
            return;
        }
        values.forEach(it -> told.is(it.value(), it.labels()));
    }
}
