package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Holds more for a running call: as much of what is wanted as balance and windows cover, if that is at least the least; else
 * nothing (decision D46). It counts in the windows of the reservation.
 */
public final class Extend extends LedgerChange<Extend.Outcome> {

    /** What became of it. */
    public sealed interface Outcome {}

    /**
     * @param addedMicros the least to the wanted
     * @param heldMicros the whole hold now
     */
    public record Extended(long addedMicros, long heldMicros) implements Outcome {}

    /** The balance does not cover the least: the answer ends as {@code CREDITS_EXHAUSTED} (decision D32). */
    public record BalanceExhausted() implements Outcome {}

    /** A window does not cover the least: the answer ends as {@code SPEND_LIMIT} (decision D32). */
    public record WindowExhausted(SpendWindow window) implements Outcome {}

    /** The key may not be used any more, or the account is blocked: the answer ends as {@code KEY_DISABLED} (decision D54). */
    public record NotAllowed() implements Outcome {}

    /** There is nothing to extend. */
    public record AlreadyResolved(ReservationState state) implements Outcome {}

    private final String reservationId;
    private final long leastMicros;
    private final long wantedMicros;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private final boolean settles;
    private final Instant at;

    /**
     * @param leastMicros 1 to {@code wantedMicros}
     * @param limits the key's, asked when it is applied, as in {@link Reserve}
     * @param allowed asked likewise
     */
    public Extend(
            String reservationId,
            long leastMicros,
            long wantedMicros,
            Supplier<SpendLimits> limits,
            BooleanSupplier allowed,
            Instant at) {
        this(reservationId, leastMicros, wantedMicros, limits, allowed, false, at);
    }

    /** For what was used already (decision D33): the limits count, and not whether the key may still be used. */
    public static Extend atSettlement(
            String reservationId, long leastMicros, long wantedMicros, Supplier<SpendLimits> limits, Instant at) {
        return new Extend(reservationId, leastMicros, wantedMicros, limits, () -> true, true, at);
    }

    private Extend(
            String reservationId,
            long leastMicros,
            long wantedMicros,
            Supplier<SpendLimits> limits,
            BooleanSupplier allowed,
            boolean settles,
            Instant at) {
        if (leastMicros < 1 || leastMicros > wantedMicros) {
            throw new IllegalArgumentException("least " + leastMicros + " of wanted " + wantedMicros);
        }
        this.reservationId = reservationId;
        this.leastMicros = leastMicros;
        this.wantedMicros = wantedMicros;
        this.limits = limits;
        this.allowed = allowed;
        this.settles = settles;
        this.at = at;
    }

    @Override
    void need(Book book) {
        book.needReservation(reservationId);
    }

    @Override
    Outcome decideOver(Book book) throws SQLException {
        ReservationRow reservation = book.openReservation(reservationId);
        if (reservation == null) {
            ReservationState end = book.end(reservationId);
            if (end == null) {
                throw Book.missing("reservation", reservationId);
            }
            return new AlreadyResolved(end);
        }
        AccountRow account = book.accountOf(reservation);
        if (!settles && (account.isBlocked() || !allowed.getAsBoolean())) {
            return new NotAllowed();
        }
        long spendableMicros = book.spendableMicros(account);
        if (spendableMicros < leastMicros) {
            return new BalanceExhausted();
        }
        CallWindows windows = book.windowsOf(reservation);
        SpendLimits now = limits.get();
        SpendWindow full = windows.firstWithout(leastMicros, now);
        if (full != null) {
            return new WindowExhausted(full);
        }
        long addedMicros = Math.min(wantedMicros, Math.min(spendableMicros, windows.roomMicros(now)));
        book.hold(reservation, account, windows, addedMicros, at);
        return new Extended(addedMicros, reservation.heldMicros());
    }
}
