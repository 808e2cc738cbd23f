package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The operator corrects what an account was given, up or down, and never below what it can spend. */
public final class Adjustment extends Correction {

    /** @param micros not zero; below zero takes away */
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
