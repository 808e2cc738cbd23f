package dev.tollgate.books.ledger;

import dev.tollgate.base.host.WrittenText;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A movement that an operator orders after the fact: a refund of a call, a payment taken back, a correction by the operator. Each has
 * a reason. One that is asked for twice under one id is done once. Spend windows are not touched: what was used stays used (decision D47).
 */
public abstract sealed class Correction extends LedgerChange<Correction.Outcome> permits Refund, Reversal, Adjustment {

    /** What became of it. */
    public sealed interface Outcome {}

    /**
     * It is done.
     *
     * @param micros what the customer's balance has changed by
     * @param missingMicros what a payment taken back is more than the balance was; 0 for others
     * @param before the balance before it
     * @param balance after it
     * @param blocked whether the account is blocked by it
     */
    public record Corrected(long micros, long missingMicros, Balance before, Balance balance, boolean blocked)
            implements Outcome {}

    /** The very same was done under this request's id before. Nothing moves. */
    public record DoneBefore(Balance balance) implements Outcome {}

    /** Something else was done under this request's id before. */
    public record IdTaken() implements Outcome {}

    public record NoSuchAccount() implements Outcome {}

    /** The account was deleted: of what it was given only a payment can be taken back. */
    public record Deleted() implements Outcome {}

    /** The account has no such call. */
    public record NoSuchCall() implements Outcome {}

    /** The call has not ended yet: it has no charge. */
    public record StillRuns() implements Outcome {}

    /** The refunds of a call never come to more than its charge. */
    public record BeyondCharge(long chargedMicros, long refundedMicros) implements Outcome {}

    /** The balance does not cover what is to be taken away. */
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

    /** When it was asked for; once applied, when it took place: not before the account's entries that were there already. */
    public Instant at() {
        return at;
    }

    /** As it was asked for. */
    public long micros() {
        return micros;
    }

    String reason() {
        return reason;
    }

    /** Once applied: whether money has moved. What belongs to it is written only then. */
    public boolean moved() {
        return outcome() instanceof Corrected;
    }

    /** The call that it is of, or null. */
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
