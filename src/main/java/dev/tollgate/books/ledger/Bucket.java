package dev.tollgate.books.ledger;

/** Where micro-credits lie. The sum over all buckets of all accounts is zero: {@code funding} is as negative as the rest is positive. */
public enum Bucket {
    /** The platform's: where purchased credits come from. */
    FUNDING,
    /** The customer's: can be spent now. */
    AVAILABLE,
    /** The customer's: held for running calls. */
    RESERVED,
    /** The platform's: what was charged. */
    REVENUE,
    /** The platform's: what was used but could not be covered. */
    SHORTFALL;

    /** The name in the database. */
    public String code() {
        return Codes.of(this);
    }
}
