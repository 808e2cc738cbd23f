package dev.tollgate.books.ledger;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.LedgerSql.Resolved;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Refunds the charge of a settled call, whole or in part, from revenue to the balance. The refunds of a call never exceed its
 * charge, even if several are requested at the same time: they are decided one after the other, over the account's locked row.
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
        return refusal(404, "There is no call " + id + ".");
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
    void need(Book book) {
        super.need(book);
        book.needReservation(taskId);
    }

    @Override
    Outcome<Moved> correct(Book book, AccountRow account) throws SQLException {
        if (book.openReservation(taskId) != null) {
            return Outcome.refused(409, "The call is still running and has no charge yet.");
        }
        Resolved call = book.ended(taskId);
        if (call == null || !call.accountId().equals(accountId())) {
            return new Outcome.Refused<>(noSuchCall(taskId));
        }
        long refundedMicros = book.journal().refundedMicros(taskId);
        if (micros() > call.chargedMicros() - refundedMicros) {
            return Outcome.refused(
                    409,
                    "The call was charged " + Credits.text(call.chargedMicros()) + " credits, of which "
                            + Credits.text(refundedMicros) + " have already been refunded.");
        }
        Balance before = account.funds.balance();
        long ofSandbox = Math.min(
                micros(), Math.max(0, call.sandboxMicros() - refundedMicros)); // sandbox credits are refunded first
        book.journal().enter(account, requested(), micros(), 0, ofSandbox, reason(), at());
        return new Outcome.Done<>(new Moved(micros(), 0, before, account.funds.balance(), false));
    }
}
