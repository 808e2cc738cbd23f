package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.protocols.door.HeldCredits;

/** Errors in OpenAI's shape, with the statuses upon which agents act correctly (E18, E19). */
final class ResponsesErrors implements ErrorFormat {

    private static final int BAD_REQUEST = 400;

    @Override
    public byte[] render(ApiError error) {
        return ErrorFormat.PLATFORM.render(error);
    }

    /** Returns a refusal of the upstream's that cannot change as a 400: agents repeat a 503 many times. */
    @Override
    public ApiError shown(ApiError error) {
        boolean cannotChange = error.code() == ErrorCode.UPSTREAM_ERROR
                && "false".equals(error.headers().get("x-should-retry"));
        return cannotChange ? error.withStatus(BAD_REQUEST) : HeldCredits.shown(error);
    }
}
