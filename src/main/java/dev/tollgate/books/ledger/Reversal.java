package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reverses a payment: it debits the balance as far as that goes. A missing rest is the platform's loss, and blocks the account.
 * Holds of running calls do not change.
 */
public final class Reversal extends Correction {

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
    Outcome correct(Book book, AccountRow account) {
        Balance before = account.funds.balance();
        long takenMicros = Math.min(micros(), account.funds.balanceMicros());
        long missingMicros = micros() - takenMicros;
        book.journal().reverse(account, asked(), takenMicros, missingMicros, reason(), at());
        boolean blocks = missingMicros > 0 && !account.isBlocked();
        if (blocks) {
            account.setBlocked(true);
        }
        return new Corrected(-takenMicros, missingMicros, before, account.funds.balance(), blocks);
    }

    @Override
    @Nullable
    String blockedOrNot() {
        return outcome() instanceof Corrected done && done.blocked() ? accountId() : null;
    }
}
