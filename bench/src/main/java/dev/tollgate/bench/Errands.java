package dev.tollgate.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What the victim does now and then besides its small calls, one after the other. */
final class Errands implements AutoCloseable {

    private final Errand errand;
    private final Besieged gateway;
    private final Histogram nanos = new ConcurrentHistogram(3);
    private final AtomicInteger failed = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * @param pauseMillis between the end of one and the begin of the next
     * @param withinMillis that each must be done
     * @param call the status of its answer, which has to be 200
     */
    record Errand(String name, int pauseMillis, int withinMillis, Function<Besieged, String> call) {}

    Errands(Errand errand, Besieged gateway) {
        this.errand = errand;
        this.gateway = gateway;
        this.thread = Thread.ofPlatform().daemon().name("errands").start(this::run);
    }

    private void run() {
        try {
            while (!stopped) {
                long begin = System.nanoTime();
                if (!errand.call().apply(gateway).equals("200")) {
                    failed.incrementAndGet();
                }
                nanos.recordValue(System.nanoTime() - begin);
                TimeUnit.MILLISECONDS.sleep(errand.pauseMillis());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the request that is on its way. */
    Victim.Figures stop() throws InterruptedException {
        stopped = true;
        thread.join();
        return Victim.Figures.of(nanos, failed.get());
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
