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
 * @param prefix the beginning of the secret
 * @param locks what the member of a personal key cannot change, because another member or the operator has limited it
 * @param version counts the changes, so that no change overwrites another unseen
 * @param lastUsedAt when it last admitted a call, to the minute; null if never
 * @param deletedAt when it was deleted; its name and its usage stay. Null if it was not
 * @param oldSecretUntil until when the previous secret is valid, too; null if it is not
 */
public record Key(
        String id,
        String accountId,
        KeyOwner owner,
        String prefix,
        KeySettings settings,
        boolean disabled,
        Set<KeyLock> locks,
        long version,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant deletedAt,
        @Nullable Instant oldSecretUntil,
        @Nullable String pausedTeam) {

    /** Returns an account key that has just been created. */
    public static Key made(String id, String accountId, String prefix, KeySettings settings, Instant at) {
        return made(id, accountId, KeyOwner.account(id), prefix, settings, at);
    }

    public static Key made(
            String id, String accountId, KeyOwner owner, String prefix, KeySettings settings, Instant at) {
        return new Key(id, accountId, owner, prefix, settings, false, Set.of(), 1, at, null, null, null, null);
    }

    /** Returns whether the key may be used from there. */
    public boolean allows(String address) {
        return settings.allow().allows(address);
    }

    /** Returns whether the key may use the model (decision D28: else the model is not found). */
    public boolean mayUse(String model) {
        return settings.models().isEmpty() || settings.models().contains(model);
    }

    public boolean expired(Instant now) {
        Instant end = settings.expiresAt();
        return end != null && !now.isBefore(end);
    }

    /** Returns the version as a header has it. */
    public String etag() {
        return "\"" + version + "\"";
    }

    public boolean isDeleted() {
        return deletedAt != null;
    }

    /** Returns whether the key is the playground's, which no list shows. */
    public boolean isHidden() {
        return settings.kind() == KeyKind.HIDDEN;
    }

    Key movedTo(String nextId, KeyOwner its, Instant at) {
        return new Key(
                nextId,
                accountId,
                its,
                prefix,
                settings,
                disabled,
                Set.of(),
                1,
                at,
                lastUsedAt,
                null,
                oldSecretUntil,
                null);
    }

    Key withAccount(String its) {
        return new Key(
                id,
                its,
                owner,
                prefix,
                settings,
                disabled,
                locks,
                version,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldSecretUntil,
                pausedTeam);
    }

    Key withSettings(KeySettings its) {
        return new Key(
                id,
                accountId,
                owner,
                prefix,
                its,
                disabled,
                locks,
                version,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldSecretUntil,
                pausedTeam);
    }

    Key withDisabled(boolean its) {
        return new Key(
                id,
                accountId,
                owner,
                prefix,
                settings,
                its,
                locks,
                version,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldSecretUntil,
                pausedTeam);
    }

    Key withLocks(Set<KeyLock> its) {
        return new Key(
                id,
                accountId,
                owner,
                prefix,
                settings,
                disabled,
                its,
                version,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldSecretUntil,
                pausedTeam);
    }

    Key withDeletedAt(@Nullable Instant at) {
        return new Key(
                id,
                accountId,
                owner,
                prefix,
                settings,
                disabled,
                locks,
                version,
                createdAt,
                lastUsedAt,
                at,
                oldSecretUntil,
                pausedTeam);
    }

    Key withSecret(String newPrefix, @Nullable Instant oldUntil) {
        return new Key(
                id,
                accountId,
                owner,
                newPrefix,
                settings,
                disabled,
                locks,
                version,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldUntil,
                pausedTeam);
    }

    Key asNextVersion() {
        return new Key(
                id,
                accountId,
                owner,
                prefix,
                settings,
                disabled,
                locks,
                version + 1,
                createdAt,
                lastUsedAt,
                deletedAt,
                oldSecretUntil,
                pausedTeam);
    }
}
