package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads for callers: if the store cannot be read, or too many reads of the account wait, the error asks the caller to retry (D28). */
public final class Records {

    private static final Logger log = LoggerFactory.getLogger(Records.class);
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private Records() {}

    /** @throws dev.tollgate.base.error.ApiException 503 */
    public static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (StoreException e) {
            throw unreadable(e).asException();
        }
    }

    /** Logs a failure to read, and returns the error for the caller. */
    public static ApiError unreadable(StoreException e) {
        log.warn(Event.STORE_UNAVAILABLE, "records could not be read: {}", e.getMessage(), e.getCause());
        return unreadable();
    }

    /** Returns the error for a caller, or the reader of a page, whose records cannot be read. The failure is logged by who met it. */
    public static ApiError unreadable() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        sentence("The service cannot read its records right now. Please try again."))
                .withStatus(503)
                .retryAfter(COME_BACK);
    }
}
