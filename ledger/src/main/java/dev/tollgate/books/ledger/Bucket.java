package dev.tollgate.books.ledger;

import java.util.Locale;

/** A place of micro-credits. The sum over all buckets of all accounts is zero: {@code funding} is as negative as the rest is positive. */
public enum Bucket {
    /** The platform's: the source of purchased credits. */
    FUNDING,
    /** The customer's: available credits. */
    AVAILABLE,
    /** The customer's: held for running calls. */
    RESERVED,
    /** The platform's: charges. */
    REVENUE,
    /** The platform's: usage that no hold and no balance covered. */
    SHORTFALL;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name in the database. */
    public String code() {
        return code;
    }
}
