package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ErrorCode;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The meanings of the codes of errors: a page in another language says them before the error's own message, which is English (L14). Pure. */
final class ErrorWords {

    private ErrorWords() {}

    /** @param code as a call has it; null or unknown: it just failed */
    static String of(@Nullable String code) {
        return Stream.of(ErrorCode.values())
                .filter(it -> it.code().equals(code))
                .findFirst()
                .map(ErrorWords::of)
                .orElseGet(() -> say("The call failed."));
    }

    static String of(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST -> say("The request was not valid.");
            case CONTEXT_LENGTH_EXCEEDED -> say("The request was too long for the model.");
            case PREVIOUS_RESPONSE_NOT_FOUND -> say("The previous response is not kept.");
            case INVALID_API_KEY -> say("The key was not valid.");
            case INSUFFICIENT_CREDITS -> say("The credits did not suffice.");
            case PRICE_ABOVE_LIMIT -> say("The model costs more than the key allows.");
            case IP_NOT_ALLOWED -> say("The key does not allow calls from this address.");
            case MODEL_NOT_FOUND -> say("The model does not exist, or the key may not use it.");
            case TASK_NOT_FOUND -> say("There is no such call.");
            case LAST_OWNER -> say("The organization would have no owner.");
            case RATE_LIMIT_EXCEEDED -> say("A rate limit was reached.");
            case SPEND_LIMIT_EXCEEDED -> say("A spend limit was used up.");
            case INTERNAL_ERROR -> say("The server had an error.");
            case UPSTREAM_ERROR -> say("The provider had an error.");
        };
    }
}
