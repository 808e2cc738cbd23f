package dev.tollgate.base.memory;

import dev.tollgate.base.memory.MemoryBudget.Party;
import org.jspecify.annotations.Nullable;

/**
 * A request's share of the {@link MemoryBudget}. Code that keeps charged data retains the lease; the last release returns
 * everything. Thread-safe.
 */
public final class Lease {

    /** Counts nothing: for what we make ourselves. */
    public static final Lease FREE = new Lease();

    private final @Nullable MemoryBudget budget;
    private final @Nullable Party account;
    private @Nullable Party address;
    private boolean isLarge;
    private long taken;
    private int holders = 1;

    private Lease() {
        this.budget = null;
        this.account = null;
    }

    Lease(MemoryBudget budget, @Nullable Party account, @Nullable Party address, boolean isLarge) {
        this.budget = budget;
        this.account = account;
        this.address = address;
        this.isLarge = isLarge;
    }

    /**
     * Takes more memory. Does nothing after the last release, when the remaining work is about to be cancelled.
     *
     * @throws dev.tollgate.base.error.ApiException 413 if the amount can never fit, 503 if it does not fit at the moment; nothing is taken then
     */
    public synchronized void take(long bytes) {
        if (budget == null || holders == 0) {
            return;
        }
        if (taken + bytes > budget.shareBytesMax(isLarge)) {
            throw budget.tooLarge(isLarge).asException();
        }
        if (!budget.take(bytes, taken, isLarge, account, address)) {
            throw MemoryBudget.busy().asException();
        }
        taken += bytes;
    }

    /** Gives back some of what was taken. */
    public synchronized void give(long bytes) {
        if (budget != null && holders > 0) {
            budget.give(bytes, isLarge, account, address);
            taken -= bytes;
        }
    }

    /** Gives back all of it, and stays open. */
    public synchronized void giveAll() {
        give(taken);
    }

    /**
     * The request is large after all.
     *
     * @throws dev.tollgate.base.error.ApiException 503 where there is no room for it among the large ones; it stays small then
     */
    public synchronized void becomeLarge() {
        if (budget == null || holders == 0 || isLarge) {
            return;
        }
        if (!budget.take(taken, 0, true, account, address)) {
            throw MemoryBudget.busy().asException();
        }
        budget.give(taken, false, account, address);
        isLarge = true;
    }

    /** The request is here, whole, and is being read: how slowly it came is of no more concern, so that its address is no longer charged. */
    public synchronized void beingRead() {
        if (address != null && holders > 0) {
            MemoryBudget.beingRead(taken, isLarge, account, address);
            address.leave();
            address = null;
        }
    }

    /** Retains the lease for another holder. */
    public synchronized Lease retain() {
        if (budget != null && holders > 0) {
            holders++;
        }
        return this;
    }

    /** A holder lets go. */
    public synchronized void release() {
        if (budget == null || holders == 0) {
            return;
        }
        if (holders == 1) {
            beingRead();
            giveAll();
            if (account != null) {
                account.leave();
            }
        }
        holders--;
    }
}
