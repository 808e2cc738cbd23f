package dev.tollgate.calls.replay;

import dev.tollgate.base.fatal.Fatal;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs steps on an executor, one at a time, until none is left. Work announced during a step is not missed. Thread-safe. */
final class SpoolWorker {

    interface Steps {

        /** @return false if nothing was left to do */
        boolean step() throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(SpoolWorker.class);

    private final Executor io;
    private final Steps steps;
    private final Consumer<Throwable> failed;
    private final AtomicInteger asked = new AtomicInteger();

    /**
     * @param io runs blocking work, never within {@code execute}
     * @param failed receives, on the worker, an exception that a step threw; later work continues
     */
    SpoolWorker(Executor io, Steps steps, Consumer<Throwable> failed) {
        this.io = io;
        this.steps = steps;
        this.failed = failed;
    }

    /** Announces work. */
    void work() {
        if (asked.getAndIncrement() > 0) {
            return;
        }
        try {
            io.execute(this::run);
        } catch (RejectedExecutionException e) {
            log.debug("a spool is left as it is: the program stops");
        }
    }

    private void run() {
        int seen;
        do {
            seen = asked.get();
            takeAll();
        } while (asked.addAndGet(-seen) > 0);
    }

    private void takeAll() {
        try {
            boolean more = true;
            while (more) {
                more = steps.step();
            }
        } catch (IOException | RuntimeException | Error e) {
            Fatal.check(e);
            failed.accept(e);
        }
    }
}
