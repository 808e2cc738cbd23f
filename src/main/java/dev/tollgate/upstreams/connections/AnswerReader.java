package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one streamed answer: bytes in, events out, however the bytes were cut. Confined to its call. */
public interface AnswerReader {

    /**
     * Appends the events that these bytes complete.
     *
     * @param bytes only good during the call, and only the first of them
     * @param length so many
     * @return whether reading goes on; if not, {@link #end} tells how the answer ended
     */
    boolean read(byte[] bytes, int length, List<UpstreamEvent> events);

    /**
     * The stream has come to its end by itself. Appends what was still open.
     *
     * @return null for a whole answer
     */
    @Nullable
    UpstreamFailure end(List<UpstreamEvent> events);

    /**
     * The stream was cut off: by a reset, or a wait that was too long. Appends what was still open of a whole answer.
     *
     * @return null for a whole answer: every candidate has had a finish reason (D38)
     */
    @Nullable
    UpstreamFailure cut(String why, List<UpstreamEvent> events);

    /** Whether every candidate that was asked for has had a finish reason: silence ends the answer soon. */
    boolean isWhole();
}
