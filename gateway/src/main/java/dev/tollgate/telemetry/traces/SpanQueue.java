package dev.tollgate.telemetry.traces;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spans on their way to the collector. Who has some never waits; what does not fit is dropped and counted. Thread-safe. */
final class SpanQueue implements AutoCloseable {

    static final int SPANS_MAX = 2_048;
    static final int BATCH_MAX = 512;

    private static final Logger log = LoggerFactory.getLogger(SpanQueue.class);
    private static final long GATHER_MILLIS = 500;
    private static final long ANSWER_SECONDS = 15;
    private static final long CLOSE_MILLIS = 1_000;

    private final SpanExporter exporter;
    private final BlockingQueue<SpanData> waiting = new ArrayBlockingQueue<>(SPANS_MAX);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;

    SpanQueue(SpanExporter exporter) {
        this.exporter = exporter;
        this.thread = Thread.ofPlatform().daemon().name("tollgate-spans").start(this::run);
    }

    void offer(List<? extends SpanData> spans) {
        for (SpanData span : spans) {
            if (!waiting.offer(span)) {
                dropped.incrementAndGet();
            }
        }
    }

    /** Returns the number of lost spans since the start. */
    long dropped() {
        return dropped.get();
    }

    void drop(long spans) {
        dropped.addAndGet(spans);
    }

    private void run() {
        List<SpanData> batch = new ArrayList<>(BATCH_MAX);
        try {
            while (!closing || !waiting.isEmpty()) {
                batch.add(waiting.take());
                gather(batch);
                send(batch);
                batch.clear();
            }
        } catch (InterruptedException closed) {
            dropped.addAndGet(batch.size() + waiting.size());
        }
    }

    private void gather(List<SpanData> batch) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        while (batch.size() < BATCH_MAX && !closing) {
            SpanData next = waiting.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
        waiting.drainTo(batch, BATCH_MAX - batch.size());
    }

    private void send(List<SpanData> batch) {
        boolean sent = false;
        try {
            CompletableResultCode result = exporter.export(List.copyOf(batch)).join(ANSWER_SECONDS, TimeUnit.SECONDS);
            sent = result.isSuccess();
        } catch (RuntimeException | Error e) { // a library's trouble: calls go on
            Fatal.check(e);
            log.debug("the exporter has failed", e);
        }
        if (!sent) {
            dropped.addAndGet(batch.size());
            log.warn(Event.SPANS_LOST, "{} spans could not be handed to the collector and are lost", batch.size());
        }
    }

    /** Sends what waits, for a second at most. */
    @Override
    public void close() {
        closing = true;
        try {
            if (waiting.isEmpty() && thread.getState() == Thread.State.WAITING) {
                thread.interrupt();
            }
            thread.join(CLOSE_MILLIS);
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exporter.shutdown();
    }
}
