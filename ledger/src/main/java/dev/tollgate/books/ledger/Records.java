package dev.tollgate.books.ledger;

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
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The service cannot read its records right now. Please try again.")
                .withStatus(503)
                .retryAfter(COME_BACK);
    }
}
