package dev.tollgate.books.grants;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A row of {@code credit_grant} while a batch works on it. Writer's thread only. */
public final class GrantRow {

    /** The order of payment: what expires first; then grants with models before those without; then the lower number. */
    public static final Comparator<GrantRow> IN_ORDER = Comparator.comparingLong(GrantRow::expiresAtMillis)
            .thenComparing(row -> row.models.isEmpty())
            .thenComparing(row -> row.number);

    public final String accountId;
    public final long number;
    public final CreditGrant.Kind kind;
    public final String models;
    public final long createdAtMillis;
    public final long startsAtMillis;
    public final String limits;
    public final boolean isOfSandbox;
    public final long entryNumber;
    private long creditsMicros;
    private long leftMicros;
    private @Nullable Long expiresAtMillis;
    private @Nullable Long endedAtMillis;
    private long lapsedMicros;
    private long lapses;
    private String used;
    private boolean fresh;
    private boolean changed;

    /** The columns that never change. @param entryNumber the entry that gave the credits */
    public record Origin(
            String accountId,
            long number,
            CreditGrant.Kind kind,
            String models,
            long createdAtMillis,
            long startsAtMillis,
            String limits,
            boolean isOfSandbox,
            long entryNumber) {}

    /** Makes the row of a new grant. @param expiresAtMillis null: never */
    public GrantRow(Origin origin, long creditsMicros, @Nullable Long expiresAtMillis) {
        this(origin, creditsMicros, creditsMicros, expiresAtMillis, 0, 0, "");
        fresh = true;
    }

    /** Makes the row of a live grant from the database. */
    GrantRow(
            Origin origin,
            long creditsMicros,
            long leftMicros,
            @Nullable Long expiresAtMillis,
            long lapsedMicros,
            long lapses,
            String used) {
        this.accountId = origin.accountId;
        this.number = origin.number;
        this.kind = origin.kind;
        this.models = origin.models;
        this.createdAtMillis = origin.createdAtMillis;
        this.startsAtMillis = origin.startsAtMillis;
        this.limits = origin.limits;
        this.isOfSandbox = origin.isOfSandbox;
        this.entryNumber = origin.entryNumber;
        this.creditsMicros = creditsMicros;
        this.leftMicros = leftMicros;
        this.expiresAtMillis = expiresAtMillis;
        this.lapsedMicros = lapsedMicros;
        this.lapses = lapses;
        this.used = used;
    }

    public long creditsMicros() {
        return creditsMicros;
    }

    public long leftMicros() {
        return leftMicros;
    }

    /** Returns {@link Long#MAX_VALUE} if it never expires. */
    public long expiresAtMillis() {
        return expiresAtMillis == null ? Long.MAX_VALUE : expiresAtMillis;
    }

    @Nullable
    Long expiry() {
        return expiresAtMillis;
    }

    public boolean hasExpired(long atMillis) {
        return expiresAtMillis() <= atMillis;
    }

    public boolean isLive() {
        return endedAtMillis == null;
    }

    @Nullable
    Long endedAtMillis() {
        return endedAtMillis;
    }

    long lapsedMicros() {
        return lapsedMicros;
    }

    public long lapses() {
        return lapses;
    }

    public String used() {
        return used;
    }

    boolean isFresh() {
        return fresh;
    }

    boolean isChanged() {
        return changed;
    }

    /** Changes what is left. @param micros negative if credits leave */
    public void add(long micros) {
        long left = Math.addExact(leftMicros, micros);
        if (left < 0 || !isLive()) {
            throw new IllegalStateException(
                    "grant " + number + " of " + accountId + " has " + leftMicros + ", and " + micros + " were added");
        }
        leftMicros = left;
        changed = true;
    }

    /** Adds credits that were given later. */
    public void give(long micros) {
        add(micros);
        creditsMicros = Math.addExact(creditsMicros, micros);
    }

    /** Counts credits that leave because the grant has expired. */
    public void lapse(long micros) {
        add(-micros);
        lapsedMicros = Math.addExact(lapsedMicros, micros);
        lapses++;
    }

    public void used(String text) {
        used = text;
        changed = true;
    }

    public void expireAt(long millis) {
        expiresAtMillis = millis;
        changed = true;
    }

    /** Ends a grant with nothing left. */
    public void end(long atMillis) {
        if (leftMicros > 0) {
            throw new IllegalStateException("grant " + number + " of " + accountId + " ends with " + leftMicros);
        }
        endedAtMillis = atMillis;
        changed = true;
    }

    /** Notes that the row was written. */
    public void written() {
        fresh = false;
        changed = false;
    }
}
