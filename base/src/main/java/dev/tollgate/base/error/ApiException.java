package dev.tollgate.base.error;

import dev.tollgate.base.words.Sentence;

/** Carries an {@link ApiError} out of a deep reader. Has no stack trace: it is an answer, not a fault of ours. */
public final class ApiException extends RuntimeException {

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /** A refusal without a field. */
    public ApiException(int status, String message) {
        this(ApiError.invalid(null, message).withStatus(status));
    }

    /** A refusal without a field. */
    public ApiException(int status, Sentence sentence) {
        this(ApiError.invalid(null, sentence).withStatus(status));
    }

    public ApiError error() {
        return error;
    }
}
