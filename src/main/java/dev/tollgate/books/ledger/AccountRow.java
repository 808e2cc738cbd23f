package dev.tollgate.books.ledger;

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
    private long lastSequence;
    private long lastEntryAtMillis;
    private SpendLimits limits = SpendLimits.NONE;
    private @Nullable SpendLimits limitsToBe;

    /** A new account. */
    AccountRow(String id, String name, long createdAtMillis) {
        this.id = id;
        this.name = name;
        this.createdAtMillis = createdAtMillis;
        this.funds = new AccountFunds(new Balance(0, 0, 0, 0), 0);
        this.fresh = true;
    }

    /** One that is in the database. */
    AccountRow(Account account, long lastSequence, long lastEntryAtMillis, SpendLimits limits) {
        this.id = account.id();
        this.name = account.name();
        this.createdAtMillis = account.createdAt().toEpochMilli();
        this.blocked = account.blocked();
        this.deleted = account.deletedAt() != null;
        this.funds = new AccountFunds(account.balance(), account.sandboxMicros());
        this.lastSequence = lastSequence;
        this.lastEntryAtMillis = lastEntryAtMillis;
        this.limits = limits;
    }

    /** What the account's calls may spend together, in this batch; a change holds from the next. */
    SpendLimits limits() {
        return limits;
    }

    /** What is in force when the batch is committed. */
    SpendLimits limitsToBe() {
        return limitsToBe == null ? limits : limitsToBe;
    }

    boolean hasNewLimits() {
        return limitsToBe != null;
    }

    /** Whether its windows are counted from now on and were not. */
    boolean isLimitedFromNowOn() {
        return limits.unlimited() && !limitsToBe().unlimited();
    }

    boolean isUnlimitedFromNowOn() {
        return !limits.unlimited() && limitsToBe().unlimited();
    }

    /** Not for what is decided in this batch: its windows may not be there yet. */
    void setLimits(SpendLimits limits) {
        limitsToBe = limits;
    }

    boolean isBlocked() {
        return blocked;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** For good. That it is so is written by what erases the rest of it. */
    void delete() {
        deleted = true;
        setBlocked(true);
    }

    /** Whether it is to be inserted. */
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

    long lastSequence() {
        return lastSequence;
    }

    /** When the latest entry is from; 0 where there is none. */
    long lastEntryAtMillis() {
        return lastEntryAtMillis;
    }

    /** When something is entered that happens at this time: a clock that has gone back must not put it before what is entered already. */
    Instant stamp(Instant at) {
        return at.toEpochMilli() < lastEntryAtMillis ? Instant.ofEpochMilli(lastEntryAtMillis) : at;
    }

    void setBlocked(boolean blocked) {
        this.blocked = blocked;
        changed = true;
    }

    /** Moves the money as the entry says. @param at its stamp @return the entry's sequence */
    long move(Bucket from, Bucket to, long micros, Instant at) {
        funds.move(from, to, micros);
        lastEntryAtMillis = at.toEpochMilli();
        changed = true;
        return ++lastSequence;
    }

    /** The database has it as it is now. */
    void written() {
        fresh = false;
        changed = false;
        limits = limitsToBe();
        limitsToBe = null;
    }
}
