package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An operator's correction of an account's credits, up or down, but never below a balance of zero. */
public final class Adjustment extends Correction {

    /** @param micros not zero; negative to debit */
    public Adjustment(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        super(accountId, micros, reason, requestId, at);
    }

    @Override
    EntryKind kind() {
        return EntryKind.ADJUSTMENT;
    }

    @Override
    Outcome correct(Book book, AccountRow account) {
        if (-micros() > account.funds.balanceMicros()) {
            return new BelowZero(account.funds.balanceMicros());
        }
        if (micros() > Grant.PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return new TooMuch();
        }
        Balance before = account.funds.balance();
        book.journal().adjust(account, asked(), reason(), at());
        return new Corrected(micros(), 0, before, account.funds.balance(), false);
    }
}
