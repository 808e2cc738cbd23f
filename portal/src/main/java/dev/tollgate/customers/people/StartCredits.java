package dev.tollgate.customers.people;

import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.people.StartMarks.TakeStartMarks;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.List;

/**
 * The credits of a new account.
 *
 * @param micros micro-credits, 0 for nothing
 * @param isReal whether they cost money: then they are for confirmed addresses only
 */
public record StartCredits(long micros, boolean isReal) {

    static final String REASON = "credits to start with";

    /**
     * Gives them once to an account, and once to each of the marks.
     *
     * @param isConfirmed whether its person's address was shown to be theirs
     * @param marks of the person's login and identities
     */
    List<Change> changes(String accountId, boolean isConfirmed, StartMarks.Marks marks, Instant now) {
        if (micros == 0 || (isReal && !isConfirmed)) {
            return List.of();
        }
        RequestId id = isReal ? new RequestId("start-" + accountId) : FreeCredits.toStartWith(accountId);
        TakeStartMarks once = new TakeStartMarks(marks, accountId, micros, isReal, id, now);
        return List.of(once, once.grant());
    }
}
