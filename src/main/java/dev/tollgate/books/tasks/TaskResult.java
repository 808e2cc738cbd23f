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
 * @param costsJson counts and cost of each attempt for the operator, by channel, or null if they are not known
 */
public record TaskResult(
        @Nullable WrittenJson usageJson,
        List<String> usageFlags,
        @Nullable Long maxTokensApplied,
        @Nullable WrittenJson pricingJson,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable WrittenJson courseJson,
        @Nullable WrittenJson costsJson) {

    /** The result of a running call. */
    public static final TaskResult NONE = new TaskResult(null, List.of(), null, null, null, null, null);

    /** The costs of a call that has none. */
    public static final WrittenJson NO_COSTS = WrittenJson.of("[]");

    private static final int JSON_BYTES_MAX = 16_384;
    private static final int MESSAGE_CHARS_MAX = 4_096;

    /** The longest course. */
    public static final int COURSE_BYTES_MAX = 1_024;

    /** The longest costs. */
    public static final int COSTS_BYTES_MAX = JSON_BYTES_MAX;

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
        checkLength(costsJson, COSTS_BYTES_MAX);
        usageFlags = List.copyOf(usageFlags);
    }

    /** Makes a result whose costs are not known. */
    public TaskResult(
            @Nullable WrittenJson usageJson,
            List<String> usageFlags,
            @Nullable Long maxTokensApplied,
            @Nullable WrittenJson pricingJson,
            @Nullable String errorCode,
            @Nullable String errorMessage,
            @Nullable WrittenJson courseJson) {
        this(usageJson, usageFlags, maxTokensApplied, pricingJson, errorCode, errorMessage, courseJson, null);
    }

    /** Makes the result of a failed call. */
    public static TaskResult error(String code, String message) {
        return new TaskResult(null, List.of(), null, null, code, message, null);
    }

    public TaskResult withCourse(@Nullable WrittenJson json) {
        return new TaskResult(
                usageJson, usageFlags, maxTokensApplied, pricingJson, errorCode, errorMessage, json, costsJson);
    }

    public TaskResult withCosts(WrittenJson json) {
        return new TaskResult(
                usageJson, usageFlags, maxTokensApplied, pricingJson, errorCode, errorMessage, courseJson, json);
    }

    private static void checkLength(@Nullable WrittenJson json, int bytesMax) {
        if (json != null && json.length() > bytesMax) {
            throw new IllegalArgumentException("more than " + bytesMax + " bytes");
        }
    }
}
