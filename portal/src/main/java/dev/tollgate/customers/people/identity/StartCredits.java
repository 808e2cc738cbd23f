package dev.tollgate.customers.people.identity;

import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.people.identity.StartMarks.TakeStartMarks;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The credits of a new account.
 *
 * @param micros micro-credits, 0 for nothing
 * @param days after which they expire; 0 for never
 * @param isReal whether they cost money: then they are for confirmed addresses only
 */
public record StartCredits(long micros, int days, boolean isReal) {

    static final String REASON = "credits to start with";

    /**
     * Gives them once to an account, and once to each of the marks.
     *
     * @param isConfirmed whether its person's address was shown to be theirs
     * @param marks of the person's login and identities
     */
    public List<Change> changes(String accountId, boolean isConfirmed, StartMarks.Marks marks, Instant now) {
        if (micros == 0 || (isReal && !isConfirmed)) {
            return List.of();
        }
        RequestId id = isReal ? new RequestId("start-" + accountId) : FreeCredits.toStartWith(accountId);
        TakeStartMarks once = new TakeStartMarks(marks, accountId, micros, isReal, id, now);
        Instant expiresAt = days == 0 ? null : now.plus(Duration.ofDays(days));
        return List.of(once, once.grant().under(GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, expiresAt)));
    }
}
