package dev.tollgate.schema;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Checks texts against schemas on threads of its own. Thread-safe. */
public final class SchemaChecks implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SchemaChecks.class);

    /** So many checks may wait; what comes beyond is not checked, rather than answered late. */
    static final int WAITING_MAX = 256;

    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor pool;

    public SchemaChecks() {
        pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform()
                        .daemon()
                        .name("schema-check-", 0)
                        .stackSize(SchemaCheck.STACK_BYTES)
                        .factory());
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * @param texts each must be one JSON value that fits
     * @param then told once, on a thread of this one's or the caller's
     */
    public void check(ObjectNode schema, List<String> texts, Consumer<Verdict> then) {
        try {
            pool.execute(() -> then.accept(verdict(schema, texts)));
        } catch (RejectedExecutionException tooMany) {
            then.accept(Verdict.UNDECIDED);
        }
    }

    private static Verdict verdict(ObjectNode schema, List<String> texts) {
        try {
            return new SchemaCheck(schema).of(texts);
        } catch (RuntimeException e) {
            log.error("a schema could not be checked", e);
            return Verdict.UNDECIDED;
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
