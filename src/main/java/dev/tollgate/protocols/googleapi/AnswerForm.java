package dev.tollgate.protocols.googleapi;

import dev.tollgate.protocols.door.StreamForm;
import org.jspecify.annotations.Nullable;

/** How an answer leaves. */
enum AnswerForm {
    /** {@code generateContent}: one object. */
    WHOLE,
    /** {@code streamGenerateContent?alt=sse}. */
    EVENTS,
    /** {@code streamGenerateContent}: one array that grows. */
    ARRAY;

    /** @param alt of the query */
    static AnswerForm ofStream(@Nullable String alt) {
        return wantsEvents(alt) ? EVENTS : ARRAY;
    }

    static boolean wantsEvents(@Nullable String alt) {
        return "sse".equals(alt);
    }

    /** Returns the stream's form, without a heartbeat, which breaks Google's clients (D35). */
    StreamForm streamForm() {
        return new StreamForm(this == ARRAY ? "application/json" : StreamForm.EVENTS, null, "");
    }
}
