package dev.tollgate.customers.figures;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of calls, the last to end first. Running calls are before them, on the first page alone.
 *
 * @param older where the next page begins; null if there are no older calls
 * @param newer where the page before begins; null if there are no newer calls, or it is not known
 * @param lookedBackTo where the search stopped before it was complete: {@code older} continues there, but not in an order of its own; else null
 * @param lastNumber of the account's calls and entries, when the page was read
 */
public record CallPage(
        List<CallRow> calls,
        @Nullable String older,
        @Nullable String newer,
        @Nullable Instant lookedBackTo,
        long lastNumber) {

    /** An order of ended calls in which the most of something comes first. */
    public enum Order {
        CHARGE("charge", sentence("Highest charge"), "c.charged_micros"),
        /** The longest by {@link CallRow#took}. */
        TOOK("took", sentence("Longest"), "COALESCE(c.settled_us, 1000 * (c.ended_at - c.created_at))");

        private final String code;
        private final Sentence title;
        private final String sql;

        Order(String code, Sentence title, String sql) {
            this.code = code;
            this.title = title;
            this.sql = sql;
        }

        /** Returns its word in URLs. */
        public String code() {
            return code;
        }

        public Sentence title() {
            return title;
        }

        /** Returns the expression that orders a table {@code call c}. */
        String sql() {
            return sql;
        }
    }

    private static final int RADIX = 36;

    public CallPage {
        calls = List.copyOf(calls);
    }

    /** Returns the text for a place in an account's calls. */
    static String place(long number) {
        return Long.toString(number, RADIX);
    }

    /** Returns whether a text can be a place in an account's calls. */
    public static boolean isPlace(String text) {
        return text.matches("[0-9a-z]{1,12}");
    }

    /** @throws IllegalArgumentException if it is no place */
    static long number(String place) {
        if (!isPlace(place)) {
            throw new IllegalArgumentException("not a place in a list of calls");
        }
        return Long.parseLong(place, RADIX);
    }
}
