package dev.tollgate.bench;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Makes small calls at a steady pace, so that a waiting call does not keep the next from being measured. */
final class Victim implements AutoCloseable {

    /** More bytes than the tokens that the mock reports: a report of more would be doubted, which is not what is measured here. */
    static final byte[] BODY = ("{\"model\":\"" + Kind.CALL.model()
                    + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10) + "\"}]}")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Besieged gateway;
    private final int everyMillis;
    private final Histogram nanos = new ConcurrentHistogram(3);
    private final AtomicInteger failed = new AtomicInteger();
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread pace;
    private volatile boolean stopped;

    record Figures(long calls, int failed, long p50Nanos, long p99Nanos, long maxNanos) {
        static Figures of(Histogram nanos, int failed) {
            return new Figures(
                    nanos.getTotalCount(),
                    failed,
                    nanos.getValueAtPercentile(50),
                    nanos.getValueAtPercentile(99),
                    nanos.getMaxValue());
        }
    }

    Victim(Besieged gateway, int everyMillis) {
        this.gateway = gateway;
        this.everyMillis = everyMillis;
        this.pace = Thread.ofPlatform().daemon().name("victim").start(this::run);
    }

    private void run() {
        long next = System.nanoTime();
        while (!stopped) {
            calls.execute(this::call);
            next += TimeUnit.MILLISECONDS.toNanos(everyMillis);
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void call() {
        long begin = System.nanoTime();
        String status = gateway.post("/v1/chat/completions", Main.KEY, "", BODY);
        nanos.recordValue(System.nanoTime() - begin);
        if (!status.equals("200")) {
            failed.incrementAndGet();
        }
    }

    /** The times of calls that were made before count no more; that they failed does. */
    void warmedUp() {
        nanos.reset();
    }

    /** Waits for the calls that are on their way. */
    Figures stop() throws InterruptedException {
        stopped = true;
        pace.join();
        calls.shutdown();
        calls.awaitTermination(1, TimeUnit.MINUTES);
        return Figures.of(nanos, failed.get());
    }

    @Override
    public void close() {
        stopped = true;
        calls.shutdownNow();
    }
}
