package dev.tollgate.generate;

import dev.tollgate.http.Exchange;

/** How an answer leaves. */
enum AnswerForm {
    /** {@code generateContent}: one object. */
    WHOLE,
    /** {@code streamGenerateContent?alt=sse}. */
    EVENTS,
    /** {@code streamGenerateContent}: one array that grows. */
    ARRAY;

    static AnswerForm ofStream(Exchange exchange) {
        return wantsEvents(exchange) ? EVENTS : ARRAY;
    }

    static boolean wantsEvents(Exchange exchange) {
        return "sse".equals(exchange.query("alt"));
    }
}
