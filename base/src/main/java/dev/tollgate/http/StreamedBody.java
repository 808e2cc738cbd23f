package dev.tollgate.http;

import dev.tollgate.base.memory.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * The bounds of a body that is read while it comes: it is never in memory as a whole.
 *
 * @param bytesMax beyond it 413
 * @param time how long the whole may take to arrive, however fast its parts come; beyond it 408
 */
public record StreamedBody(int bytesMax, Duration time) {

    /** Makes a value of a body while it comes, on a thread that may block. */
    @FunctionalInterface
    public interface Reader<T> {

        /**
         * @param body fails if the caller has left, or is refused
         * @param memory charged for what the reader keeps
         * @throws dev.tollgate.base.error.ApiException where the caller's input is refused
         */
        T read(InputStream body, Lease memory) throws IOException;
    }
}
