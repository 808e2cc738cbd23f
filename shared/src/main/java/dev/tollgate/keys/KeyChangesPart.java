package dev.tollgate.keys;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** Writes changes of keys and makes the caches forget what they touched. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class KeyChangesPart implements Part<KeyChange> {

    private final KeyRoll roll;
    private final KeyCache cache;
    private final RememberedStates remembered;

    KeyChangesPart(KeyRoll roll, KeyCache cache, RememberedStates remembered) {
        this.roll = roll;
        this.cache = cache;
        this.remembered = remembered;
    }

    @Override
    public Class<KeyChange> type() {
        return KeyChange.class;
    }

    @Override
    public void write(Statements statements, List<KeyChange> changes) throws SQLException {
        KeyRows rows = new KeyRows(statements);
        rows.lock(changes.stream()
                .flatMap(change -> ((KeyChange<?>) change).idsOrHashes().stream())
                .toList());
        for (KeyChange<?> change : changes) {
            change.applyTo(rows);
        }
    }

    @Override
    public void committed(List<KeyChange> changes) {
        remembered.forget();
        for (KeyChange<?> change : changes) {
            for (String hash : change.touchedHashes()) {
                roll.add(hash);
                cache.forget(hash);
            }
            String accountId = change.touchedAccount();
            if (accountId != null) {
                cache.forgetAccount(accountId);
            }
        }
    }
}
