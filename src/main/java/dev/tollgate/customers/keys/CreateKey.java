package dev.tollgate.customers.keys;

import dev.tollgate.base.ids.KeyOwner;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Makes a key. Its secret is the caller's, to be shown once it is committed; it is not kept here. The unit of a key with an owner has taken the account's
 * row: its team may be archived, and its member removed, on another server.
 */
public final class CreateKey extends KeyChange<CreateKey.Outcome> {

    /** The outcome of creating a key. */
    public sealed interface Outcome {}

    public record Created(Key key) implements Outcome {}

    /** The account does not exist, or was deleted. */
    public record NoSuchAccount() implements Outcome {}

    /** The account has no such member or team, or the member is not in the team. */
    public record NoSuchOwner() implements Outcome {}

    /** A key with that id exists. */
    public record MadeBefore() implements Outcome {}

    /** The account, the member or the team has as many as it may. */
    public record TooMany() implements Outcome {}

    private final Key key;
    private final String hash;
    private final String createdBy;
    private final int accountMax;

    /** An account key without a limit on their number. @param id {@code key_…}; a repeated request names the key that the first one created */
    public CreateKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        this(Key.made(id, accountId, secret.prefix(), settings, at), secret, "", Integer.MAX_VALUE);
    }

    /**
     * @param key as it is to be
     * @param createdBy the person or key that makes it; empty for the operator
     * @param accountMax how many account keys there may be before it
     */
    CreateKey(Key key, KeySecret secret, String createdBy, int accountMax) {
        this.key = key;
        this.hash = secret.hash();
        this.createdBy = createdBy;
        this.accountMax = accountMax;
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
        KeyOwner owner = key.owner();
        if (!rows.hasAccount(key.accountId())) {
            return new NoSuchAccount();
        }
        if (!rows.hasOwner(key.accountId(), owner)) {
            return new NoSuchOwner();
        }
        if (rows.byId(key.id()) != null) {
            return new MadeBefore();
        }
        if (accountMax < Integer.MAX_VALUE && rows.isFull(key.accountId(), owner, accountMax)) {
            return new TooMany();
        }
        rows.insert(key, hash, createdBy);
        touch(hash);
        return new Created(key);
    }
}
