package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a spool ends, and what is to be done about it once nothing waits to be written: its end is told, shown, deleted, closed, each once and
 * in this order. Guarded by the lock of its spool.
 */
final class SpoolEnd {

    sealed interface Due {}

    /** The end is written: it is synced and told. */
    record Tell(Consumer<Spool.@Nullable Ended> told) implements Due {}

    /** An answer that ended in an error within its stream can be read to its end. */
    record Show() implements Due {}

    record Delete() implements Due {}

    record Close() implements Due {}

    private @Nullable Consumer<Spool.@Nullable Ended> asked;
    private @Nullable ApiError finishing;
    private @Nullable ApiError failure;
    private boolean written;
    private boolean complete;
    private boolean unwanted;
    private boolean closed;

    void ask(Consumer<Spool.@Nullable Ended> told) {
        asked = told;
    }

    /** The end that was written does not count. */
    void takeBack() {
        written = false;
    }

    /** Nobody is told any more. @return who should have been */
    @Nullable
    Consumer<Spool.@Nullable Ended> giveUp() {
        Consumer<Spool.@Nullable Ended> told = asked;
        asked = null;
        return told;
    }

    void complete(boolean keep) {
        complete = true;
        unwanted = !keep;
    }

    void finish(ApiError error) {
        finishing = error;
    }

    void fail(ApiError error, boolean begun) {
        failure = error;
        unwanted = begun;
    }

    void close() {
        closed = true;
    }

    boolean isOver() {
        return complete || failure != null;
    }

    boolean isWritten() {
        return written;
    }

    boolean isClosed() {
        return closed;
    }

    @Nullable
    ApiError failure() {
        return failure;
    }

    @Nullable
    ApiError finishing() {
        return finishing;
    }

    /** @param unread whether there is a file that nobody reads */
    @Nullable
    Due due(boolean unread) {
        Consumer<Spool.@Nullable Ended> told = giveUp();
        if (told != null) {
            written = true;
            return new Tell(told);
        }
        if (finishing != null && !isOver()) {
            complete(false);
            return new Show();
        }
        if (unwanted) {
            unwanted = false;
            return new Delete();
        }
        if (unread && isOver()) {
            closed = true;
            return new Close();
        }
        return null;
    }
}
