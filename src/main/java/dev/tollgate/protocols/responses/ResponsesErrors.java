package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.protocols.door.HeldCredits;

/** Errors in OpenAI's shape, with the statuses upon which agents act correctly (E18, E19). */
final class ResponsesErrors implements ErrorFormat {

    /** The format of a route. */
    static final ErrorFormat OF_ROUTE = new ResponsesErrors();

    private static final int BAD_REQUEST = 400;

    @Override
    public byte[] render(ApiError error) {
        return ErrorFormat.PLATFORM.render(error);
    }

    /** Returns whether a stream begins to show the failure: agents shorten their history only if a stream says that it is too long (E18). */
    static boolean beginsStream(ApiError error) {
        return error.code() == ErrorCode.CONTEXT_LENGTH_EXCEEDED;
    }

    /** Returns the code of a response that has failed. */
    static String code(ApiError error) {
        return beginsStream(error) ? error.code().code() : "server_error";
    }

    /** Writes the members of a stream's error, nested and flat: helpers look in both places (E22). */
    static void inStream(ApiError error, Utf8Buffer out) {
        members(error, out);
        members(error, out.raw(",\"error\":{\"type\":").string(error.code().type()));
        out.raw('}');
    }

    private static void members(ApiError error, Utf8Buffer out) {
        out.raw(",\"code\":").string(error.code().code());
        out.raw(",\"message\":").string(error.message());
        out.raw(",\"param\":").stringOrNull(error.param());
    }

    /** Returns a refusal of the upstream's that cannot change as a 400: agents repeat a 503 many times. */
    @Override
    public ApiError shown(ApiError error) {
        boolean cannotChange = error.code() == ErrorCode.UPSTREAM_ERROR
                && "false".equals(error.headers().get("x-should-retry"));
        return cannotChange ? error.withStatus(BAD_REQUEST) : HeldCredits.shown(error);
    }
}
