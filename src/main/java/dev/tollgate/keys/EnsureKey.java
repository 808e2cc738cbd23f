package dev.tollgate.keys;

import java.sql.SQLException;
import java.time.Instant;

/**
 * Sees to it that a key which the operator chose is there, enabled, and the account's, whoever's it was before. Its settings stay
 * as they are where it was there. The outcome is the key.
 */
public final class EnsureKey extends KeyChange<Key> {

    private final Key key;
    private final String hash;

    /** @param id {@code key_…}, used if the key is new */
    public EnsureKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        this.key = new Key(id, accountId, secret.prefix(), settings, false, at, null);
        this.hash = secret.hash();
    }

    @Override
    String idOrHash() {
        return hash;
    }

    @Override
    Key decideOver(KeyRows rows) throws SQLException {
        touch(hash);
        KeyRows.Row present = rows.byHash(hash);
        if (present == null) {
            rows.insert(key, hash);
            return key;
        }
        Key old = present.key();
        Key ensured = new Key(
                old.id(), key.accountId(), old.prefix(), old.settings(), false, old.createdAt(), old.lastUsedAt());
        rows.update(ensured);
        return ensured;
    }
}
