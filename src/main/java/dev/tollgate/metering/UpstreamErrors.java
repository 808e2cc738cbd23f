package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.upstream.UpstreamFailure;

/** An upstream's failures as a caller may see them: always {@code upstream_error}, never its words (D2, D18, D48; protocol 4.7). */
final class UpstreamErrors {

    private UpstreamErrors() {}

    static ApiError of(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case REFUSED, SIGNATURE ->
                error("The upstream provider refused the request: its content or its parameters are not supported.")
                        .doNotRetry();
            case BROKEN -> error("The upstream provider closed the stream before the answer was complete.");
            case MISCONFIGURED, REPLACED, QUOTA, DAY_QUOTA, UNAVAILABLE ->
                failure.retryAfter() == null ? unavailable() : unavailable().retryAfter(failure.retryAfter());
        };
    }

    static ApiError blocked() {
        return error("The upstream provider blocked the request: it holds sensitive or prohibited content.")
                .doNotRetry();
    }

    static ApiError tooLong() {
        return error("The upstream provider sent more than an answer may hold.");
    }

    static ApiError unavailable() {
        return error("The upstream provider is temporarily unavailable. Please try again.");
    }

    private static ApiError error(String message) {
        return ApiError.of(ErrorCode.UPSTREAM_ERROR, message);
    }
}
