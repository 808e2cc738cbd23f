package dev.tollgate.telemetry.traces;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits for a collector is bounded, whatever the collector does. */
@Timeout(30)
class SpanQueueTest {

    private static final TraceSpan SPAN = new TraceSpan(
            "x",
            SpanKind.INTERNAL,
            SpanContext.getInvalid(),
            SpanContext.getInvalid(),
            false,
            0,
            0,
            Attributes.empty(),
            List.of(),
            Resource.empty());

    /** A collector that takes what comes once it is let. */
    private static final class Collector implements SpanExporter {

        private final CountDownLatch takes;
        private final AtomicInteger taken = new AtomicInteger();

        Collector(CountDownLatch takes) {
            this.takes = takes;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            try {
                takes.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return CompletableResultCode.ofFailure();
            }
            taken.addAndGet(spans.size());
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Test
    void spans_above_the_queue_limit_are_dropped_and_counted_without_waiting() {
        int told = 10_000;
        SpanQueue queue = new SpanQueue(new Collector(new CountDownLatch(1)));

        queue.offer(Collections.nCopies(told, SPAN));

        assertThat(queue.dropped())
                .isBetween((long) told - SpanQueue.SPANS_MAX - SpanQueue.BATCH_MAX, (long) told - SpanQueue.SPANS_MAX);
        queue.close(); // does not wait for it either
    }

    @Test
    void what_waits_at_a_stop_is_sent_or_counted() {
        Collector collector = new Collector(new CountDownLatch(0));
        SpanQueue queue = new SpanQueue(collector);
        queue.offer(Collections.nCopies(700, SPAN));

        queue.close();

        Await.until("all of them", () -> collector.taken.get() + queue.dropped() == 700);
    }
}
