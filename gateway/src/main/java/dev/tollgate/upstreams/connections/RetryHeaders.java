package dev.tollgate.upstreams.connections;

import dev.tollgate.http.client.AnswerHead;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of an error that say when to come back, by lower-case name. */
public record RetryHeaders(Map<String, String> values) {

    public static final RetryHeaders NONE = new RetryHeaders(Map.of());

    private static final String RESET = "x-ratelimit-reset";
    private static final String REMAINING = "x-ratelimit-remaining";

    public RetryHeaders {
        values = Map.copyOf(values);
    }

    static RetryHeaders of(AnswerHead head) {
        Map<String, String> values = new HashMap<>();
        for (String name : new String[] {"retry-after", "retry-after-ms", "date"}) {
            String value = head.header(name);
            if (value != null) {
                values.put(name, value);
            }
        }
        values.putAll(head.headers("x-ratelimit-"));
        return new RetryHeaders(values);
    }

    /** Returns the wait that the upstream asks for; null if it names none. @param now by our clock, used if the answer has no date */
    public @Nullable Duration retryAfter(Instant now) {
        Duration millis = RetryTimes.number(values.get("retry-after-ms"), 1);
        if (millis != null) {
            return millis;
        }
        String text = values.get("retry-after");
        Duration seconds = RetryTimes.number(text, 1_000);
        Instant date = seconds == null ? date(text) : null;
        return date == null ? seconds : RetryTimes.bounded(Duration.between(sent(now), date));
    }

    /** Returns the longest wait for a limit of which nothing remains; null if none is named. @param now as in {@link #retryAfter} */
    @Nullable
    Duration reset(Instant now) {
        Duration longest = null;
        for (Map.Entry<String, String> header : values.entrySet()) {
            if (header.getKey().startsWith(RESET)) {
                String kind = header.getKey().substring(RESET.length());
                Duration left = RetryTimes.number(values.get(REMAINING + kind), 1);
                Duration wait = left == null || !left.isZero() ? null : RetryTimes.reset(header.getValue(), sent(now));
                longest = wait == null || longest != null && longest.compareTo(wait) > 0 ? longest : wait;
            }
        }
        return longest;
    }

    private Instant sent(Instant now) {
        Instant date = date(values.get("date"));
        return date == null ? now : date;
    }

    private static @Nullable Instant date(@Nullable String text) {
        try {
            return text == null
                    ? null
                    : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException notADate) {
            return null;
        }
    }
}
