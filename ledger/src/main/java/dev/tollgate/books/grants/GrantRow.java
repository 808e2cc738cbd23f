package dev.tollgate.books.grants;

import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.grants.GrantLimits.Used;
import dev.tollgate.models.prices.ModelPatterns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A row of {@code credit_grant} while a batch works on it, or while its account is looked at. One thread. */
public final class GrantRow {

    public static final Comparator<GrantRow> IN_ORDER =
            inOrder(GrantRow::expiresAtMillis, row -> row.models.areEvery(), row -> row.number);

    public final String accountId;
    public final long number;
    public final CreditGrant.Kind kind;
    public final ModelPatterns models;
    public final long createdAtMillis;
    public final long startsAtMillis;
    public final GrantLimits limits;
    private boolean isOfSandbox;
    public final long entryNumber;
    final @Nullable Long firstExpiryMillis;
    private long creditsMicros;
    private long leftMicros;
    private @Nullable Long expiresAtMillis;
    private @Nullable Long endedAtMillis;
    private long lapsedMicros;
    private long lapses;
    private Used used;
    private boolean fresh;
    private boolean changed;

    /** The columns that never change. @param entryNumber the entry that gave the credits @param firstExpiryMillis as they were given; null: never */
    public record Origin(
            String accountId,
            long number,
            CreditGrant.Kind kind,
            ModelPatterns models,
            long createdAtMillis,
            long startsAtMillis,
            GrantLimits limits,
            boolean isOfSandbox,
            long entryNumber,
            @Nullable Long firstExpiryMillis) {}

    /** Makes the row of a new grant. */
    public GrantRow(Origin origin, long creditsMicros) {
        this(origin, creditsMicros, creditsMicros, origin.firstExpiryMillis, 0, 0, Used.NOTHING);
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
            Used used) {
        this.accountId = origin.accountId;
        this.number = origin.number;
        this.kind = origin.kind;
        this.models = origin.models;
        this.createdAtMillis = origin.createdAtMillis;
        this.startsAtMillis = origin.startsAtMillis;
        this.limits = origin.limits;
        this.isOfSandbox = origin.isOfSandbox;
        this.entryNumber = origin.entryNumber;
        this.firstExpiryMillis = origin.firstExpiryMillis;
        this.creditsMicros = creditsMicros;
        this.leftMicros = leftMicros;
        this.expiresAtMillis = expiresAtMillis;
        this.lapsedMicros = lapsedMicros;
        this.lapses = lapses;
        this.used = used;
    }

    /** Returns the order of payment: what expires first; then grants with models before those without; then the lower number. */
    static <G> Comparator<G> inOrder(
            ToLongFunction<G> expiresAtMillis, Predicate<G> isForAllModels, ToLongFunction<G> number) {
        return Comparator.comparingLong(expiresAtMillis)
                .thenComparing(isForAllModels::test)
                .thenComparingLong(number);
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

    /** Returns whether the credits were given under these terms. An expiry that was moved since makes no difference. */
    public boolean wasGivenUnder(GrantTerms terms) {
        Instant startsAt = terms.startsAt();
        Instant expiresAt = terms.expiresAt();
        return kind == terms.kind()
                && models.equals(terms.models())
                && limits.equals(terms.limits())
                && startsAtMillis == (startsAt == null ? createdAtMillis : startsAt.toEpochMilli())
                && Objects.equals(firstExpiryMillis, expiresAt == null ? null : Long.valueOf(expiresAt.toEpochMilli()));
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

    public boolean isOfSandbox() {
        return isOfSandbox;
    }

    /** Lets the grant pay for all responses. */
    public void unmark() {
        isOfSandbox = false;
        changed = true;
    }

    long lapsedMicros() {
        return lapsedMicros;
    }

    public long lapses() {
        return lapses;
    }

    Used used() {
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

    /** Returns what it can give at a time: what is left, at most what its limits leave then. */
    long capacityMicros(long atMillis) {
        return Math.min(leftMicros, limits.leavesMicros(used, startsAtMillis, atMillis));
    }

    /** Returns why it does not give a call all that is left; null if it does. */
    @Nullable
    WithheldGrant withheld(String model, long atMillis) {
        if (!models.cover(model)) {
            return withheld(new WithheldGrant.OtherModels(models));
        }
        if (startsAtMillis > atMillis) {
            return withheld(new WithheldGrant.NotStarted(Instant.ofEpochMilli(startsAtMillis)));
        }
        List<WithheldGrant> limited = limited(atMillis);
        return limited.isEmpty() ? null : limited.getFirst();
    }

    /** Returns each limit that leaves less than is left. */
    List<WithheldGrant> limited(long atMillis) {
        List<WithheldGrant> found = new ArrayList<>(limits.all().size());
        for (int i = 0; i < limits.all().size(); i++) {
            Limit limit = limits.all().get(i);
            long usedMicros = limits.usedMicros(i, used, startsAtMillis, atMillis);
            if (limit.micros() - usedMicros < leftMicros) {
                long endMillis = limits.endMillis(i, used, startsAtMillis, atMillis);
                found.add(withheld(new WithheldGrant.Limited(limit, usedMicros, Instant.ofEpochMilli(endMillis))));
            }
        }
        return found;
    }

    private WithheldGrant withheld(WithheldGrant.Reason reason) {
        return new WithheldGrant(
                number, creditsMicros, expiresAtMillis == null ? null : Instant.ofEpochMilli(expiresAtMillis), reason);
    }

    /** Counts an amount in the windows of a time; 0 if a hold was decided by them, which must not turn back. */
    void use(long atMillis, long micros) {
        Used next = limits.with(used, startsAtMillis, atMillis, micros);
        changed |= !next.equals(used);
        used = next;
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
