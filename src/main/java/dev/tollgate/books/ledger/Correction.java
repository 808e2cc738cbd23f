package dev.tollgate.books.ledger;

import dev.tollgate.base.host.WrittenText;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A movement that an operator orders after the fact: a refund of a call, a reversal of a payment, or an adjustment. Each has
 * a reason. A repeated request under one id has no effect. Spend windows do not change: usage stays used (decision D47).
 */
public abstract sealed class Correction extends LedgerChange<Correction.Outcome> permits Refund, Reversal, Adjustment {

    /** The outcome. */
    public sealed interface Outcome {}

    /**
     * The movement has been made.
     *
     * @param micros change of the customer's balance
     * @param missingMicros the part of a reversed payment that the balance lacked; 0 for other corrections
     * @param before balance before the correction
     * @param balance after the correction
     * @param blocked whether the correction blocked the account
     */
    public record Corrected(long micros, long missingMicros, Balance before, Balance balance, boolean blocked)
            implements Outcome {}

    /** The same correction was made under this request's id before. Nothing moves. */
    public record DoneBefore(Balance balance) implements Outcome {}

    /** A different correction was made under this request's id before. */
    public record IdTaken() implements Outcome {}

    public record NoSuchAccount() implements Outcome {}

    /** The account was deleted: only payments to it can be reversed. */
    public record Deleted() implements Outcome {}

    /** The account has no such call. */
    public record NoSuchCall() implements Outcome {}

    /** The call has not ended yet: it has no charge. */
    public record StillRuns() implements Outcome {}

    /** The refunds of a call would exceed its charge. */
    public record BeyondCharge(long chargedMicros, long refundedMicros) implements Outcome {}

    /** The balance does not cover the debit. */
    public record BelowZero(long balanceMicros) implements Outcome {}

    /** The account would hold more than {@value Grant#PURCHASED_MICROS_MAX} micro-credits. */
    public record TooMuch() implements Outcome {}

    private final String accountId;
    private final long micros;
    private final String reason;
    private final @Nullable RequestId requestId;
    private Instant at;

    Correction(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        if (micros == 0 || Math.abs(micros) > Grant.PURCHASED_MICROS_MAX) {
            throw new IllegalArgumentException("an amount is more than 0 and at most a billion credits");
        }
        if (reason.isBlank() || reason.length() > Grant.REASON_CHARS_MAX) {
            throw new IllegalArgumentException("a reason has 1 to " + Grant.REASON_CHARS_MAX + " characters");
        }
        String complaint = WrittenText.complaint(reason);
        if (complaint != null) {
            throw new IllegalArgumentException("The reason " + complaint + ".");
        }
        this.accountId = accountId;
        this.micros = micros;
        this.reason = reason;
        this.requestId = requestId;
        this.at = at;
    }

    public String accountId() {
        return accountId;
    }

    /** Returns the time of the request; once applied, the time of the movement, which is not before the account's earlier entries. */
    public Instant at() {
        return at;
    }

    /** Returns the request. */
    public long micros() {
        return micros;
    }

    String reason() {
        return reason;
    }

    /** Returns whether credits have moved; dependent rows are written only then. Once applied. */
    public boolean moved() {
        return outcome() instanceof Corrected;
    }

    /** Returns the corrected call, or null. */
    @Nullable
    String ofCall() {
        return null;
    }

    abstract EntryKind kind();

    abstract Outcome correct(Book book, AccountRow account) throws SQLException;

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    final Outcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null) {
            return new NoSuchAccount();
        }
        at = account.stamp(at);
        if (requestId != null) {
            Requested earlier = book.journal().requested(accountId, requestId, reason);
            if (earlier != null) {
                return earlier.equals(asked()) ? new DoneBefore(account.funds.balance()) : new IdTaken();
            }
        }
        if (account.isDeleted() && !(this instanceof Reversal)) {
            return new Deleted();
        }
        return correct(book, account);
    }

    final Requested asked() {
        return new Requested(accountId, kind(), ofCall(), micros, requestId);
    }
}
