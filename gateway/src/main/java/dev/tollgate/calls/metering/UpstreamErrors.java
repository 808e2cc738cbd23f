package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The errors that callers see if an upstream fails: {@code upstream_error}, or {@code context_length_exceeded} for a request that is too long. Never
 * contains the upstream's text (D2, D18, D48; protocol 4.7).
 */
final class UpstreamErrors {

    private static final String SHORTEN = " Please shorten it.";

    private UpstreamErrors() {}

    /** Returns the error of a failed call. A later hop that its upstream refuses names its token, the only thing that its first hop had not (H8). */
    static ApiError of(UpstreamFailure failure, Ask ask) {
        boolean refusesToGoOn = ask.continuesAnswer()
                && switch (failure.kind()) {
                    case REFUSED, SIGNATURE, REPLACED -> true;
                    default -> false;
                };
        return refusesToGoOn ? cannotGoOn() : of(failure);
    }

    private static ApiError cannotGoOn() {
        return ApiError.invalid(
                        NativeAsk.CONTINUATION,
                        "'" + NativeAsk.CONTINUATION
                                + "': the upstream provider refused to go on with the response. Send the"
                                + " same request as before with the token that came last, or without a token to begin again.")
                .doNotRetry();
    }

    static ApiError of(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case REFUSED, SIGNATURE ->
                error("The upstream provider refused the request: its content or its parameters are not supported.")
                        .doNotRetry();
            case TOO_LONG -> contextExceeded(Objects.requireNonNullElse(failure.overflow(), ContextOverflow.UNTOLD));
            case TOO_LARGE -> tooLong().doNotRetry();
            case LOCAL -> MediaLoader.noRoom();
            case BROKEN -> error("The upstream provider closed the stream before the answer was complete.");
            case MISCONFIGURED, REPLACED, QUOTA, DAY_QUOTA, UNAVAILABLE ->
                failure.retryAfter() == null ? unavailable() : unavailable().retryAfter(failure.retryAfter());
        };
    }

    /** Returns the error in OpenAI's words. Clients shorten the conversation if they find the code, or {@code maximum context length}. */
    static ApiError contextExceeded(ContextOverflow overflow) {
        if (overflow.field() != null) {
            return inputTooLong(overflow.field(), overflow);
        }
        return ApiError.of(
                ErrorCode.CONTEXT_LENGTH_EXCEEDED, overflowing(overflow.tokens(), overflow.tokensMax()) + SHORTEN);
    }

    /** Returns the error of one input that the model would cut (E68). */
    private static ApiError inputTooLong(String field, ContextOverflow overflow) {
        String message = "'%s' must have at most %d tokens with this model, got %d.%s"
                .formatted(field, overflow.tokensMax(), overflow.tokens(), SHORTEN);
        return new ApiError(ErrorCode.CONTEXT_LENGTH_EXCEEDED, 400, message, field, java.util.Map.of(), null);
    }

    /** Returns null if a prompt that the upstream has counted fits. In a shared context it must leave room for output, or for a whole summary. */
    static @Nullable ApiError beyondContext(PromptCount counted, Ask ask, UpstreamModel model) {
        long least = ask.compacts() ? Ask.SUMMARY_TOKENS_MIN : 1;
        long answer = model.sharedContext() ? least : 0;
        long context = ask.contextTokens(model.inputTokensMax());
        return counted.tokens() > context - answer
                ? contextExceeded(new ContextOverflow(counted.tokens(), context))
                : null;
    }

    /** Leaves the size out if it is within the maximum: some servers count the prompt alone. */
    private static String overflowing(@Nullable Long tokens, @Nullable Long max) {
        if (max == null) {
            return "Your request is longer than this model's maximum context length.";
        }
        String size = tokens == null || tokens <= max ? "is longer" : "comes to %d tokens".formatted(tokens);
        return "This model's maximum context length is %d tokens. However, your request %s.".formatted(max, size);
    }

    /** Returns the error of a small maximum without a word behind the thoughts, which is free (E39). */
    static ApiError usedUpByThoughts(MeteredCall call) {
        String field = Objects.requireNonNullElse(call.tokensMaxField(), "max_tokens");
        return ApiError.invalid(
                        field,
                        "The model's thoughts used up '" + field + "' of " + call.askedTokensMax() + " and "
                                + call.ask().thoughtsRoom()
                                + " tokens above it, so no text came. The call is free. Raise '" + field + "'.")
                .doNotRetry();
    }

    static ApiError blocked() {
        return error("The upstream provider blocked the request: it holds sensitive or prohibited content.")
                .doNotRetry();
    }

    /** @param reason the provider's word */
    static ApiError noImage(String reason) {
        return error("The model made no image (" + reason + ").").doNotRetry();
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
