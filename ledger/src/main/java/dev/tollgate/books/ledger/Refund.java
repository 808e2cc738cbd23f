package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Amount;
import dev.tollgate.books.grants.AccountGrants;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.BatchGrants.Refunded;
import dev.tollgate.books.ledger.HoldSql.Resolved;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Refunds the charge of a settled call, whole or in part, from revenue to the balance. The refunds of a call never exceed its
 * charge, even if several are requested at the same time: they are decided one after the other, over the account's locked row. Credits return to the
 * grants that paid, general credits last (Z22).
 */
public final class Refund extends Correction {

    private final String taskId;

    /**
     * @param accountId account of the call
     * @param micros above zero
     * @param reason the customer sees it
     */
    public Refund(
            String accountId, String taskId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        super(accountId, micros, reason, requestId, at);
        if (micros <= 0) {
            throw new IllegalArgumentException("a refund is above zero");
        }
        this.taskId = taskId;
    }

    public static ApiError noSuchCall(String id) {
        return refusal(404, sentence("There is no call {id}.", id));
    }

    public String taskId() {
        return taskId;
    }

    @Override
    String ofCall() {
        return taskId;
    }

    @Override
    EntryKind kind() {
        return EntryKind.REFUND;
    }

    @Override
    Origin origin() {
        return Origin.CALL;
    }

    @Override
    void need(Book book) {
        super.need(book);
        book.needReservation(taskId);
    }

    @Override
    Outcome<Moved> correct(Book book, AccountRow account) throws SQLException {
        if (book.openReservation(taskId) != null) {
            return Outcome.refused(409, sentence("The call is still running and has no charge yet."));
        }
        Resolved call = book.ended(taskId);
        if (call == null || !call.accountId().equals(accountId())) {
            return new Outcome.Refused<>(noSuchCall(taskId));
        }
        long refundedMicros = book.journal().refundedMicros(taskId);
        if (micros() > call.chargedMicros() - refundedMicros) {
            return Outcome.refused(
                    409,
                    sentence(
                            "The call was charged {credits} credits, of which {refunded} have already been refunded.",
                            new Amount(call.chargedMicros()),
                            new Amount(refundedMicros)));
        }
        PaidBy paidBy = PaidBy.of(call.paidBy());
        Refunded refunded = book.grants().refund(account, paidBy, refundedMicros, micros(), at());
        if (refunded == null) {
            return Outcome.refused(
                    409,
                    sentence(
                            "The account has {most} grants with credits left, which is the most, and this refund would fill another. End one first.",
                            AccountGrants.LIVE_MAX));
        }
        Balance before = account.funds.balance();
        long refundedOfGeneral = Math.max(0, refundedMicros - paidBy.micros());
        long ofSandbox = Math.min( // of general credits those of the sandbox are refunded first
                micros() - refunded.micros(), Math.max(0, call.sandboxMicros() - refundedOfGeneral));
        book.grants().give(account, refunded, requested(), ofSandbox, reason(), at());
        return new Outcome.Done<>(new Moved(micros(), 0, before, account.funds.balance(), false));
    }
}
