package dev.tollgate.telemetry.metrics;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.LogCapture;
import dev.tollgate.upstreams.pool.AttemptEnd;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The limits of metrics: number of series, frequency of scrapes, size of the text. */
class MetricsBoundsTest {

    private static String text(Exposition exposition) {
        return new String(exposition.text(), StandardCharsets.UTF_8);
    }

    @Test
    void names_that_find_no_room_share_the_series_of_others() {
        Metrics metrics = new Metrics(400); // room for two models on channels
        for (int i = 0; i < 100; i++) {
            metrics.tries().over("far", "gemini", "model-" + i, AttemptEnd.ANSWERED, 1_000, 500);
        }
        String text = text(metrics.exposition());
        assertThat(text)
                .contains("tollgate_channel_attempts_total{channel=\"far\",end=\"answered\",model=\"model-1\"} 1.0")
                .contains("tollgate_channel_attempts_total{channel=\"far\",end=\"answered\",model=\"other\"} 98.0")
                .doesNotContain("model-2\"");
    }

    @Test
    void the_text_is_made_at_most_once_a_second() {
        PrometheusRegistry registry = new PrometheusRegistry();
        Counter count = Counter.builder().name("things").register(registry);
        AtomicLong nanos = new AtomicLong();
        Exposition exposition = new Exposition(registry, nanos::get);
        assertThat(text(exposition)).contains("things_total 0.0");
        count.inc();
        nanos.set(Duration.ofMillis(999).toNanos());
        assertThat(text(exposition)).contains("things_total 0.0");
        nanos.set(Duration.ofMillis(1_000).toNanos());
        assertThat(text(exposition)).contains("things_total 1.0");
    }

    @Test
    void database_gauges_are_read_only_while_metrics_are_scraped() {
        AtomicLong nanos = new AtomicLong();
        Exposition exposition = new Exposition(new PrometheusRegistry(), nanos::get);
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isFalse();
        exposition.text();
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isTrue();
        nanos.set(Duration.ofMinutes(5).toNanos());
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isFalse();
    }

    @Test
    void an_unreadable_value_is_omitted_with_one_log_line() {
        AtomicBoolean broken = new AtomicBoolean(true);
        Metrics metrics = new Metrics();
        metrics.gauge("things_whole", "Told.", () -> 7);
        metrics.gauge("things_broken", "Not told.", new String[] {"which"}, now -> {
            now.is(1, "first");
            if (broken.get()) {
                throw new IllegalStateException("it has no second");
            }
            now.is(2, "second");
        });
        metrics.counted("things_counted", "Not told.", new String[] {}, now -> {
            throw new AssertionError("nobody counts");
        });
        try (LogCapture log = new LogCapture()) {
            assertThat(text(metrics.exposition()))
                    .contains("things_whole 7.0", "tollgate_log_lines_total")
                    .doesNotContain("things_broken{", "things_counted_total ");
            metrics.catalogue(); // asks again
            broken.set(false);
            metrics.catalogue();
            broken.set(true);
            metrics.catalogue();
            assertThat(log.text().split("things_broken cannot be read; the metrics omit it", -1))
                    .as("a line for each time that it began")
                    .hasSize(3);
            assertThat(log.text().split("things_counted cannot be read; the metrics omit it", -1))
                    .hasSize(2);
        }
    }

    @Test
    void a_text_above_the_limit_is_rejected() {
        PrometheusRegistry registry = new PrometheusRegistry();
        Counter count = Counter.builder().name("things").labelNames("name").register(registry);
        for (int i = 0; i < 5; i++) {
            count.labelValues("x".repeat(Exposition.BYTES_MAX / 4) + i).inc();
        }
        Exposition exposition = new Exposition(registry, System::nanoTime);
        assertThatThrownBy(exposition::text).isInstanceOf(IllegalStateException.class);
    }
}
