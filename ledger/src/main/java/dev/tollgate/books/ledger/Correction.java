package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A movement that an operator orders after the fact: a refund of a call, a reversal of a payment, or an adjustment. Each has
 * a reason. A repeated request under one id has no effect. Spend windows do not change: usage stays used (decision D47).
 */
public abstract sealed class Correction extends LedgerChange<Outcome<LedgerChange.Moved>>
        permits Refund, Correction.Reversal, Correction.Adjustment {

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
        Sentence complaint = WrittenText.complaint(reason);
        if (complaint != null) {
            throw new Mistake(sentence("The reason {complaint}.", complaint));
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

    /** Returns the corrected call, or null. */
    @Nullable
    String ofCall() {
        return null;
    }

    abstract EntryKind kind();

    Origin origin() {
        return Origin.CORRECTION;
    }

    abstract Outcome<Moved> correct(Book book, AccountRow account) throws SQLException;

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    final Outcome<Moved> decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null) {
            return new Outcome.Refused<>(noSuchAccount(accountId));
        }
        at = account.stamp(at);
        Outcome<Moved> repeated = repeated(book, accountId, account, requestId, earlier -> earlier.requested()
                .equals(requested()));
        if (repeated != null) {
            return repeated;
        }
        if (account.isDeleted() && !(this instanceof Reversal)) {
            return new Outcome.Refused<>(deleted());
        }
        book.grants().lapse(account, at);
        return correct(book, account);
    }

    final Requested requested() {
        return new Requested(accountId, kind(), ofCall(), micros, requestId, origin());
    }

    /** An operator's correction of an account's general credits, up or down, but never below zero. */
    public static final class Adjustment extends Correction {

        /** @param micros not zero; negative to debit */
        public Adjustment(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
            super(accountId, micros, reason, requestId, at);
        }

        @Override
        EntryKind kind() {
            return EntryKind.ADJUSTMENT;
        }

        @Override
        Outcome<Moved> correct(Book book, AccountRow account) throws SQLException {
            long most = micros() > 0 ? 0 : book.grants().generalLeaves(account, -micros(), at());
            if (-micros() > most) {
                return Outcome.refused(409, tooMuchOf(book, account, most));
            }
            if (micros() > Grant.PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
                return new Outcome.Refused<>(tooMuch());
            }
            Balance before = account.funds.balance();
            book.journal().enter(account, requested(), micros(), 0, reason(), at());
            return new Outcome.Done<>(new Moved(micros(), 0, before, account.funds.balance(), false));
        }

        private static Sentence tooMuchOf(Book book, AccountRow account, long most) throws SQLException {
            if (account.funds.grantedMicros() == 0) {
                return sentence(
                        "The account can spend {credits} credits. You can remove at most that amount.",
                        new Amount(most));
            }
            return sentence(
                    "You can remove at most {credits} credits, those of no grant that running calls do not need: of the account's credits, {others}. The credits of a grant leave if you end it.",
                    new Amount(most),
                    book.grants().inWords(account));
        }
    }

    /**
     * Reverses a payment: it debits the general credits as far as that goes (Z23). A missing rest is the platform's loss, and blocks the account.
     * Holds of running calls do not change.
     */
    public static final class Reversal extends Correction {

        /** @param micros above zero */
        public Reversal(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
            super(accountId, micros, reason, requestId, at);
            if (micros <= 0) {
                throw new IllegalArgumentException("a reversal is above zero");
            }
        }

        @Override
        EntryKind kind() {
            return EntryKind.REVERSAL;
        }

        @Override
        Outcome<Moved> correct(Book book, AccountRow account) throws SQLException {
            Balance before = account.funds.balance();
            long takenMicros = book.grants().generalLeaves(account, micros(), at());
            long missingMicros = micros() - takenMicros;
            book.journal().enter(account, requested(), -takenMicros, -missingMicros, reason(), at());
            boolean blocks = missingMicros > 0 && !account.isBlocked();
            if (blocks) {
                account.setBlocked(true);
            }
            return new Outcome.Done<>(new Moved(-takenMicros, missingMicros, before, account.funds.balance(), blocks));
        }

        @Override
        @Nullable
        String blockedOrNot() {
            return moved() instanceof Moved moved && moved.blocked() ? accountId() : null;
        }
    }
}
