package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds credits for a call: as much of the wanted amount as the balance and the spend windows of its owners cover, if they cover the
 * least amount; otherwise nothing (decision D31).
 */
public final class Reserve extends LedgerChange<ReserveOutcome> {

    private final OpenHold hold;
    private final long leastMicros;
    private final long wantedMicros;
    private final long strictMicros;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private ReserveOutcome.@Nullable SpendLimitReached heldBackBy;

    /** Creates a reservation of a call that costs no more than the wanted amount, as far as it can be held for. */
    public Reserve(
            OpenHold hold, long leastMicros, long wantedMicros, Supplier<SpendLimits> limits, BooleanSupplier allowed) {
        this(hold, leastMicros, wantedMicros, wantedMicros, limits, allowed);
    }

    /**
     * @param leastMicros 0 to {@code wantedMicros}
     * @param strictMicros the amount that an account with too many shortfalls must hold (D33), at least {@code wantedMicros}
     * @param limits the key's limits, evaluated when the change is applied, after an earlier part has read them (decision D54)
     * @param allowed whether the key may be used, evaluated when the change is applied
     */
    public Reserve(
            OpenHold hold,
            long leastMicros,
            long wantedMicros,
            long strictMicros,
            Supplier<SpendLimits> limits,
            BooleanSupplier allowed) {
        if (strictMicros < wantedMicros || leastMicros < 0 || leastMicros > wantedMicros) {
            throw new IllegalArgumentException("least " + leastMicros + " of wanted " + wantedMicros);
        }
        this.hold = hold;
        this.leastMicros = leastMicros;
        this.wantedMicros = wantedMicros;
        this.strictMicros = strictMicros;
        this.limits = limits;
        this.allowed = allowed;
    }

    public String reservationId() {
        return hold.id();
    }

    public String accountId() {
        return hold.accountId();
    }

    public String keyId() {
        return hold.keyId();
    }

    public Instant at() {
        return hold.createdAt();
    }

    /** Returns whether there is a hold. Once applied. */
    public boolean reserved() {
        return outcome() instanceof ReserveOutcome.Reserved;
    }

    @Override
    public boolean writes() {
        return reserved();
    }

    /** Returns the window that reduced the hold and has no room left; null if the balance did, or nothing. Once applied. */
    public ReserveOutcome.@Nullable SpendLimitReached heldBackBy() {
        return heldBackBy;
    }

    @Override
    void need(Book book) {
        book.needAccount(hold.accountId());
        book.needWindows(hold);
    }

    /** Returns whether these rows suffice for the decision: they cover the whole amount. Otherwise the day's shortfalls may have to be counted. */
    boolean isKnown(RememberedRows kept) {
        AccountRow account = kept.account(hold.accountId());
        if (account == null || strictMicros > wantedMicros || kept.spendableMicros(account) < wantedMicros) {
            return false;
        }
        CallWindows windows = kept.windows(account, hold, limits.get());
        return windows != null && windows.roomMicros() >= wantedMicros;
    }

    @Override
    ReserveOutcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(hold.accountId());
        if (account == null || account.isBlocked() || !allowed.getAsBoolean()) {
            return new ReserveOutcome.NotAllowed();
        }
        CallWindows windows = book.windows(account, hold, limits.get());
        ReserveOutcome refusal = refusal(book, account, windows, leastMicros);
        if (refusal != null) {
            return refusal;
        }
        long roomMicros = windows.roomMicros();
        long spendableMicros = book.spendableMicros(account);
        long heldMicros = Math.min(wantedMicros, Math.min(spendableMicros, roomMicros));
        if (heldMicros < strictMicros
                && book.journal().shortfallsOnDayOf(account, hold.createdAt()) >= Ledger.SHORTFALLS_MAX) {
            // an account with too many shortfalls gets no smaller hold (D33)
            refusal = refusal(book, account, windows, strictMicros);
            heldMicros = strictMicros;
        }
        ReserveOutcome outcome = refusal != null ? refusal : hold(book, account, windows, heldMicros);
        boolean isHeldBack = roomMicros < Math.min(wantedMicros, spendableMicros);
        heldBackBy = isHeldBack ? windows.refusal(1, hold.createdAt()) : null;
        return outcome;
    }

    /** Returns why an amount cannot be held, or null. */
    private @Nullable ReserveOutcome refusal(Book book, AccountRow account, CallWindows windows, long micros) {
        long spendableMicros = book.spendableMicros(account);
        if (spendableMicros < micros) {
            return new ReserveOutcome.InsufficientCredits(
                    spendableMicros,
                    account.funds.reservedMicros(),
                    micros,
                    account.funds.balanceMicros() - spendableMicros);
        }
        return windows.refusal(micros, hold.createdAt());
    }

    private ReserveOutcome hold(Book book, AccountRow account, CallWindows windows, long micros) {
        book.hold(book.open(new ReservationRow(hold)), account, windows, micros, hold.createdAt());
        return new ReserveOutcome.Reserved(micros);
    }

    /**
     * Asks whether a hold is in the books; once committed, the hold is durable. For a call that has to continue while its hold is decided
     * but not yet written.
     */
    public static final class Confirm extends LedgerChange<Boolean> {

        private final String reservationId;

        public Confirm(String reservationId) {
            this.reservationId = reservationId;
        }

        @Override
        void need(Book book) {
            book.needReservation(reservationId);
        }

        @Override
        Boolean decideOver(Book book) {
            return book.openReservation(reservationId) != null;
        }
    }
}
