package dev.tollgate.books.tasks;

import dev.tollgate.base.json.WrittenJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a call.
 *
 * @param usageJson the usage object as it was printed, or null without usage
 * @param usageFlags {@code estimated}, {@code clamped}, {@code shortfall} (decisions D19, D33, D37)
 * @param maxTokensApplied the maximum that a shrunk call ran with (decision D31), or null
 * @param pricingJson the {@code pricing_detail} object, or null
 * @param errorCode of the closed list, or null
 * @param errorMessage null exactly when the code is
 * @param courseJson times of the steps and the channels asked, or null
 */
public record TaskResult(
        @Nullable WrittenJson usageJson,
        List<String> usageFlags,
        @Nullable Long maxTokensApplied,
        @Nullable WrittenJson pricingJson,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable WrittenJson courseJson) {

    /** The result of a running call. */
    public static final TaskResult NONE = new TaskResult(null, List.of(), null, null, null, null, null);

    private static final int JSON_BYTES_MAX = 16_384;
    private static final int MESSAGE_CHARS_MAX = 4_096;

    /** The longest course. */
    public static final int COURSE_BYTES_MAX = 1_024;

    public TaskResult {
        if ((errorCode == null) != (errorMessage == null)) {
            throw new IllegalArgumentException("an error has a code and a message");
        }
        for (String flag : usageFlags) {
            if (!flag.matches("[a-z_]{1,32}")) {
                throw new IllegalArgumentException("not a usage flag");
            }
        }
        checkLength(usageJson, JSON_BYTES_MAX);
        checkLength(pricingJson, JSON_BYTES_MAX);
        if (errorMessage != null && errorMessage.length() > MESSAGE_CHARS_MAX) {
            throw new IllegalArgumentException("more than " + MESSAGE_CHARS_MAX + " characters");
        }
        checkLength(courseJson, COURSE_BYTES_MAX);
        usageFlags = List.copyOf(usageFlags);
    }

    /** Makes the result of a failed call. */
    public static TaskResult error(String code, String message) {
        return new TaskResult(null, List.of(), null, null, code, message, null);
    }

    public TaskResult withCourse(@Nullable WrittenJson json) {
        return new TaskResult(usageJson, usageFlags, maxTokensApplied, pricingJson, errorCode, errorMessage, json);
    }

    private static void checkLength(@Nullable WrittenJson json, int bytesMax) {
        if (json != null && json.length() > bytesMax) {
            throw new IllegalArgumentException("more than " + bytesMax + " bytes");
        }
    }
}
