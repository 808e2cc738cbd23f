package dev.tollgate.books.ledger;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds credits for a call: as much of the wanted amount as the balance and the spend windows of its owners cover, if they cover the
 * least amount; otherwise nothing (decision D31). A call that may use the provider's tools wants its most. If its least is not covered, it may hold less, as one of
 * few of its account: running calls on less and the shortfalls of the day are together at most {@link Ledger#SHORTFALLS_MAX}.
 */
public final class Reserve extends LedgerChange<ReserveOutcome> {

    private final OpenHold hold;
    private final long leastMicros;
    private final long wantedMicros;
    private final @Nullable OnLess less;
    private final Supplier<SpendLimits> limits;
    private final BooleanSupplier allowed;
    private FreeAnswers.@Nullable Taken free;
    private @Nullable BooleanSupplier leavesAsMuch;
    private ReserveOutcome.@Nullable SpendLimitReached heldBackBy;
    private long roomMicros;

    /** Creates a reservation of a call that may use no tool of the provider. */
    public Reserve(
            OpenHold hold, long leastMicros, long wantedMicros, Supplier<SpendLimits> limits, BooleanSupplier allowed) {
        this(hold, leastMicros, wantedMicros, null, limits, allowed);
    }

    /**
     * @param leastMicros 0 to {@code wantedMicros}
     * @param less the smaller hold of a call that may use the provider's tools, whose least and wanted amounts are its most; null if it may not
     * @param limits the key's limits, evaluated when the change is applied, after an earlier part has read them (decision D54)
     * @param allowed whether the key may be used, evaluated when the change is applied
     */
    public Reserve(
            OpenHold hold,
            long leastMicros,
            long wantedMicros,
            @Nullable OnLess less,
            Supplier<SpendLimits> limits,
            BooleanSupplier allowed) {
        if (leastMicros < 0 || leastMicros > wantedMicros) {
            throw new IllegalArgumentException("least " + leastMicros + " of wanted " + wantedMicros);
        }
        this.hold = hold;
        this.leastMicros = leastMicros;
        this.wantedMicros = wantedMicros;
        this.less = less;
        this.limits = limits;
        this.allowed = allowed;
    }

    /**
     * A hold that the provider's tools may exceed (decision D31).
     *
     * @param isAllowed whether the call may run on it; otherwise the outcome only says whether it makes sense to ask again
     */
    public record OnLess(long leastMicros, long wantedMicros, boolean isAllowed) {}

    /**
     * Lets the call run only if the account has room for what may end free of it (E72). Before the change is offered.
     *
     * @param answers at least 1
     */
    public void mayEndFree(int answers, FreeAnswers.Room room) {
        free = new FreeAnswers.Taken(answers, room);
    }

    /**
     * Lets the call run only if it leaves as much as it holds, of what it could use and in each window (J18). Before the change is offered.
     *
     * @param asked whether it has to, evaluated when the change is applied
     */
    public void leaveAsMuch(BooleanSupplier asked) {
        leavesAsMuch = asked;
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

    /** Returns whether these rows suffice for the decision: general credits and windows cover the whole amount. Otherwise the day's shortfalls, or free answers, may have to be counted. */
    boolean isKnown(RememberedRows kept) {
        AccountRow account = kept.account(hold.accountId());
        long mostMicros = leavesAsMuch == null ? wantedMicros : twice(wantedMicros);
        if (account == null || free != null || kept.generalMicros(account) < mostMicros) {
            return false;
        }
        CallWindows windows = kept.windows(account, hold, limits.get());
        return windows != null && windows.roomMicros() >= mostMicros;
    }

    @Override
    ReserveOutcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(hold.accountId());
        if (account == null || account.isBlocked() || !allowed.getAsBoolean()) {
            return new ReserveOutcome.NotAllowed();
        }
        if (free != null && !book.hasRoom(account, hold.door(), free, hold.createdAt())) {
            return new ReserveOutcome.NoFreeAnswer();
        }
        boolean leaves = leavesAsMuch != null && leavesAsMuch.getAsBoolean();
        long mostMicros = leaves ? twice(wantedMicros) : wantedMicros;
        roomMicros = book.roomMicros(account, hold, null, mostMicros, hold.createdAt());
        CallWindows windows = book.windows(account, hold, limits.get());
        ReserveOutcome.Short refusal = refusal(book, account, windows, leastMicros);
        if (refusal != null) {
            return less == null ? refusal : onLess(book, account, windows, less, refusal);
        }
        if (leaves && refusal(book, account, windows, mostMicros) != null) {
            return new ReserveOutcome.LeavesTooLittle(wantedMicros, account.funds.reservedMicros());
        }
        ReserveOutcome.Short reduced = less == null ? refusal(book, account, windows, wantedMicros) : null;
        return reduced != null && shortfalls(book, account) >= Ledger.SHORTFALLS_MAX
                ? reduced // an account with too many shortfalls gets no smaller hold (D33)
                : hold(book, account, windows, wantedMicros, false);
    }

    /** Decides over a call that may use the provider's tools and whose most is not covered (D31). */
    private ReserveOutcome onLess(
            Book book, AccountRow account, CallWindows windows, OnLess smaller, ReserveOutcome.Short most)
            throws SQLException {
        int shortfalls = shortfalls(book, account);
        boolean isSpent = shortfalls >= Ledger.SHORTFALLS_MAX;
        ReserveOutcome.Short refusal = isSpent ? null : refusal(book, account, windows, smaller.leastMicros());
        if (refusal != null) {
            return refusal;
        }
        if (!isSpent && !smaller.isAllowed()) {
            return most;
        }
        if (!isSpent && shortfalls + book.onLess(account) < Ledger.SHORTFALLS_MAX) {
            return hold(book, account, windows, smaller.wantedMicros(), true);
        }
        return most.becauseOfRunningCalls()
                ? most
                : new ReserveOutcome.NotOnLess(most, shortfalls, account.funds.reservedMicros());
    }

    private static long twice(long micros) {
        return micros > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : 2 * micros;
    }

    private int shortfalls(Book book, AccountRow account) throws SQLException {
        return book.shortfallsOnDayOf(account, hold.createdAt());
    }

    /** Returns why an amount cannot be held, or null. */
    private ReserveOutcome.@Nullable Short refusal(Book book, AccountRow account, CallWindows windows, long micros)
            throws SQLException {
        if (roomMicros < micros) {
            return book.refusal(account, hold, roomMicros, micros);
        }
        return windows.refusal(micros, hold.createdAt());
    }

    /** Holds as much of an amount as balance and windows cover. */
    private ReserveOutcome hold(Book book, AccountRow account, CallWindows windows, long micros, boolean onLess) {
        long limitMicros = windows.roomMicros();
        long coveredMicros = Math.min(micros, roomMicros);
        boolean isHeldBack = limitMicros < coveredMicros;
        long heldMicros = Math.min(coveredMicros, limitMicros);
        boolean onGrants = account.funds.grantedMicros() > 0;
        book.hold(
                book.open(new ReservationRow(hold, onLess, free == null ? 0 : free.answers(), onGrants)),
                account,
                windows,
                heldMicros,
                hold.createdAt());
        heldBackBy = isHeldBack ? windows.refusal(1, hold.createdAt()) : null;
        return new ReserveOutcome.Reserved(heldMicros, onLess);
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
