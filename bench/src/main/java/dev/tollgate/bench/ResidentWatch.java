package dev.tollgate.bench;

import java.util.concurrent.TimeUnit;

/** How much of a process's memory was resident at most, as seen four times a second on a thread of its own. */
final class ResidentWatch implements AutoCloseable {
    private static final int PERIOD_MILLIS = 250;

    private final long pid;
    private final Thread thread;
    private long mostKib;

    ResidentWatch(long pid) {
        this.pid = pid;
        look();
        thread = Thread.ofVirtual().start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
                look();
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        mostKib = Math.max(mostKib, ProcessFigures.residentKib(pid));
    }

    /** In KiB, since the watch began; throws where the process has ended. */
    synchronized long mostKib() {
        look();
        return mostKib;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
