package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a spool, and the work that it needs once all bytes are written: report the end, show it, delete the file, close it, each once and in
 * this order. Guarded by the lock of its spool.
 */
final class SpoolEnd {

    sealed interface Due {}

    /** Syncs the written end and reports it. */
    record Tell(Consumer<Spool.@Nullable Ended> told) implements Due {}

    /** Shows the end of a response that ended in an error within its stream. */
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

    /** Discards the written end. */
    void takeBack() {
        written = false;
    }

    /** Withdraws the report of the end. @return the consumer that waited for it; null if none */
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

    /** @param unread whether there is a file without readers */
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
