package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The caller's {@code Idempotency-Key}, and what is said of it (D29, D36). */
public final class IdempotencyKey {

    /** The header's name, also the {@code param} of errors about it. */
    public static final String HEADER = "Idempotency-Key";

    private static final int CHARS_MAX = 255;

    private IdempotencyKey() {}

    /**
     * Returns the hash by which a key is stored. The key itself may reveal a caller's affairs and is not stored.
     *
     * @param values of the header, each as it was sent
     * @return SHA-256 in lower-case hex, null where none was sent
     * @throws dev.tollgate.base.error.ApiException for a key that is not valid
     */
    public static @Nullable String hash(List<String> values) {
        if (values.isEmpty()) {
            return null;
        }
        String key = values.getFirst();
        if (values.size() > 1) {
            throw invalid("was sent more than once");
        }
        if (key.isEmpty() || key.length() > CHARS_MAX) {
            throw invalid("has " + key.length() + " characters");
        }
        if (key.chars().anyMatch(Character::isISOControl)) {
            throw invalid("holds a control character");
        }
        return Sha256.of(HEADER, key.getBytes(StandardCharsets.UTF_8));
    }

    private static RuntimeException invalid(String what) {
        return ApiError.invalid(
                        HEADER,
                        "The header Idempotency-Key " + what + "; it takes 1 to " + CHARS_MAX
                                + " characters without control characters.")
                .asException();
    }

    public static ApiError usedForAnotherBody() {
        return ApiError.invalid(
                HEADER, "This Idempotency-Key was used with another request body; a new request needs a new key.");
    }

    static ApiError answerDropped(String taskId) {
        return answered(taskId, "is not kept: it was larger than 4 MiB, or newer answers have taken its place");
    }

    static ApiError answerElsewhere(String taskId) {
        return answered(
                taskId, "is not here: one larger than 64 KiB, compressed, lies only on the server that gave it");
    }

    static ApiError answerUnreadable(String taskId) {
        return answered(taskId, "cannot be read any more");
    }

    private static ApiError answered(String taskId, String but) {
        return ApiError.invalid(
                HEADER,
                "The call that used this Idempotency-Key was answered and charged, but its answer " + but
                        + ". GET /v1/tasks/" + taskId + " shows its usage and charge. To ask again, use a new key.");
    }
}
