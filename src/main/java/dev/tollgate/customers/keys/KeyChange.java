package dev.tollgate.customers.keys;

import dev.tollgate.storage.Decision;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that changes a key's row, and so what the cache may say of it. */
public abstract sealed class KeyChange<O> extends Decision<O>
        permits CreateKey, EnsureKey, EnsureHiddenKey, KeyEdit, SetAccountRates, ForgetKeys {

    private final List<String> touchedHashes = new ArrayList<>(2);
    private @Nullable String touchedAccount;

    /** Returns the row that it reads and changes: the key's id, or its hash. */
    abstract String idOrHash();

    abstract O decideOver(KeyRows rows) throws SQLException;

    final void applyTo(KeyRows rows) throws SQLException {
        touchedHashes.clear();
        decide(decideOver(rows));
    }

    /** Remembers whose answer in the cache is no longer true. */
    final void touch(String hash) {
        touchedHashes.add(hash);
    }

    /** Remembers this for all secrets that a key has had. */
    final void touch(KeyRows.Row row) {
        touch(row.hash());
        if (row.oldHash() != null) {
            touch(row.oldHash());
        }
    }

    /** Remembers this for all keys of an account. */
    final void touchAccount(String accountId) {
        touchedAccount = accountId;
    }

    final List<String> touchedHashes() {
        return touchedHashes;
    }

    final @Nullable String touchedAccount() {
        return touchedAccount;
    }
}
