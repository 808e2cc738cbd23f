package dev.tollgate.testing;

import dev.tollgate.base.fatal.Fatal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What would end the process, were it the program's own, while this is open. See {@link Fatal}. */
public final class Deaths implements AutoCloseable {

    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final Queue<Throwable> causes = new ConcurrentLinkedQueue<>();

    public Deaths() {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> causes.add(error));
    }

    public Queue<Throwable> causes() {
        return causes;
    }

    @Override
    public void close() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }
}
