package dev.tollgate.keys;

import dev.tollgate.http.limits.Quotas;

/**
 * The reads of stored files by one request: each begun 8 MiB is one more of the account's counts of a minute, until a call has a hold and so pays for it (E44). Thread-safe.
 */
public final class FreeReads {

    private static final long COUNTED_BYTES = 8L << 20;

    private final Quotas quotas;
    private final String accountId;
    private int counted;
    private boolean isPaid;

    public FreeReads(Quotas quotas, String accountId) {
        this.quotas = quotas;
        this.accountId = accountId;
    }

    /** Counts bytes that are about to be read. @throws dev.tollgate.base.error.ApiException 429 above the account's limit */
    public synchronized void count(long bytes) {
        if (isPaid || bytes == 0) {
            return;
        }
        int more = Math.toIntExact(Math.ceilDiv(bytes, COUNTED_BYTES));
        Quotas.OverLimit refused = quotas.arrive(RequestCount.freeWork(accountId), more);
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
        counted += more;
    }

    /** Takes back what was counted, and counts nothing any more. */
    public synchronized void paid() {
        isPaid = true;
        if (counted > 0) {
            quotas.takeBack(RequestCount.freeWork(accountId), counted);
            counted = 0;
        }
    }
}
