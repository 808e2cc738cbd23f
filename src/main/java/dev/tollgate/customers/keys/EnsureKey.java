package dev.tollgate.customers.keys;

import java.sql.SQLException;
import java.time.Instant;

/**
 * Makes sure that a key chosen by the operator exists, is enabled, and belongs to the account, even if it belonged to another. Settings of an
 * existing key stay. The outcome is the key.
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
