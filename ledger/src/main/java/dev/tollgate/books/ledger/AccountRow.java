package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An account's row while a batch works on it. Writer's thread only. */
final class AccountRow {

    final String id;
    final String name;
    final long createdAtMillis;
    final AccountFunds funds;
    private boolean blocked;
    private boolean deleted;
    private boolean fresh;
    private boolean changed;
    private long lastNumber;
    private long receipts;
    private byte @Nullable [] receiptHash;
    private long lastNumberAtMillis;
    private SpendLimits limits = SpendLimits.NONE;
    private @Nullable SpendLimits limitsToBe;
    private long budgetsVersion;
    private @Nullable Budgets budgetsToBe;
    private long freeDay;
    private long freeEnds;
    private boolean hasMoreFree;
    private long lastGrant;
    private boolean hasMoreGrants;

    /** Makes the row of a new account. */
    AccountRow(String id, String name, long createdAtMillis) {
        this.id = id;
        this.name = name;
        this.createdAtMillis = createdAtMillis;
        this.funds = new AccountFunds(new Balance(0, 0, 0, 0), 0, 0);
        this.fresh = true;
    }

    /** Makes a row of an account that never had grants. */
    AccountRow(
            Account account,
            long lastNumber,
            long lastNumberAtMillis,
            long receipts,
            byte @Nullable [] receiptHash,
            SpendLimits limits,
            long budgetsVersion,
            long freeDay,
            long freeEnds) {
        this(
                account,
                lastNumber,
                lastNumberAtMillis,
                receipts,
                receiptHash,
                limits,
                budgetsVersion,
                freeDay,
                freeEnds,
                0,
                0);
    }

    /** Makes a row from the database. */
    AccountRow(
            Account account,
            long lastNumber,
            long lastNumberAtMillis,
            long receipts,
            byte @Nullable [] receiptHash,
            SpendLimits limits,
            long budgetsVersion,
            long freeDay,
            long freeEnds,
            long grantedMicros,
            long lastGrant) {
        this.id = account.id();
        this.name = account.name();
        this.createdAtMillis = account.createdAt().toEpochMilli();
        this.blocked = account.blocked();
        this.deleted = account.deletedAt() != null;
        this.funds = new AccountFunds(account.balance(), account.sandboxMicros(), grantedMicros);
        this.lastNumber = lastNumber;
        this.lastNumberAtMillis = lastNumberAtMillis;
        this.receipts = receipts;
        this.receiptHash = receiptHash;
        this.limits = limits;
        this.budgetsVersion = budgetsVersion;
        this.freeDay = freeDay;
        this.freeEnds = freeEnds;
        this.lastGrant = lastGrant;
    }

    /** Returns the limits of the account's calls in this batch; a change takes effect from the next batch on. */
    SpendLimits limits() {
        return limits;
    }

    /** Returns the limits after the batch. */
    SpendLimits limitsToBe() {
        return limitsToBe == null ? limits : limitsToBe;
    }

    boolean hasNewLimits() {
        return limitsToBe != null;
    }

    /** Returns whether its windows are counted after this batch and were not before. */
    boolean isLimitedFromNowOn() {
        return limits.unlimited() && !limitsToBe().unlimited();
    }

    boolean isUnlimitedFromNowOn() {
        return !limits.unlimited() && limitsToBe().unlimited();
    }

    /** Sets the limits after this batch: windows may be missing in this one. */
    void setLimits(SpendLimits limits) {
        limitsToBe = limits;
    }

    /** Returns the version of the budgets of the account's calls in this batch; 0 if there never was one. */
    long budgetsVersion() {
        return budgetsVersion;
    }

    /** Returns the budgets after this batch, if they change. */
    @Nullable
    Budgets budgetsToBe() {
        return budgetsToBe;
    }

    /** Sets the budgets after this batch. */
    void setBudgets(Budgets budgets) {
        budgetsToBe = budgets;
    }

    boolean isBlocked() {
        return blocked;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** Deletes the account for good. The change that erases its other data stores the time. */
    void delete() {
        deleted = true;
        setBlocked(true);
    }

    /** Returns whether the row has to be inserted. */
    boolean isFresh() {
        return fresh;
    }

    boolean isChanged() {
        return changed;
    }

    /** Debits sandbox credits that leave or are used. @return their amount, at most what there is */
    long takeSandbox(long micros) {
        long taken = funds.takeSandbox(micros);
        changed |= taken > 0;
        return taken;
    }

    void setSandboxMicros(long micros) {
        funds.setSandboxMicros(micros);
        changed = true;
    }

    /** Returns the number of the account's receipts. */
    long receipts() {
        return receipts;
    }

    /** Returns the hash of the latest receipt; null before the first. */
    byte @Nullable [] receiptHash() {
        return receiptHash;
    }

    /** Adds a receipt to the chain. @param hash not changed after the call */
    void receipted(byte[] hash) {
        receipts++;
        receiptHash = hash;
        changed = true;
    }

    /** Returns the free answers of a day (E72). @param day its first millisecond */
    long freeEnds(long day) {
        return day <= freeDay ? freeEnds : 0;
    }

    long freeEnds() {
        return freeEnds;
    }

    long freeDay() {
        return freeDay;
    }

    /** Counts free answers. A clock that has gone back counts for the later day. */
    void endsFree(long day, long answers) {
        freeEnds = freeEnds(day) + answers;
        freeDay = Math.max(day, freeDay);
        hasMoreFree = true;
    }

    boolean hasMoreFree() {
        return hasMoreFree;
    }

    /** Returns the number of a new grant. */
    long grant() {
        hasMoreGrants = true;
        return ++lastGrant;
    }

    /** Returns the number of the newest grant; 0 if there never was one. */
    long lastGrant() {
        return lastGrant;
    }

    boolean hasMoreGrants() {
        return hasMoreGrants;
    }

    /** Changes what is left in grants. Before credits leave them, and after credits have reached them: the rest are general credits at any instant. */
    void addGranted(long micros) {
        funds.addGranted(micros);
        changed = true;
    }

    long lastNumber() {
        return lastNumber;
    }

    /** Returns the time of the latest number; 0 if there is none. */
    long lastNumberAtMillis() {
        return lastNumberAtMillis;
    }

    /** Returns the time for a number: the given time, or the time of the latest number if the clock has gone back. */
    Instant stamp(Instant at) {
        return at.toEpochMilli() < lastNumberAtMillis ? Instant.ofEpochMilli(lastNumberAtMillis) : at;
    }

    void setBlocked(boolean blocked) {
        this.blocked = blocked;
        changed = true;
    }

    /** Moves credits between the balance and the holds of running calls, which takes no number. */
    void move(Bucket from, Bucket to, long micros) {
        funds.move(from, to, micros);
        changed = true;
    }

    /** Returns the number of a call that ends, or of an entry. @param at its time, from {@link #stamp} */
    long number(Instant at) {
        lastNumberAtMillis = at.toEpochMilli();
        changed = true;
        return ++lastNumber;
    }

    /** Notes that the row was written. */
    void written() {
        fresh = false;
        changed = false;
        hasMoreFree = false;
        hasMoreGrants = false;
        limits = limitsToBe();
        limitsToBe = null;
        if (budgetsToBe != null) {
            budgetsVersion++;
            budgetsToBe = null;
        }
    }
}
