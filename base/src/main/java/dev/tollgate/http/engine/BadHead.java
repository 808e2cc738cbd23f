package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import java.time.Duration;

/** The head of a request that is not HTTP/1.1 to the letter. The message is a sentence for the caller; there is no stack trace. */
final class BadHead extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadHead(String message) {
        super(message, null, false, false);
    }

    /** Returns the response to a head that cannot be read, or is above its limit. The closed list of errors has no 431, so it is a 400. */
    static ApiError refusal(Throwable cause) {
        if (cause instanceof ApiException refusal) {
            return refusal.error();
        }
        String fault = cause instanceof BadHead bad ? String.valueOf(bad.getMessage()) : "It cannot be read.";
        return ApiError.invalid(null, "The request is not valid HTTP. " + fault);
    }

    /** Returns the response to a head that has begun and does not end. */
    static ApiError late(Duration headTime) {
        return ApiError.invalid(
                        null, "The head of the request did not arrive within " + headTime.toSeconds() + " seconds.")
                .withStatus(408);
    }
}
