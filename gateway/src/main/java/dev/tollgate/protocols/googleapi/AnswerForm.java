package dev.tollgate.protocols.googleapi;

import dev.tollgate.protocols.door.answers.StreamForm;
import java.time.Duration;
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

    /**
     * The beginning of the next event. Google's clients do not read comments, nor blank lines, and after an event without text their chats forget the turn
     * (D35).
     */
    static final String DATA = "data: ";

    StreamForm streamForm(Duration silence) {
        return this == ARRAY
                ? new StreamForm("application/json", silence, "\r\n")
                : new StreamForm(StreamForm.EVENTS, silence, DATA);
    }
}
