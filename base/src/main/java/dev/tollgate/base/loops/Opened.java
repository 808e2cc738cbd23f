package dev.tollgate.base.loops;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** The parts that a start has opened. They are closed in the opposite order: at the end, or when the start fails. Used by one thread. */
public final class Opened implements AutoCloseable {

    private final Deque<Closing> closings = new ArrayDeque<>();

    private record Closing(String name, Runnable action) {}

    public <T> T add(T opened, Consumer<T> closing) {
        closings.push(new Closing(opened.getClass().getSimpleName(), () -> closing.accept(opened)));
        return opened;
    }

    /** Returns the names of what is open, in the order in which it was opened. */
    public List<String> names() {
        return closings.stream().map(Closing::name).toList().reversed();
    }

    /** Closes all; what fails at it is thrown when the others are closed. Once is enough, twice does no harm. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!closings.isEmpty()) {
            try {
                closings.pop().action().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Waits for what is done on an event loop. Blocks; not for an event loop. */
    public static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** Closes everything after a failure and keeps the failure as the reported error. */
    public void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
