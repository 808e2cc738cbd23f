package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.http.ErrorBudget;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.protocols.door.answers.TooLong;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Errors in Google's format, without which Google's clients hide the message (D23, D51). {@code code} is the HTTP status; Tollgate's own code is the
 * {@code reason} of an ErrorInfo. A stream that was not requested as events is an array, including its errors (protocol 1.1).
 */
public enum GenerateErrors implements ErrorFormat {
    OBJECT,
    /** Errors of {@code streamGenerateContent}: an array unless the query has {@code alt=sse}. */
    STREAM,
    ARRAY;

    private static final String TYPE = "type.googleapis.com/google.rpc.";

    @Override
    public ErrorFormat of(Exchange exchange) {
        return this == STREAM && !AnswerForm.wantsEvents(exchange.query("alt")) ? ARRAY : this;
    }

    @Override
    public byte[] render(ApiError error) {
        String text = tree(error).toString();
        return (this == ARRAY ? "[" + text + "]" : text).getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode tree(ApiError error) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        ObjectNode inner = tree.putObject("error");
        inner.put("code", error.status());
        inner.put("message", message(error));
        inner.put("status", status(error.status()));
        details(inner.putArray("details"), error);
        return tree;
    }

    /** Google's own words of a prompt that is too long, by which clients know that they have to shorten it. */
    private static String message(ApiError error) {
        TooLong prompt = TooLong.of(error);
        if (prompt == null || error.param() != null) {
            return error.message();
        }
        String tokens = prompt.tokens() == null ? "" : "(" + prompt.tokens() + ") ";
        String max = prompt.max() == null ? "" : " (" + prompt.max() + ")";
        String count = tokens.isEmpty() && max.isEmpty() ? "The input is too long: the" : "The";
        return count + " input token count " + tokens + "exceeds the maximum number of tokens allowed" + max + ".";
    }

    private static void details(ArrayNode details, ApiError error) {
        ObjectNode info = details.addObject()
                .put("@type", TYPE + "ErrorInfo")
                .put("reason", error.code().code())
                .put("domain", "tollgate");
        if (error.shortage() instanceof Shortage.OfLimit limit) {
            ObjectNode metadata = info.putObject("metadata");
            ErrorBudget.of(limit).properties().forEach(each -> {
                if (!each.getValue().isNull()) {
                    metadata.put(each.getKey(), each.getValue().asString());
                }
            });
        }
        if (error.param() != null) {
            details.addObject()
                    .put("@type", TYPE + "BadRequest")
                    .putArray("fieldViolations")
                    .addObject()
                    .put("field", error.param())
                    .put("description", error.message());
        }
        if (error.shortage() instanceof Shortage.OfLimit limit
                && limit.heldMicros() == 0) { // a client need not ask again soon
            details.addObject()
                    .put("@type", TYPE + "QuotaFailure")
                    .putArray("violations")
                    .addObject()
                    .put(
                            "subject",
                            limit.owner().kind().code() + ":" + limit.owner().id())
                    .put("description", error.message())
                    .put("quotaId", quota(limit.window()));
        }
        String wait = error.headers().get("retry-after-ms");
        if (wait != null) {
            String seconds = new BigDecimal(wait).movePointLeft(3).toPlainString();
            details.addObject().put("@type", TYPE + "RetryInfo").put("retryDelay", seconds + "s");
        }
    }

    private static String quota(Shortage.OfLimit.Window window) {
        return switch (window) {
            case HOUR -> "SpendLimitPerHour";
            case DAY -> "SpendLimitPerDay";
            case WEEK -> "SpendLimitPerWeek";
            case MONTH -> "SpendLimitPerMonth";
            case TOTAL -> "SpendLimitTotal";
        };
    }

    private static String status(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 402 -> "FAILED_PRECONDITION";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 405 -> "UNIMPLEMENTED";
            case 408 -> "DEADLINE_EXCEEDED";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 500 -> "INTERNAL";
            case 503 -> "UNAVAILABLE";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }
}
