package dev.tollgate.keys;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.KeyOwner;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Makes a key. Its secret is the caller's, to be shown once it is committed; it is not kept here. The unit of a key with an owner has taken the account's
 * row: its team may be archived, and its member removed, on another server. The outcome is the key that was made, or that had the id before.
 */
public final class CreateKey extends KeyChange<Outcome<Key>> {

    private final Key key;
    private final String hash;
    private final String createdBy;
    private final int accountMax;

    /** An account key without a limit on their number. @param id {@code key_…}; a repeated request names the key that the first one created */
    public CreateKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        this(Key.made(id, accountId, secret.prefix(), settings, at), secret, "", Integer.MAX_VALUE);
    }

    /**
     * @param key as it is to be
     * @param createdBy the person or key that makes it; empty for the operator
     * @param accountMax how many account keys there may be before it
     */
    public CreateKey(Key key, KeySecret secret, String createdBy, int accountMax) {
        this.key = key;
        this.hash = secret.hash();
        this.createdBy = createdBy;
        this.accountMax = accountMax;
    }

    /** Returns whether it has made the key. Once applied. */
    public boolean isMade() {
        return outcome().equals(new Outcome.Done<>(key));
    }

    public String id() {
        return key.id();
    }

    @Override
    List<String> idsOrHashes() {
        return List.of(key.id());
    }

    @Override
    Outcome<Key> decideOver(KeyRows rows) throws SQLException {
        KeyOwner owner = key.owner();
        if (!rows.hasAccount(key.accountId())) {
            return KeyResult.noSuchAccount();
        }
        if (!rows.hasOwner(key.accountId(), owner)) {
            return KeyResult.noSuchOwner();
        }
        KeyRows.Row before = rows.byId(key.id());
        if (before != null) {
            return before.key().isDeleted() ? KeyResult.deleted() : new Outcome.Done<>(before.key());
        }
        if (accountMax < Integer.MAX_VALUE && rows.isFull(key.accountId(), owner, accountMax)) {
            return KeyResult.tooMany();
        }
        rows.insert(key, hash, createdBy);
        touch(hash);
        return new Outcome.Done<>(key);
    }
}
