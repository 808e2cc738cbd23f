package dev.tollgate.customers.keys;

import java.sql.SQLException;
import java.time.Instant;

/** Sees to it that an account has its hidden key, of which there is one for each. */
public final class EnsureHiddenKey extends KeyChange<CreateKey.Outcome> {

    private static final String NAME = "Playground";

    private final Key key;
    private final String hash;

    /** @param id {@code key_…}, used if there is none yet */
    public EnsureHiddenKey(String id, String accountId, Instant at) {
        this.key = Key.made(id, accountId, "", KeySettings.named(NAME).withKind(KeyKind.HIDDEN), at);
        this.hash = hash(accountId);
    }

    /** The hash of a text that is no secret, so that no caller can present it; it depends on the account alone, so that there is only one. */
    static String hash(String accountId) {
        return KeySecret.hash("hidden " + accountId);
    }

    @Override
    String idOrHash() {
        return hash;
    }

    @Override
    CreateKey.Outcome decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byHash(hash);
        if (present != null) {
            return new CreateKey.Created(present.key());
        }
        if (!rows.hasAccount(key.accountId())) {
            return new CreateKey.NoSuchAccount();
        }
        rows.insert(key, hash);
        touch(hash);
        return new CreateKey.Created(key);
    }
}
