package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.nio.charset.StandardCharsets;

/** The error of a job's last try, as it is kept with its line. @param code the wire's {@code error.code} */
public record JobTrouble(String code, String message) {

    /** Has a batch wait until the account has room for further results (J19). */
    static final ApiError NO_ROOM_FOR_RESULTS = ApiError.of(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            "The account's files have no room for further results. Delete files, or the results of earlier batches.");

    /** Has a job wait until the account has room for the images that its model may make (J31). */
    public static final ApiError NO_ROOM = ApiError.of(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            "The account's files have no room for as many images as the model may make. Delete files or responses with images.");

    /** The fourth server that made an answer is gone. */
    static final ApiError LOST = ApiError.of(
            ErrorCode.INTERNAL_ERROR,
            "The servers that made the answer have stopped before its end. Nothing was charged.");
    /** The request is under a key that the server has no more. */
    static final ApiError UNREADABLE = ApiError.of(
            ErrorCode.INTERNAL_ERROR,
            "The request cannot be read any more: the operator has removed the secret key under which it was kept. Nothing was charged.");
    /** The bytes are not those of a request. */
    static final ApiError DAMAGED = ApiError.of(
                    ErrorCode.INTERNAL_ERROR, "The request cannot be read any more. Nothing was charged.")
            .doNotRetry();

    /** Returns the error of a job whose time is over. @param last the message of its last try, with a blank behind it; empty without one */
    static ApiError tooLate(String last) {
        return ApiError.of(
                ErrorCode.INTERNAL_ERROR, "The answer was not begun within 24 hours. " + last + "Nothing was charged.");
    }

    static JobTrouble of(ApiError error) {
        return new JobTrouble(error.code().code(), error.message());
    }

    byte[] bytes() {
        return (code + '\n' + message).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what {@link #bytes} has written. */
    public static JobTrouble of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return new JobTrouble(text.substring(0, end), text.substring(end + 1));
    }
}
