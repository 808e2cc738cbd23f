package dev.tollgate.base.error;

/** Carries an {@link ApiError} out of a deep reader. Has no stack trace: it is an answer, not a fault of ours. */
public final class ApiException extends RuntimeException {

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public ApiError error() {
        return error;
    }
}
