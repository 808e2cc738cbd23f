package dev.tollgate.customers.keys;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Makes a key. Its secret is the caller's, to be shown once it is committed; it is not kept here. */
public final class CreateKey extends KeyChange<CreateKey.Outcome> {

    /** The outcome of creating a key. */
    public sealed interface Outcome {}

    public record Created(Key key) implements Outcome {}

    /** The account does not exist, or was deleted. */
    public record NoSuchAccount() implements Outcome {}

    /** A key with that id exists. */
    public record MadeBefore() implements Outcome {}

    /** The account has as many as it may. */
    public record TooMany() implements Outcome {}

    /** Servers of a program that would ignore the owner are running. @param nodes their ids */
    public record Misread(List<String> nodes) implements Outcome {}

    private final Key key;
    private final String hash;
    private final int keysMax;

    /** A key without a limit on the account's number of keys. @param id {@code key_…}; a repeated request names the key that the first one created */
    public CreateKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        this(id, accountId, secret, settings, at, Integer.MAX_VALUE);
    }

    /** @param keysMax how many the account may have then */
    CreateKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at, int keysMax) {
        this(Key.made(id, accountId, secret.prefix(), settings, at), secret, keysMax);
    }

    /** Makes a key of a member or team. @param key as it is to be */
    CreateKey(Key key, KeySecret secret, int keysMax) {
        this.key = key;
        this.hash = secret.hash();
        this.keysMax = keysMax;
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
        if (rows.byId(key.id()) != null) {
            return new MadeBefore();
        }
        if (keysMax < Integer.MAX_VALUE && rows.hasKeys(key.accountId(), keysMax)) {
            return new TooMany();
        }
        List<String> older = rows.shutOut(key.owner());
        if (!older.isEmpty()) {
            return new Misread(older);
        }
        rows.insert(key, hash);
        touch(hash);
        return new Created(key);
    }
}
