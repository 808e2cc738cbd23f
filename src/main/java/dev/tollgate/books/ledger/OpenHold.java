package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import java.time.Instant;
import java.util.List;

/**
 * The owner and the purpose of a hold. An open hold is in a table of its own, with these columns next to its amounts; the history of its
 * call is written once, at the end, from this record.
 *
 * @param id the task's id, never used before
 * @param door the protocol of the call, as in its task
 * @param model as named in the call
 * @param createdAt decides in which windows the call counts (decision D47)
 */
public record OpenHold(String id, String accountId, String keyId, String door, String model, Instant createdAt) {

    /**
     * Returns the owners in whose windows the call counts, the innermost first: its key, and its account while the account has a limit.
     *
     * @param ofKey the key's limits; those of the account are in its row
     */
    List<SpendOwner> owners(SpendLimits ofKey, SpendLimits ofAccount) {
        SpendOwner key = new SpendOwner(Owner.KEY, keyId, ofKey);
        return ofAccount.unlimited() ? List.of(key) : List.of(key, new SpendOwner(Owner.ACCOUNT, accountId, ofAccount));
    }

    long createdAtMillis() {
        return createdAt.toEpochMilli();
    }
}
