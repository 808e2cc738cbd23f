package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import java.nio.charset.StandardCharsets;

/** The error of a job's last try, as it is kept with its line. @param code the wire's {@code error.code} */
public record JobTrouble(String code, String message) {

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
