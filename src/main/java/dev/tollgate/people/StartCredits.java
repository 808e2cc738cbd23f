package dev.tollgate.people;

import dev.tollgate.ledger.FreeCredits;
import dev.tollgate.ledger.Grant;
import dev.tollgate.ledger.RequestId;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.List;

/**
 * What a new account begins with.
 *
 * @param micros micro-credits, 0 for nothing
 * @param isReal whether they cost money: then they are for confirmed addresses only
 */
public record StartCredits(long micros, boolean isReal) {

    static final String REASON = "credits to start with";

    /** Given once to an account, however often it is asked for. @param isConfirmed whether its person's address was shown to be theirs */
    List<Change> changes(String accountId, boolean isConfirmed, Instant now) {
        if (micros == 0 || (isReal && !isConfirmed)) {
            return List.of();
        }
        RequestId id = isReal ? new RequestId("start-" + accountId) : FreeCredits.toStartWith(accountId);
        return List.of(new Grant(accountId, micros, REASON, id, now));
    }
}
