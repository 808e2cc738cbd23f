package dev.tollgate.calls.metering;

import java.util.Locale;

/** The outcome of a call, for metrics and traces. */
public enum CallOutcome {
    COMPLETED,
    /** Ended at a maximum of tokens, the caller's or the model's. */
    CUT_LENGTH,
    /** Cut where the balance was used up. */
    CUT_CREDITS,
    /** Cut where a spend limit was reached or the key became unusable. */
    CUT_LIMIT,
    /** Cut at the time limit. */
    CUT_TIME,
    /** Cut where others needed the memory. */
    CUT_ROOM,
    /** The caller disconnected, or did not read until the upstream broke off. */
    CANCELLED,
    /** No upstream answered, or the answering upstream broke off. */
    FAILED_UPSTREAM,
    /** The store could not record the call. */
    FAILED_STORE,
    /** A fault in Tollgate. */
    FAILED_FAULT,
    /** The upstream's filter blocked the whole response. */
    BLOCKED,
    /** Ended from outside, e.g. at the end of a drain, where there was no memory for its first output or no disk for its files, or by a door that cannot show the answer. */
    STOPPED,
    /** The reservation was refused. */
    REFUSED,
    /** Another call has its idempotency key. */
    REPEATED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
