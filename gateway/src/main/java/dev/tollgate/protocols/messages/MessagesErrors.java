package dev.tollgate.protocols.messages;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.http.ErrorBudget;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SpentLimit;
import dev.tollgate.protocols.door.HeldCredits;
import dev.tollgate.protocols.door.answers.TooLong;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Errors in Anthropic's form, by whose type and message its clients decide what to do. Tollgate's own code and the field are in {@code details}.
 *
 * @param requestId null before the request is known
 */
public record MessagesErrors(@Nullable String requestId) implements ErrorFormat {

    /** The format of a route. */
    public static final ErrorFormat OF_ROUTE = new MessagesErrors(null);

    static final String REQUEST_ID = "request-id";

    /** Fields of callers that send only a new turn; clients send the whole conversation after this code (E5). */
    private static final String THREAD_CODE = "thread_unsupported_request";

    private static final String TOO_LONG = "prompt is too long: more than the model's maximum";

    static MessagesErrors of(@Nullable Arrival arrival) {
        return new MessagesErrors(arrival == null ? null : arrival.requestId());
    }

    @Override
    public ErrorFormat of(Exchange exchange) {
        return new MessagesErrors(exchange.requestId());
    }

    /** Returns the format of a request that calls no model: an unknown id is a 404. */
    public static ErrorFormat ofList(Exchange exchange) {
        MessagesErrors its = new MessagesErrors(exchange.requestId());
        return new ErrorFormat() {
            @Override
            public byte[] render(ApiError error) {
                return its.render(error);
            }

            @Override
            public Map<String, String> headers() {
                return its.headers();
            }
        };
    }

    @Override
    public Map<String, String> headers() {
        return requestId == null ? Map.of() : Map.of(REQUEST_ID, requestId);
    }

    @Override
    public ApiError shown(ApiError error) {
        // Claude Code shows the message of a 400, but not of a 404.
        ApiError asked = error.code() == ErrorCode.MODEL_NOT_FOUND ? error.withStatus(400) : error;
        return HeldCredits.shown(SpentLimit.withoutWait(asked));
    }

    /** Writes an error within a stream (E22). */
    void inStream(ApiError error, Utf8Buffer out) {
        out.raw("event: error\ndata: ").raw(render(shown(error))).raw("\n\n");
    }

    @Override
    public byte[] render(ApiError error) {
        Utf8Buffer out = Utf8Buffer.scratch();
        out.raw("{\"type\":\"error\",\"error\":{\"type\":\"").raw(type(error.status()));
        out.raw("\",\"message\":").string(message(error));
        out.raw(",\"details\":{\"error_code\":").string(code(error)).raw(",\"param\":");
        out.stringOrNull(error.param());
        if (error.shortage() instanceof Shortage.OfLimit limit) {
            out.raw(",\"budget\":").raw(ErrorBudget.of(limit).toString());
        }
        out.raw("}},\"request_id\":");
        return out.stringOrNull(requestId).raw('}').bytes();
    }

    /** The words by which clients know that they have to shorten the conversation (E18). */
    private static String message(ApiError error) {
        TooLong prompt = TooLong.of(error);
        if (prompt == null) {
            return error.message();
        }
        if (prompt.tokens() == null) {
            return TOO_LONG + (prompt.max() == null ? "" : " of " + prompt.max() + " tokens");
        }
        return "prompt is too long: " + prompt.tokens() + " tokens > " + prompt.max() + " maximum";
    }

    private static String code(ApiError error) {
        boolean onlyNewTurn = error.code() == ErrorCode.INVALID_REQUEST
                && ("thread".equals(error.param()) || "previous_message_id".equals(error.param()));
        return onlyNewTurn ? THREAD_CODE : error.code().code();
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404, 405 -> "not_found_error";
            case 408, 504 -> "timeout_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
