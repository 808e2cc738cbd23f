package dev.tollgate.keys;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** Writes changes of keys and makes the cache forget what they touched. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class KeyChangesPart implements Part<KeyChange> {

    private final KeyCache cache;

    KeyChangesPart(KeyCache cache) {
        this.cache = cache;
    }

    @Override
    public Class<KeyChange> type() {
        return KeyChange.class;
    }

    @Override
    public void apply(Statements statements, List<KeyChange> changes) throws SQLException {
        KeyRows rows = new KeyRows(statements);
        rows.lock(changes.stream().map(KeyChange::idOrHash).toList());
        for (KeyChange<?> change : changes) {
            change.applyTo(rows);
        }
    }

    @Override
    public void committed(List<KeyChange> changes) {
        for (KeyChange<?> change : changes) {
            String hash = change.touchedHash();
            if (hash != null) {
                cache.forget(hash);
            }
        }
    }
}
