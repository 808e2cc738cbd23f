package dev.tollgate.base.error;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure as the caller sees it. Immutable.
 *
 * @param code the row of the closed list
 * @param status the HTTP status, 400 to 599, 303 where a page sends its visitor to another, or 204, without a body, where a
 *     page's script is to ask no more
 * @param message names the field, what came and what is allowed; never a secret
 * @param param the field to blame, as a dotted path, or null (the key is rendered all the same: D11)
 * @param headers further response headers, in order, e.g. {@code retry-after}
 * @param shortage the figures of a refusal for lack of credits; null for other errors
 */
public record ApiError(
        ErrorCode code,
        int status,
        String message,
        @Nullable String param,
        Map<String, String> headers,
        @Nullable Shortage shortage) {

    public ApiError {
        if ((status < 400 || status > 599) && status != 303 && status != 204) {
            throw new IllegalArgumentException("status " + status);
        }
        headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public static ApiError of(ErrorCode code, String message) {
        return new ApiError(code, code.status(), message, null, Map.of(), null);
    }

    /** Returns a refusal that says when to try again. @param refusal a sentence */
    public static ApiError later(String refusal, Duration wait) {
        return of(ErrorCode.RATE_LIMIT_EXCEEDED, refusal + " Try again in " + (wait.toSeconds() + 1) + " seconds.")
                .retryAfter(wait);
    }

    /** Returns a 400 that names a field; {@code param} is its dotted path, e.g. {@code messages.0.role}. */
    public static ApiError invalid(@Nullable String param, String message) {
        return new ApiError(ErrorCode.INVALID_REQUEST, 400, message, param, Map.of(), null);
    }

    /** Returns a 400 that names a field. @param what follows the quoted name, without the full stop */
    public static ApiError wrong(String param, String what) {
        return invalid(param, quoted(param) + what + ".");
    }

    private static String quoted(String param) {
        return "'" + param + "' ";
    }

    /** Returns the message with a field's label, as pages show it under the field. */
    public String message(String label) {
        String quoted = quoted(String.valueOf(param));
        return message.startsWith(quoted) ? label + " " + message.substring(quoted.length()) : message;
    }

    /** Returns this error with other words. @param field null for none */
    public ApiError about(@Nullable String field, String message) {
        return new ApiError(code, status, message, field, headers, shortage);
    }

    public ApiError withStatus(int status) {
        return new ApiError(code, status, message, param, headers, shortage);
    }

    /** Returns this error with the figures of its message. */
    public ApiError lacking(Shortage what) {
        return new ApiError(code, status, message, param, headers, what);
    }

    public ApiError withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiError(code, status, message, param, more, shortage);
    }

    /** {@code retry-after} in whole seconds, rounded up, and {@code retry-after-ms} (the SDKs read both; protocol 3.5). */
    public ApiError retryAfter(Duration wait) {
        long millis = Math.max(0, wait.toMillis());
        return withHeader("retry-after", Long.toString((millis + 999) / 1000))
                .withHeader("retry-after-ms", Long.toString(millis));
    }

    /** Returns this error without a time for a retry. */
    public ApiError withoutRetryAfter() {
        Map<String, String> rest = new LinkedHashMap<>(headers);
        rest.remove("retry-after");
        rest.remove("retry-after-ms");
        return new ApiError(code, status, message, param, rest, shortage);
    }

    /** Tells the SDKs that the same call cannot succeed (protocol 3.5). */
    public ApiError doNotRetry() {
        return withHeader("x-should-retry", "false");
    }

    /** Returns this error with the word that the same call cannot succeed, if its status says so and it names no time for a retry. */
    public ApiError doNotRetryByStatus() {
        boolean isFinal = status == 400 || status == 401 || status == 403 || status == 404;
        return isFinal && !headers.containsKey("retry-after") ? doNotRetry() : this;
    }

    public ApiException asException() {
        return new ApiException(this);
    }
}
