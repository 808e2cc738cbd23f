package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors for callers whose call cannot be recorded. */
final class StoreTrouble {

    private static final Logger log = LoggerFactory.getLogger(StoreTrouble.class);
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    private StoreTrouble() {}

    static ApiError unavailable(StoreException failure) {
        log.error(Event.STORE_UNAVAILABLE, "the store did not take a unit of work", failure);
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The service cannot record the call right now. Please try again.")
                .withStatus(503)
                .retryAfter(STORE_WAIT);
    }

    static ApiError givenBack() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        "The call was ended and its credits were given back. Please try again.")
                .withStatus(503)
                .retryAfter(STORE_WAIT);
    }
}
