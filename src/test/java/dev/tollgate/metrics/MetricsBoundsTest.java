package dev.tollgate.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.upstream.TryEnd;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What keeps metrics small: how many series there may be, how often they are told, how much at most. */
class MetricsBoundsTest {

    private static String text(Exposition exposition) {
        return new String(exposition.text(), StandardCharsets.UTF_8);
    }

    @Test
    void names_that_find_no_room_share_the_series_of_others() {
        Metrics metrics = new Metrics(400); // room for two models on channels
        for (int i = 0; i < 100; i++) {
            metrics.tries().over("far", "gemini", "model-" + i, TryEnd.ANSWERED, 1_000, 500);
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
    void what_only_the_database_knows_is_looked_for_while_somebody_asks() {
        AtomicLong nanos = new AtomicLong();
        Exposition exposition = new Exposition(new PrometheusRegistry(), nanos::get);
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isFalse();
        exposition.text();
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isTrue();
        nanos.set(Duration.ofMinutes(5).toNanos());
        assertThat(exposition.isAskedWithin(Duration.ofMinutes(5))).isFalse();
    }

    @Test
    void more_than_may_be_told_is_not_told() {
        PrometheusRegistry registry = new PrometheusRegistry();
        Counter count = Counter.builder().name("things").labelNames("name").register(registry);
        for (int i = 0; i < 5; i++) {
            count.labelValues("x".repeat(Exposition.BYTES_MAX / 4) + i).inc();
        }
        Exposition exposition = new Exposition(registry, System::nanoTime);
        assertThatThrownBy(exposition::text).isInstanceOf(IllegalStateException.class);
    }
}
