package dev.tollgate.books.calls;

import java.util.Locale;

/** The end of a call. */
public enum CallEnd {
    COMPLETED(TaskStatus.COMPLETED),
    /** The hold, the time limit or another limit ended the response; the delivered part is charged. */
    CUT(TaskStatus.COMPLETED),
    /** The caller has left. */
    CANCELLED(TaskStatus.CANCELLED),
    FAILED(TaskStatus.FAILED),
    /** The server of the call has died (decision D34). */
    ABANDONED(TaskStatus.FAILED);

    private final TaskStatus status;
    private final String code = name().toLowerCase(Locale.ROOT);

    CallEnd(TaskStatus status) {
        this.status = status;
    }

    /** Returns the status of its task. */
    public TaskStatus status() {
        return status;
    }

    /** The name in the database and in JSON. */
    public String code() {
        return code;
    }

    /** @throws IllegalArgumentException if it is none */
    public static CallEnd parse(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
