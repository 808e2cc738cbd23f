package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds credits to an account: a top-up, which counts as purchased even if it is a gift (decision D40). A deleted account, which cannot spend
 * them, receives only paid credits: the money has come, so the books have to show it.
 */
public final class Grant extends LedgerChange<Outcome<LedgerChange.Moved>> {

    /** The most micro-credits of an account: far below the end of a {@code long}, and more than any customer will buy. */
    public static final long PURCHASED_MICROS_MAX = 1_000_000_000_000_000L;

    static final int REASON_CHARS_MAX = 500;

    private final String accountId;
    private final long micros;
    private final String reason;
    private final BooleanSupplier condition;
    private final @Nullable RequestId requestId;
    private final boolean isPaid;
    private final boolean isOfSandbox;
    private final Instant at;

    /** @param micros above zero */
    public Grant(String accountId, long micros, String reason, Instant at) {
        this(accountId, micros, reason, () -> true, null, false, false, at);
    }

    /** @param requestId a repeated id has no effect */
    public Grant(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        this(accountId, micros, reason, () -> true, requestId, false, false, at);
    }

    /** @param condition evaluated when the grant is applied, e.g. whether an earlier change of the unit has created the account */
    public Grant(String accountId, long micros, String reason, BooleanSupplier condition, Instant at) {
        this(accountId, micros, reason, condition, null, false, false, at);
    }

    /** Makes a grant with a request id and a condition, which is evaluated when the grant is applied. */
    public static Grant onCondition(
            String accountId, long micros, String reason, BooleanSupplier condition, RequestId requestId, Instant at) {
        return new Grant(accountId, micros, reason, condition, requestId, false, false, at);
    }

    /** Makes a grant of paid credits, which a deleted account receives, too. */
    public static Grant paid(
            String accountId, long micros, String reason, BooleanSupplier condition, RequestId requestId, Instant at) {
        return new Grant(accountId, micros, reason, condition, requestId, true, false, at);
    }

    /** Makes a grant of free credits, which pay only for responses of the sandbox. @param requestId null to grant at every request */
    public static Grant ofSandbox(
            String accountId,
            long micros,
            String reason,
            BooleanSupplier condition,
            @Nullable RequestId requestId,
            Instant at) {
        return new Grant(accountId, micros, reason, condition, requestId, false, true, at);
    }

    private Grant(
            String accountId,
            long micros,
            String reason,
            BooleanSupplier condition,
            @Nullable RequestId requestId,
            boolean isPaid,
            boolean isOfSandbox,
            Instant at) {
        if (micros <= 0) {
            throw new IllegalArgumentException("a grant is above zero");
        }
        if (reason.isBlank() || reason.length() > REASON_CHARS_MAX) {
            throw new IllegalArgumentException("a reason has 1 to " + REASON_CHARS_MAX + " characters");
        }
        String complaint = WrittenText.complaint(reason);
        if (complaint != null) {
            throw new IllegalArgumentException("The reason " + complaint + ".");
        }
        this.accountId = accountId;
        this.micros = micros;
        this.reason = reason;
        this.condition = condition;
        this.requestId = requestId;
        this.isPaid = isPaid;
        this.isOfSandbox = isOfSandbox;
        this.at = at;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome<Moved> decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (!condition.getAsBoolean()) {
            return Outcome.refused(409, "The condition of the grant does not hold.");
        }
        if (account == null) {
            return new Outcome.Refused<>(noSuchAccount(accountId));
        }
        Requested asked = new Requested(accountId, EntryKind.TOP_UP, null, micros, requestId);
        Requested earlier = requestId == null ? null : book.journal().requested(accountId, requestId);
        if (requestId != null && earlier != null) {
            return earlier.equals(asked)
                    ? Moved.earlier(account.funds.balance())
                    : new Outcome.Refused<>(idTaken(requestId));
        }
        if (account.isDeleted() && !isPaid) {
            return new Outcome.Refused<>(deleted());
        }
        if (micros > PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return new Outcome.Refused<>(tooMuch());
        }
        Balance before = account.funds.balance();
        book.journal().enter(account, asked, micros, 0, isOfSandbox ? micros : 0, reason, at);
        return new Outcome.Done<>(new Moved(micros, 0, before, account.funds.balance(), false));
    }

    /** Turns the sandbox credits of an account into ordinary credits. The outcome is their amount in micro-credits. */
    public static final class UnmarkSandboxCredits extends LedgerChange<Long> {

        private final String accountId;

        public UnmarkSandboxCredits(String accountId) {
            this.accountId = accountId;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Long decideOver(Book book) {
            AccountRow account = book.account(accountId);
            long before = account == null ? 0 : account.funds.sandboxMicros();
            if (account != null && before > 0) {
                account.setSandboxMicros(0);
            }
            return before;
        }
    }
}
