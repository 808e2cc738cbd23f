package dev.tollgate.books.ledger;

import dev.tollgate.base.host.WrittenText;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts credits into an account: a top-up, which counts as purchased, gifts included (decision D40). Nothing is put into an account that
 * was deleted, where nobody could spend it, but what somebody has paid: the money has come, so the books have to show it.
 */
public final class Grant extends LedgerChange<Grant.Outcome> {

    /** An account can hold this many micro-credits; far from where a {@code long} ends, and more than anybody will buy. */
    public static final long PURCHASED_MICROS_MAX = 1_000_000_000_000_000L;

    static final int REASON_CHARS_MAX = 500;

    /** What became of it. */
    public sealed interface Outcome {}

    /** @param balance after it */
    public record Granted(Balance balance) implements Outcome {}

    public record NoSuchAccount() implements Outcome {}

    /** The account was deleted. */
    public record Deleted() implements Outcome {}

    /** The account would hold more than {@value #PURCHASED_MICROS_MAX} micro-credits. */
    public record TooMuch() implements Outcome {}

    /** The condition that it was given did not hold. */
    public record NotWanted() implements Outcome {}

    /** The very same was given under this request's id before. Nothing moves. */
    public record GrantedBefore(Balance balance) implements Outcome {}

    /** Something else was done under this request's id before. */
    public record IdTaken() implements Outcome {}

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

    /** @param requestId given once under this id */
    public Grant(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        this(accountId, micros, reason, () -> true, requestId, false, false, at);
    }

    /** @param condition asked when it is applied, e.g. whether an earlier change of the unit has made the account */
    public Grant(String accountId, long micros, String reason, BooleanSupplier condition, Instant at) {
        this(accountId, micros, reason, condition, null, false, false, at);
    }

    /** Both: given once under this id, and only if the condition holds when it is applied. */
    public static Grant onCondition(
            String accountId, long micros, String reason, BooleanSupplier condition, RequestId requestId, Instant at) {
        return new Grant(accountId, micros, reason, condition, requestId, false, false, at);
    }

    /** Grants credits that money has paid for: a deleted account gets them too. */
    public static Grant paid(
            String accountId, long micros, String reason, BooleanSupplier condition, RequestId requestId, Instant at) {
        return new Grant(accountId, micros, reason, condition, requestId, true, false, at);
    }

    /** Credits of the sandbox: given for nothing, they buy only what the sandbox answers. @param requestId null: as often as it is asked for */
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
    Outcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (!condition.getAsBoolean()) {
            return new NotWanted();
        }
        if (account == null) {
            return new NoSuchAccount();
        }
        Requested asked = new Requested(accountId, EntryKind.TOP_UP, null, micros, requestId);
        Requested earlier = requestId == null ? null : book.journal().requested(accountId, requestId, reason);
        if (earlier != null) {
            return earlier.equals(asked) ? new GrantedBefore(account.funds.balance()) : new IdTaken();
        }
        if (account.isDeleted() && !isPaid) {
            return new Deleted();
        }
        if (micros > PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return new TooMuch();
        }
        book.journal().fund(account, asked, reason, at);
        if (isOfSandbox) {
            account.setSandboxMicros(account.funds.sandboxMicros() + micros);
        }
        return new Granted(account.funds.balance());
    }
}
