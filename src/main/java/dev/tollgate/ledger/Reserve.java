package dev.tollgate.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds credits for a call: as much of what is wanted as the balance and the key's spend windows cover, if that is at least the
 * least; else nothing at all (decision D31).
 */
public final class Reserve extends LedgerChange<ReserveOutcome> {

    private final String reservationId;
    private final String accountId;
    private final String keyId;
    private final long leastMicros;
    private final long wantedMicros;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private final Instant at;
    private boolean heldBackByWindow;

    /**
     * @param reservationId the task's id, never used before
     * @param leastMicros 0 to {@code wantedMicros}
     * @param limits the key's, asked when it is applied: what an earlier part has found them to be by then (decision D54)
     * @param allowed asked likewise: whether the key may be used
     * @param at decides in which windows the call counts (decision D47)
     */
    public Reserve(
            String reservationId,
            String accountId,
            String keyId,
            long leastMicros,
            long wantedMicros,
            Supplier<SpendLimits> limits,
            BooleanSupplier allowed,
            Instant at) {
        if (leastMicros < 0 || leastMicros > wantedMicros) {
            throw new IllegalArgumentException("least " + leastMicros + " of wanted " + wantedMicros);
        }
        this.reservationId = reservationId;
        this.accountId = accountId;
        this.keyId = keyId;
        this.leastMicros = leastMicros;
        this.wantedMicros = wantedMicros;
        this.limits = limits;
        this.allowed = allowed;
        this.at = at;
    }

    public String reservationId() {
        return reservationId;
    }

    public String accountId() {
        return accountId;
    }

    public String keyId() {
        return keyId;
    }

    public Instant at() {
        return at;
    }

    /** Once applied: whether there is a hold now. */
    public boolean reserved() {
        return outcome() instanceof ReserveOutcome.Reserved;
    }

    @Override
    public boolean writes() {
        return reserved();
    }

    /** Once applied: whether a spend window, and not the balance, is why less than the wanted is held. */
    public boolean heldBackByWindow() {
        return heldBackByWindow;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
        book.needWindows(keyId, at.toEpochMilli());
    }

    @Override
    ReserveOutcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null || account.isBlocked() || !allowed.getAsBoolean()) {
            return new ReserveOutcome.NotAllowed();
        }
        KeyWindows windows = book.windows(keyId, at.toEpochMilli());
        SpendLimits now = limits.get();
        ReserveOutcome refusal = refusal(account, windows, now, leastMicros);
        if (refusal != null) {
            return refusal;
        }
        long roomMicros = windows.roomMicros(now);
        long heldMicros = Math.min(wantedMicros, Math.min(account.balanceMicros(), roomMicros));
        if (heldMicros < wantedMicros && book.shortfallsOnDayOf(account, at) >= Ledger.SHORTFALLS_MAX) {
            refusal = refusal(account, windows, now, wantedMicros); // its calls are not shrunk any more (D33)
        }
        heldBackByWindow = roomMicros < Math.min(wantedMicros, account.balanceMicros());
        return refusal != null ? refusal : hold(book, account, windows, heldMicros);
    }

    /** Why so much cannot be held, or null. */
    private @Nullable ReserveOutcome refusal(AccountRow account, KeyWindows windows, SpendLimits now, long micros) {
        if (account.balanceMicros() < micros) {
            return new ReserveOutcome.InsufficientCredits(account.balanceMicros(), account.reservedMicros(), micros);
        }
        SpendWindow full = windows.firstWithout(micros, now);
        return full == null ? null : windows.reached(full, now, micros, at);
    }

    private ReserveOutcome hold(Book book, AccountRow account, KeyWindows windows, long micros) {
        ReservationRow hold = book.open(new ReservationRow(reservationId, accountId, keyId, at.toEpochMilli()));
        book.hold(hold, account, windows, micros, at);
        return new ReserveOutcome.Reserved(micros);
    }
}
