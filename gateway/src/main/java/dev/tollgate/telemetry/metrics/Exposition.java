package dev.tollgate.telemetry.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** The text for a scrape. One thread creates it at a time, at most once per second; concurrent scrapes get the same text. Thread-safe. */
public final class Exposition {

    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** Larger than all permitted series together usually need. A larger text is rejected. */
    static final int BYTES_MAX = 2 << 20;

    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final PrometheusRegistry registry;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] text = {};
    private long madeNanos;
    private volatile long askedNanos;
    private volatile boolean asked;

    Exposition(PrometheusRegistry registry, LongSupplier nanoTime) {
        this.registry = registry;
        this.nanoTime = nanoTime;
    }

    /** Blocks while another thread creates the text: not for an event loop. @throws IllegalStateException if the text is too large */
    public byte[] text() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            if (!asked) {
                addJvm();
            }
            asked = true;
            askedNanos = now;
            if (text.length == 0 || now - madeNanos >= FRESH_NANOS) {
                text = made();
                madeNanos = now;
            }
            return text;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the metrics were scraped within a time. Values that need a search are computed only then. */
    public boolean isAskedWithin(Duration time) {
        return asked && nanoTime.getAsLong() - askedNanos < time.toNanos();
    }

    /** Loads the JVM metrics with the first scrape. */
    private void addJvm() {
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    private byte[] made() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(64 << 10);
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
            if (out.size() > BYTES_MAX) {
                throw new IllegalStateException("the metrics come to " + out.size() + " bytes");
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
