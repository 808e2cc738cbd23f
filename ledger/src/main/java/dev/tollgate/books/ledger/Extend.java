package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Extends the hold of a running call by as much of the wanted amount as balance and windows cover, if they cover the least amount; otherwise
 * by nothing (decision D46). The extension counts in the windows of the reservation.
 */
public final class Extend extends LedgerChange<Extend.Outcome> {

    /** The outcome. */
    public sealed interface Outcome {}

    /**
     * @param addedMicros from the least to the wanted amount
     * @param heldMicros the whole hold now
     */
    public record Extended(long addedMicros, long heldMicros) implements Outcome {}

    /** The balance does not cover the least amount: the response ends as {@code CREDITS_EXHAUSTED} (decision D32). */
    public record BalanceExhausted() implements Outcome {}

    /** A window does not cover the least amount: the response ends as {@code SPEND_LIMIT} (decision D32). */
    public record WindowExhausted(SpendWindow window) implements Outcome {}

    /** The key is disabled, its team is paused, or the account is blocked: the response ends as {@code KEY_DISABLED} (decision D54). */
    public record NotAllowed() implements Outcome {}

    /** The reservation has ended. */
    public record AlreadyResolved(ReservationState state) implements Outcome {}

    private final String reservationId;
    private final long leastMicros;
    private final long wantedMicros;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private final boolean settles;
    private final Instant at;
    private ReserveOutcome.@Nullable SpendLimitReached stoppedBy;

    /**
     * @param leastMicros 1 to {@code wantedMicros}
     * @param limits the key's limits, evaluated when the change is applied, as in {@link Reserve}
     * @param allowed whether the key may be used, evaluated when the change is applied
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

    /** Makes an extension for past usage (decision D33): limits apply, but the key may be disabled. */
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

    /** Returns the window of a {@link WindowExhausted}, else null. Once applied. */
    public ReserveOutcome.@Nullable SpendLimitReached stoppedBy() {
        return stoppedBy;
    }

    @Override
    void need(Book book) {
        book.needReservation(reservationId);
    }

    @Override
    Outcome decideOver(Book book) throws SQLException {
        stoppedBy = null;
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
        long roomMicros = book.roomMicros(account, reservation.hold(), reservation, wantedMicros, at);
        if (roomMicros < leastMicros) {
            return new BalanceExhausted();
        }
        CallWindows windows = book.windows(account, reservation.hold(), limits.get());
        ReserveOutcome.SpendLimitReached full = windows.refusal(leastMicros, at);
        if (full != null) {
            stoppedBy = full;
            return new WindowExhausted(full.window());
        }
        long addedMicros = Math.min(wantedMicros, Math.min(roomMicros, windows.roomMicros()));
        book.extend(reservation, account, windows, addedMicros, at);
        return new Extended(addedMicros, reservation.heldMicros());
    }
}
