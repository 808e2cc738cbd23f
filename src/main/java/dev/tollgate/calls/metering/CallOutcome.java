package dev.tollgate.calls.metering;

import java.util.Locale;

/** What has become of a call, for who watches. */
public enum CallOutcome {
    COMPLETED,
    /** Ended at a maximum of tokens, the caller's or the model's. */
    CUT_LENGTH,
    /** Ended where the balance did. */
    CUT_CREDITS,
    /** Ended where a spend limit did, or its key. */
    CUT_LIMIT,
    /** Ended for it took too long. */
    CUT_TIME,
    /** Its caller has left, or did not read until the upstream broke off. */
    CANCELLED,
    /** No upstream answered, or the one that did broke off. */
    FAILED_UPSTREAM,
    /** It could not be recorded. */
    FAILED_STORE,
    /** A fault of ours. */
    FAILED_FAULT,
    /** The upstream's filter left nothing of it. */
    BLOCKED,
    /** Ended from outside, e.g. at the end of a drain. */
    STOPPED,
    /** Nothing was held for it. */
    REFUSED,
    /** Another call has its idempotency key. */
    REPEATED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
