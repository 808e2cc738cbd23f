package dev.tollgate.http.limits;

import java.util.HashMap;
import java.util.Map;

/**
 * Something that there is only so much of, shared as it is wanted: an account may have as much as is left for the others. Alone it gets
 * half; with n others that take all they can, each gets an equal part of n + 2, and the same amount stays free for the next account. Holds only accounts
 * that have some. Thread-safe.
 */
public final class Shares {

    private final long max;
    private final Map<String, Long> byAccount = new HashMap<>();
    private long taken;

    public Shares(long max) {
        this.max = max;
    }

    /** Returns whether the account may have so much more; then {@link #give} must follow. */
    public synchronized boolean take(String accountId, long amount) {
        long its = byAccount.getOrDefault(accountId, 0L) + amount;
        if (its > max - taken - amount) {
            return false;
        }
        byAccount.put(accountId, its);
        taken += amount;
        return true;
    }

    /** @param amount at most what the account has */
    public synchronized void give(String accountId, long amount) {
        if (amount == 0) {
            return;
        }
        long its = byAccount.getOrDefault(accountId, 0L) - amount;
        if (its < 0) {
            throw new IllegalStateException("more is given back than was taken");
        }
        taken -= amount;
        if (its == 0) {
            byAccount.remove(accountId);
        } else {
            byAccount.put(accountId, its);
        }
    }

    /** Returns the amount that all accounts have taken. */
    public synchronized long taken() {
        return taken;
    }
}
