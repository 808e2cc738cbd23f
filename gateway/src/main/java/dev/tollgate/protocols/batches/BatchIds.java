package dev.tollgate.protocols.batches;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.CompletionIds;
import org.jspecify.annotations.Nullable;

/** Ids of batches and of their result files: each has the characters of its job's id (J5). */
final class BatchIds {

    static final String FILE = "file-";
    static final char OUTPUT = 'o';
    static final char ERRORS = 'e';

    private static final String JOB = "chatcmpl-";
    private static final int CHARS = 31;

    private BatchIds() {}

    /** Returns the characters of a job's or a call's id. */
    static String chars(String id) {
        return id.substring(id.indexOf('-') + 1);
    }

    /** Returns the id of a batch's job; null for what is no id of a batch. */
    static @Nullable String job(String batchId) {
        return batchId.startsWith(BatchLine.PREFIX) ? ofChars(batchId.substring(BatchLine.PREFIX.length())) : null;
    }

    /** Returns the id of the job of a result file; null for another file. @param id behind {@value #FILE} */
    static @Nullable String jobOfFile(String id) {
        return id.length() == CHARS + 1 ? ofChars(id.substring(0, CHARS)) : null;
    }

    private static @Nullable String ofChars(String chars) {
        String id = JOB + chars;
        return CompletionIds.isOne(id) ? id : null;
    }
}
