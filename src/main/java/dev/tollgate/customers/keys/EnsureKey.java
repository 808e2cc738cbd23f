package dev.tollgate.customers.keys;

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
        this.key = Key.made(id, accountId, secret.prefix(), settings, at);
        this.hash = secret.hash();
    }

    @Override
    String idOrHash() {
        return hash;
    }

    @Override
    Key decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byHash(hash);
        if (present == null) {
            rows.insert(key, hash);
            touch(hash);
            return key;
        }
        touch(present);
        Key old = present.key();
        Key ensured = old.withAccount(key.accountId()).withDisabled(false).withDeletedAt(null);
        if (ensured.equals(old)) {
            return old;
        }
        Key changed = ensured.asNextVersion();
        rows.update(changed);
        return changed;
    }
}
