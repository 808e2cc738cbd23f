package dev.tollgate.base.error;

/**
 * The ten errors of the published contract (documents S000, S002, S003: "Error Reference"), two of OpenAI's that clients act upon (if the
 * context is too long they shorten it, and if the response before is not kept they send the whole conversation), {@code price_above_limit} for
 * keys with a ceiling (C18), and {@code last_owner} for organizations, in which someone has to be made an owner first. A status may be more precise than the one here where decision D28 says so; the code and the type
 * never differ.
 */
public enum ErrorCode {
    INVALID_REQUEST(400, "invalid_request", "invalid_request_error"),
    CONTEXT_LENGTH_EXCEEDED(400, "context_length_exceeded", "invalid_request_error"),
    PREVIOUS_RESPONSE_NOT_FOUND(400, "previous_response_not_found", "invalid_request_error"),
    INVALID_API_KEY(401, "invalid_api_key", "authentication_error"),
    INSUFFICIENT_CREDITS(402, "insufficient_credits", "billing_error"),
    PRICE_ABOVE_LIMIT(402, "price_above_limit", "billing_error"),
    IP_NOT_ALLOWED(403, "ip_not_allowed", "permission_error"),
    MODEL_NOT_FOUND(404, "model_not_found", "invalid_request_error"),
    TASK_NOT_FOUND(404, "task_not_found", "invalid_request_error"),
    LAST_OWNER(409, "last_owner", "invalid_request_error"),
    RATE_LIMIT_EXCEEDED(429, "rate_limit_exceeded", "rate_limit_error"),
    SPEND_LIMIT_EXCEEDED(429, "spend_limit_exceeded", "billing_error"),
    INTERNAL_ERROR(500, "internal_error", "api_error"),
    UPSTREAM_ERROR(503, "upstream_error", "upstream_error");

    private final int status;
    private final String code;
    private final String type;

    ErrorCode(int status, String code, String type) {
        this.status = status;
        this.code = code;
        this.type = type;
    }

    /** The HTTP status that goes with the code unless a case has a more precise one. */
    public int status() {
        return status;
    }

    /** The wire's {@code error.code}. */
    public String code() {
        return code;
    }

    /** The wire's {@code error.type}. */
    public String type() {
        return type;
    }
}
