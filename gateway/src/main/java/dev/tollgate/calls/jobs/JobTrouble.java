package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.nio.charset.StandardCharsets;

/** The error of a job's last try, as it is kept with its line. @param code the wire's {@code error.code} */
public record JobTrouble(String code, String message) {

    /** Has a job wait until the account has room for the images that its model may make (J31). */
    public static final ApiError NO_ROOM = ApiError.of(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            "The account's files have no room for as many images as the model may make. Delete files or responses with images.");

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
