package dev.tollgate.base.ids;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of a batch. The request of its call has it as its id, as in {@code batch_…/12} (J2).
 *
 * @param jobId of the batch, in a task's form
 * @param line from 1
 */
public record BatchLine(String jobId, long line) {

    /** The beginning of a batch's id, as callers have it. */
    public static final String PREFIX = "batch_";

    private static final String JOB = "chatcmpl-";

    private static final Pattern REQUEST = Pattern.compile(PREFIX + "([0-9A-Za-z]{31})/([1-9][0-9]{0,8})");

    /** Returns the line that the id of a request names; null if it names none. */
    public static @Nullable BatchLine of(String requestId) {
        Matcher named = REQUEST.matcher(requestId);
        return named.matches() ? new BatchLine(JOB + named.group(1), Long.parseLong(named.group(2))) : null;
    }

    /** Returns the job of a batch's id, as its caller has it; null for what is no such id. */
    public static @Nullable String jobOf(String batchId) {
        String job = batchId.startsWith(PREFIX) ? JOB + batchId.substring(PREFIX.length()) : "";
        return CompletionIds.isOne(job) ? job : null;
    }

    /** Returns the id of a batch, as its caller has it. */
    public static String batchOf(String jobId) {
        return PREFIX + jobId.substring(jobId.indexOf('-') + 1);
    }

    /** Returns the batch's id, as its caller has it. */
    public String batchId() {
        return batchOf(jobId);
    }

    /** Returns the id of the request of its call. */
    public String requestId() {
        return batchId() + "/" + line;
    }
}
