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
    PAYMENTS(sentence("Bought with payments"), "e.origin = 'payment'"),
    /** Credits of payments without money, less those that were taken back. */
    TEST_PAYMENTS(
            sentence("Test payments"), "e.origin = 'test_payment' OR e.kind = 'reversal' AND p.channel <> 'stripe'"),
    VOUCHERS(sentence("Redeemed vouchers"), "e.origin = 'voucher'"),
    SANDBOX_CREDITS(sentence("Sandbox credits given"), "e.kind = 'top_up' AND e.sandbox_micros > 0"),
    START_CREDITS(sentence("Start credits"), "e.origin = 'start'"),
    PLANS(sentence("Credits of plans"), "e.origin = 'plan'"),
    GRANTS(sentence("Gifts"), "e.kind = 'top_up'"),
    USED(sentence("Used by calls"), Part.CREDITS, Of.CUSTOMERS, null),
    REFUNDED_CALLS(sentence("Refunds of calls"), "e.kind = 'refund'"),
    TAKEN_BACK(sentence("Refunds and disputes of payments"), "e.kind = 'reversal'"),
    EXPIRED(sentence("Expired grants"), "e.origin = 'expiry'"),
    GAINED(sentence("Gained by corrections"), "e.kind = 'adjustment' AND e.amount_micros > 0"),
    DELETED_ACCOUNTS(sentence("Lost with deleted accounts"), "e.origin = 'deletion'"),
    LOST(sentence("Lost by corrections"), "e.kind = 'adjustment'"),
    /** The balances of all accounts after the month, holds included. */
    HELD(sentence("Held by customers at the end"), Part.CLOSING, Of.CUSTOMERS, null),
    PAID_BY_PLANS(sentence("Calls paid by plans"), Part.PAID, Of.CUSTOMERS, "g.kind = 'plan'"),
    PAID_BY_VOUCHERS(sentence("Calls paid by vouchers"), Part.PAID, Of.CUSTOMERS, "g.kind = 'voucher'"),
    PAID_BY_GIFTS(sentence("Calls paid by gifts and start credits"), Part.PAID, Of.CUSTOMERS, "g.kind = 'gift'"),
    /** The part that grants of kind refund paid, which got the refunds of calls whose grants had ended. */
    PAID_BY_REFUNDS(sentence("Calls paid by refunds"), Part.PAID, Of.CUSTOMERS, "g.kind = 'refund'"),
    /** The part that no grant paid. */
    PAID_BY_GENERAL(sentence("Calls paid by general credits"), Part.PAID, Of.CUSTOMERS, null),
    SHORTFALLS(sentence("Usage that nothing covered"), Part.LOSS, Of.CALLS, null),
    MISSING(sentence("Taken back, but spent already"), Part.LOSS, Of.ENTRIES, "e.missing_micros <> 0"),
    UPSTREAM_COST(sentence("Upstream cost"), Part.LOSS, Of.CHANNELS, null);

    /** The place of a line. */
    public enum Part {
        /** A change of what customers hold. */
        CREDITS,
        /** The balance that the changes lead to. */
        CLOSING,
        /** A part of {@link #USED}, by what paid it. */
        PAID,
        /** A cost or a loss of the operator, next to the credits of customers. */
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
    static final String OF_ENTRY = among(Part.CREDITS);

    /** The line of what a grant {@code g} has paid. */
    static final String OF_GRANT = among(Part.PAID);

    private final Sentence word;
    private final Part part;
    private final Of rows;
    private final @Nullable String condition;

    MonthLine(Sentence word, String condition) {
        this(word, Part.CREDITS, Of.ENTRIES, condition);
    }

    /** @param condition of its entries, or of the grants that paid, in SQL; null if its rows are neither */
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

    /** Returns the condition of the entries that are its rows, or of the grants that paid. */
    String condition() {
        return part == Part.CREDITS ? OF_ENTRY + " = '" + code() + "'" : String.valueOf(condition);
    }

    private static String among(Part part) {
        return Arrays.stream(values())
                .filter(line -> line.part == part && line.condition != null)
                .map(line -> "WHEN " + line.condition + " THEN '" + line.code() + "'")
                .collect(Collectors.joining(" ", "CASE ", " END"));
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
