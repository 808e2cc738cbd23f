package dev.tollgate.customers.months;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The lines of a month, in their order. An entry counts in the first line whose condition it meets. */
public enum MonthLine {
    PAYMENTS(sentence("Bought with payments"), "e.kind = 'top_up' AND p.channel = 'stripe'"),
    /** Credits of payments without money, less those that were taken back. */
    TEST_PAYMENTS(sentence("Test payments"), "p.channel <> 'stripe'"),
    VOUCHERS(
            sentence("Redeemed vouchers"),
            "e.kind = 'top_up' AND e.request_id LIKE 'voucher-%' AND REPLACE(e.reason, ' ', '-') = e.request_id"),
    SANDBOX_CREDITS(sentence("Sandbox credits given"), "e.kind = 'top_up' AND e.sandbox_micros > 0"),
    START_CREDITS(sentence("Start credits"), "e.kind = 'top_up' AND e.request_id LIKE 'start-%'"),
    GRANTS(sentence("Credits given by hand"), "e.kind = 'top_up'"),
    USED(sentence("Used by calls"), Part.CREDITS, Of.CUSTOMERS, null),
    REFUNDED_CALLS(sentence("Refunds of calls"), "e.kind = 'refund'"),
    TAKEN_BACK(sentence("Refunds and disputes of payments"), "e.kind = 'reversal'"),
    EXPIRED(
            sentence("Expired grants"),
            "e.kind = 'adjustment' AND e.request_id LIKE 'lapse-%' AND e.reason LIKE 'Grant % expired'"),
    GAINED(sentence("Gained by corrections"), "e.kind = 'adjustment' AND e.amount_micros > 0"),
    DELETED_ACCOUNTS(sentence("Lost with deleted accounts"), "e.kind = 'adjustment' AND e.reason = 'account deleted'"),
    LOST(sentence("Lost by corrections"), "e.kind = 'adjustment'"),
    /** The balances of all accounts after the month, holds included. */
    HELD(sentence("Held by customers at the end"), Part.CLOSING, Of.CUSTOMERS, null),
    SHORTFALLS(sentence("Usage that nothing covered"), Part.LOSS, Of.CALLS, null),
    MISSING(sentence("Taken back, but spent already"), Part.LOSS, Of.ENTRIES, "e.missing_micros <> 0"),
    UPSTREAM_COST(sentence("Upstream cost"), Part.LOSS, Of.CHANNELS, null);

    /** The place of a line. */
    public enum Part {
        /** A change of what customers hold. */
        CREDITS,
        /** The balance that the changes lead to. */
        CLOSING,
        /** A cost or a loss of the operator, beside the credits of customers. */
        LOSS
    }

    /** The kind of a line's rows. */
    public enum Of {
        ENTRIES,
        CUSTOMERS,
        CALLS,
        CHANNELS
    }

    /** The line of an entry {@code e} with its payment {@code p}. */
    static final String OF_ENTRY = Arrays.stream(values())
            .filter(line -> line.part == Part.CREDITS && line.condition != null)
            .map(line -> "WHEN " + line.condition + " THEN '" + line.code() + "'")
            .collect(Collectors.joining(" ", "CASE ", " END"));

    private final Sentence word;
    private final Part part;
    private final Of rows;
    private final @Nullable String condition;

    MonthLine(Sentence word, String condition) {
        this(word, Part.CREDITS, Of.ENTRIES, condition);
    }

    /** @param condition of its entries, in SQL; null if its rows are no entries */
    MonthLine(Sentence word, Part part, Of rows, @Nullable String condition) {
        this.word = word;
        this.part = part;
        this.rows = rows;
        this.condition = condition;
    }

    /** Returns the name in words. */
    public Sentence word() {
        return word;
    }

    /** Returns the name in addresses and JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Part part() {
        return part;
    }

    public Of rows() {
        return rows;
    }

    /** Returns the condition of the entries that are its rows. */
    String entries() {
        return part == Part.CREDITS ? OF_ENTRY + " = '" + code() + "'" : String.valueOf(condition);
    }

    /** Returns the line of a code; null if there is none. */
    public static @Nullable MonthLine of(String code) {
        return Arrays.stream(values())
                .filter(line -> line.code().equals(code))
                .findFirst()
                .orElse(null);
    }

    public static List<MonthLine> of(Part part) {
        return Arrays.stream(values()).filter(line -> line.part == part).toList();
    }
}
