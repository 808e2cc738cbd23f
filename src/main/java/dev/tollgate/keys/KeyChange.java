package dev.tollgate.keys;

import dev.tollgate.storage.Decision;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Something that changes a key's row, and so what the cache may say of it. */
public abstract sealed class KeyChange<O> extends Decision<O> permits CreateKey, EnsureKey, SetKey, DisableKey {

    private @Nullable String touchedHash;

    /** Which row it reads and changes: the key's id, or its hash. */
    abstract String idOrHash();

    abstract O decideOver(KeyRows rows) throws SQLException;

    final void applyTo(KeyRows rows) throws SQLException {
        decide(decideOver(rows));
    }

    /** Remembers whose answer in the cache is no longer true. */
    final void touch(String hash) {
        touchedHash = hash;
    }

    final @Nullable String touchedHash() {
        return touchedHash;
    }
}
