package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.ErrorBudget;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SpentLimit;
import dev.tollgate.protocols.door.HeldCredits;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Errors in OpenAI's shape, with the statuses upon which agents act correctly (E18, E19).
 *
 * @param isOfCodex whether the caller is Codex, which shows the message of a 429 only as ChatGPT's server sends it
 */
record ResponsesErrors(boolean isOfCodex) implements ErrorFormat {

    /** The format of a route. */
    static final ErrorFormat OF_ROUTE = new ResponsesErrors(false);

    /** Names of Codex's own programs, such as {@code codex_cli_rs}, {@code codex-tui} and {@code Codex Desktop}. Others send the header, too. */
    private static final Pattern CODEX = Pattern.compile("[Cc]odex[-_ ].*");

    private static final int BAD_REQUEST = 400;

    @Override
    public ErrorFormat of(Exchange exchange) {
        String program = exchange.header("originator");
        return new ResponsesErrors(program != null && CODEX.matcher(program).matches());
    }

    @Override
    public byte[] render(ApiError error) {
        return isOfCodex && isSpent(error) ? spent(error) : ErrorFormat.PLATFORM.render(error);
    }

    /** Returns whether a spend limit is reached that running calls do not hold. */
    private static boolean isSpent(ApiError error) {
        return error.code() == ErrorCode.SPEND_LIMIT_EXCEEDED && isFinal(error);
    }

    private static boolean isFinal(ApiError error) {
        return "false".equals(error.headers().get("x-should-retry"));
    }

    private static byte[] spent(ApiError error) {
        Shortage.OfLimit limit = error.shortage() instanceof Shortage.OfLimit its ? its : null;
        Instant resets = resetsAt(error.shortage());
        return ApiJson.object(256, json -> {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", error.code().code());
            json.writeStringProperty("message", error.message());
            json.writeStringProperty("type", "usage_limit_reached");
            json.writeStringProperty("param", error.param());
            if (limit != null) {
                json.writeName("budget");
                json.writeRawValue(ErrorBudget.of(limit).toString());
            }
            if (resets != null) {
                json.writeNumberProperty("resets_at", resets.getEpochSecond());
            }
            json.writeEndObject();
        });
    }

    private static @Nullable Instant resetsAt(@Nullable Shortage shortage) {
        return switch (shortage) {
            case null -> null;
            case Shortage.OfLimit limit -> limit.freesAt();
            case Shortage.OfCredits credits ->
                credits.withheld() == null ? null : credits.withheld().at();
        };
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

    /**
     * Returns a refusal of the upstream's that cannot change as a 400: agents repeat a 503 many times. Codex shows a spent limit in the words of a
     * header.
     */
    @Override
    public ApiError shown(ApiError error) {
        if (isOfCodex && isSpent(error)) {
            return error.withHeader("x-codex-promo-message", error.message().replaceFirst("\\.$", ""));
        }
        boolean cannotChange = error.code() == ErrorCode.UPSTREAM_ERROR && isFinal(error);
        return cannotChange ? error.withStatus(BAD_REQUEST) : HeldCredits.shown(SpentLimit.shown(error));
    }
}
