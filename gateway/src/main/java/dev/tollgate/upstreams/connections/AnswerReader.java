package dev.tollgate.upstreams.connections;

import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader of one streamed answer: bytes in, events out, however the bytes were cut. Confined to its call. */
public interface AnswerReader {

    /** Receives the head of the response, before all bytes of it; valid only during the call. */
    default void head(AnswerHead head) {}

    /**
     * Appends the events that these bytes complete.
     *
     * @param bytes valid only during the call
     * @param length the number of valid bytes
     * @return whether to read on; if not, {@link #end} returns how the answer ended
     */
    boolean read(byte[] bytes, int length, List<UpstreamEvent> events);

    /** Handles the regular end of the stream. Appends unfinished events. @return null for a whole answer */
    @Nullable
    UpstreamFailure end(List<UpstreamEvent> events);

    /**
     * Handles a reset or a timeout. Appends unfinished events of a whole answer.
     *
     * @return null for a whole answer: every candidate has had a finish reason (D38)
     */
    @Nullable
    UpstreamFailure cut(String why, List<UpstreamEvent> events);

    /**
     * Returns what blocks and has to be done, on another thread, before more is read; null if nothing. Then comes a {@link #read} of nothing. Meanwhile
     * nothing is called here.
     */
    default @Nullable Runnable aside() {
        return null;
    }

    /** Drops what is unfinished: nothing more is read. */
    default void close() {}

    /** Returns whether every requested candidate has had a finish reason: silence ends the answer soon. */
    boolean isWhole();
}
