package dev.tollgate.keys;

import java.sql.SQLException;
import java.time.Instant;

/** Makes a key. Its secret is the caller's, to be shown once it is committed; it is not kept here. */
public final class CreateKey extends KeyChange<CreateKey.Outcome> {

    /** What became of it. */
    public sealed interface Outcome {}

    public record Created(Key key) implements Outcome {}

    public record NoSuchAccount() implements Outcome {}

    private final Key key;
    private final String hash;

    /** @param id {@code key_…}, never used before */
    public CreateKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        this.key = new Key(id, accountId, secret.prefix(), settings, false, at, null);
        this.hash = secret.hash();
    }

    public String id() {
        return key.id();
    }

    @Override
    String idOrHash() {
        return key.id();
    }

    @Override
    Outcome decideOver(KeyRows rows) throws SQLException {
        if (!rows.hasAccount(key.accountId())) {
            return new NoSuchAccount();
        }
        rows.insert(key, hash);
        touch(hash);
        return new Created(key);
    }
}
