package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds credits for a call: as much of what is wanted as the balance and the spend windows of key and account cover, if that is at least the
 * least; else nothing at all (decision D31).
 */
public final class Reserve extends LedgerChange<ReserveOutcome> {

    private final OpenHold hold;
    private final long leastMicros;
    private final long wantedMicros;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private boolean heldBackByWindow;

    /**
     * @param leastMicros 0 to {@code wantedMicros}
     * @param limits the key's, asked when it is applied: what an earlier part has found them to be by then (decision D54)
     * @param allowed asked likewise: whether the key may be used
     */
    public Reserve(
            OpenHold hold, long leastMicros, long wantedMicros, Supplier<SpendLimits> limits, BooleanSupplier allowed) {
        if (leastMicros < 0 || leastMicros > wantedMicros) {
            throw new IllegalArgumentException("least " + leastMicros + " of wanted " + wantedMicros);
        }
        this.hold = hold;
        this.leastMicros = leastMicros;
        this.wantedMicros = wantedMicros;
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
        book.needAccount(hold.accountId());
        book.needWindows(hold.keyId(), hold.createdAt().toEpochMilli());
    }

    /** Whether it can be decided from these rows alone: it is held in full. Else the day's shortfalls may have to be counted. */
    boolean isKnown(KeptRows kept) {
        AccountRow account = kept.account(hold.accountId());
        if (account == null || kept.spendableMicros(account) < wantedMicros) {
            return false;
        }
        CallWindows windows =
                kept.windows(account, hold.keyId(), hold.createdAt().toEpochMilli());
        return windows != null && windows.roomMicros(limits.get()) >= wantedMicros;
    }

    @Override
    ReserveOutcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(hold.accountId());
        if (account == null || account.isBlocked() || !allowed.getAsBoolean()) {
            return new ReserveOutcome.NotAllowed();
        }
        CallWindows windows =
                book.windows(account, hold.keyId(), hold.createdAt().toEpochMilli());
        SpendLimits now = limits.get();
        ReserveOutcome refusal = refusal(book, account, windows, now, leastMicros);
        if (refusal != null) {
            return refusal;
        }
        long roomMicros = windows.roomMicros(now);
        long spendableMicros = book.spendableMicros(account);
        long heldMicros = Math.min(wantedMicros, Math.min(spendableMicros, roomMicros));
        if (heldMicros < wantedMicros
                && book.journal().shortfallsOnDayOf(account, hold.createdAt()) >= Ledger.SHORTFALLS_MAX) {
            refusal = refusal(book, account, windows, now, wantedMicros); // its calls are not shrunk any more (D33)
        }
        heldBackByWindow = roomMicros < Math.min(wantedMicros, spendableMicros);
        return refusal != null ? refusal : hold(book, account, windows, heldMicros);
    }

    /** Why so much cannot be held, or null. */
    private @Nullable ReserveOutcome refusal(
            Book book, AccountRow account, CallWindows windows, SpendLimits now, long micros) {
        long spendableMicros = book.spendableMicros(account);
        if (spendableMicros < micros) {
            return new ReserveOutcome.InsufficientCredits(
                    spendableMicros,
                    account.funds.reservedMicros(),
                    micros,
                    account.funds.balanceMicros() - spendableMicros);
        }
        return windows.refusal(micros, now, hold.createdAt());
    }

    private ReserveOutcome hold(Book book, AccountRow account, CallWindows windows, long micros) {
        book.hold(book.open(new ReservationRow(hold)), account, windows, micros, hold.createdAt());
        return new ReserveOutcome.Reserved(micros);
    }
}
