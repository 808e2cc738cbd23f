package dev.tollgate.keys;

import dev.tollgate.base.ids.KeyOwner;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key without its secret.
 *
 * @param id {@code key_…}
 * @param owner the member or team that it belongs to, and the key's first id
 * @param lastUsedAt when it last admitted a call, to the minute; null if never
 * @param pausedTeam the id of its team if that is paused; null if not
 */
public record Key(
        String id,
        String accountId,
        KeyOwner owner,
        Instant createdAt,
        Changeable now,
        @Nullable Instant lastUsedAt,
        @Nullable String pausedTeam) {

    /**
     * The parts of a key that a {@link KeyEdit} changes.
     *
     * @param secret the beginning of the secret, and until when an old one is valid, too
     * @param locks what the member of a personal key cannot change, because another member or the operator has limited it
     * @param version counts the changes, so that no change overwrites another unseen
     * @param deletedAt when it was deleted; its name and its usage stay. Null if it was not
     */
    record Changeable(
            Secret secret,
            KeySettings settings,
            boolean disabled,
            Set<KeyLock> locks,
            long version,
            @Nullable Instant deletedAt) {}

    /** The facts of a secret. @param oldUntil until when the previous one is valid; null if it is not */
    record Secret(String prefix, @Nullable Instant oldUntil) {}

    /** Returns an account key that has just been created. */
    public static Key made(String id, String accountId, String prefix, KeySettings settings, Instant at) {
        return made(id, accountId, KeyOwner.account(id), prefix, settings, at);
    }

    public static Key made(
            String id, String accountId, KeyOwner owner, String prefix, KeySettings settings, Instant at) {
        Changeable now = new Changeable(new Secret(prefix, null), settings, false, Set.of(), 1, null);
        return new Key(id, accountId, owner, at, now, null, null);
    }

    /** Returns the beginning of the secret. */
    public String prefix() {
        return now.secret().prefix();
    }

    /** Returns until when the previous secret is valid, too; null if it is not. */
    public @Nullable Instant oldSecretUntil() {
        return now.secret().oldUntil();
    }

    public KeySettings settings() {
        return now.settings();
    }

    public boolean disabled() {
        return now.disabled();
    }

    public Set<KeyLock> locks() {
        return now.locks();
    }

    public long version() {
        return now.version();
    }

    /** Returns when it was deleted; null if it was not. */
    public @Nullable Instant deletedAt() {
        return now.deletedAt();
    }

    /** Returns whether the key may be used from there. */
    public boolean allows(String address) {
        return settings().allow().allows(address);
    }

    /** Returns whether the key may use the model (decision D28: else the model is not found). */
    public boolean mayUse(String model) {
        return settings().models().isEmpty() || settings().models().contains(model);
    }

    public boolean expired(Instant now) {
        Instant end = settings().expiresAt();
        return end != null && !now.isBefore(end);
    }

    /** Returns the version as a header has it. */
    public String etag() {
        return "\"" + version() + "\"";
    }

    public boolean isDeleted() {
        return deletedAt() != null;
    }

    /** Returns whether the key is the playground's, which no list shows. */
    public boolean isHidden() {
        return settings().kind() == KeyKind.HIDDEN;
    }

    Key movedTo(String nextId, KeyOwner its, Instant at) {
        Changeable moved = new Changeable(now.secret(), settings(), disabled(), Set.of(), 1, null);
        return new Key(nextId, accountId, its, at, moved, lastUsedAt, null);
    }

    Key withAccount(String its) {
        return new Key(id, its, owner, createdAt, now, lastUsedAt, pausedTeam);
    }

    Key withSettings(KeySettings its) {
        return with(new Changeable(now.secret(), its, disabled(), locks(), version(), deletedAt()));
    }

    Key withDisabled(boolean its) {
        return with(new Changeable(now.secret(), settings(), its, locks(), version(), deletedAt()));
    }

    Key withLocks(Set<KeyLock> its) {
        return with(new Changeable(now.secret(), settings(), disabled(), its, version(), deletedAt()));
    }

    Key withDeletedAt(@Nullable Instant at) {
        return with(new Changeable(now.secret(), settings(), disabled(), locks(), version(), at));
    }

    Key withSecret(String prefix, @Nullable Instant oldUntil) {
        Secret secret = new Secret(prefix, oldUntil);
        return with(new Changeable(secret, settings(), disabled(), locks(), version(), deletedAt()));
    }

    Key asNextVersion() {
        return with(new Changeable(now.secret(), settings(), disabled(), locks(), version() + 1, deletedAt()));
    }

    private Key with(Changeable its) {
        return new Key(id, accountId, owner, createdAt, its, lastUsedAt, pausedTeam);
    }
}
