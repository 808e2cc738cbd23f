package dev.tollgate.customers.keys;

import java.time.Instant;

/** Deletes a key for good. Its row stays, since usage refers to its name. */
public final class DeleteKey extends KeyEdit {

    private final Instant at;

    public DeleteKey(String id, KeyCondition condition, Instant at) {
        super(id, condition);
        this.at = at;
    }

    @Override
    Key edited(Key old) {
        return old.withDeletedAt(at);
    }
}
