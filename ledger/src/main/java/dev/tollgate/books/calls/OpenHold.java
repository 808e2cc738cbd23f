package dev.tollgate.books.calls;

import dev.tollgate.base.ids.CallLabels;
import java.time.Instant;

/**
 * The owner and the purpose of a hold. An open hold is in a table of its own, with these columns next to its amounts; the row of its call is
 * written once, at the end, from this record.
 *
 * @param id the task's id, never used before
 * @param door the protocol of the call, as in its task
 * @param model its id in the catalogue, whatever name the call had for it
 * @param createdAt decides in which windows the call counts (decision D47)
 * @param memberId of the key; empty: none
 * @param teamId of the key; empty: none
 * @param labels of the call, as {@link CallLabels#text}
 */
public record OpenHold(
        String id,
        String accountId,
        String keyId,
        String door,
        String model,
        Instant createdAt,
        String memberId,
        String teamId,
        String labels) {

    /** Makes the hold of a key that belongs to the account. */
    public OpenHold(String id, String accountId, String keyId, String door, String model, Instant createdAt) {
        this(id, accountId, keyId, door, model, createdAt, "", "");
    }

    /** Makes a hold without labels. */
    public OpenHold(
            String id,
            String accountId,
            String keyId,
            String door,
            String model,
            Instant createdAt,
            String memberId,
            String teamId) {
        this(id, accountId, keyId, door, model, createdAt, memberId, teamId, "");
    }

    public long createdAtMillis() {
        return createdAt.toEpochMilli();
    }
}
