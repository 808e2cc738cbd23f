package dev.tollgate.keys;

import dev.tollgate.base.error.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A change of a key that is there. What was counted stays counted (decision D47). */
public final class KeyEdit extends KeyChange<Outcome<KeyEdit.Changed>> {

    /** The longest time that an old secret may be good for. */
    public static final Duration GRACE_MAX = Duration.ofDays(30);

    /** A change that was made. @param before as it was; @param key as it is now */
    public record Changed(Key before, Key key) {}

    /** A new secret. @param oldUntil until when the old one is good; null: it ends now */
    private record Rotation(KeySecret secret, @Nullable Instant oldUntil) {}

    private final String id;
    private final KeyCondition condition;
    private final UnaryOperator<Key> edit;
    private final @Nullable Rotation rotation;

    /** @param edit runs on the writer's thread; must not block or fail */
    private KeyEdit(String id, KeyCondition condition, UnaryOperator<Key> edit, @Nullable Rotation rotation) {
        this.id = id;
        this.condition = condition;
        this.edit = edit;
        this.rotation = rotation;
    }

    /**
     * Changes what a key's owner can choose.
     *
     * @param edit run on the writer's thread over the settings as they are then; must not block or fail
     * @param disabled null: stays as it is
     */
    public static KeyEdit set(
            String id, KeyCondition condition, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
        UnaryOperator<Key> settings = old -> old.withSettings(edit.apply(old.settings()));
        return new KeyEdit(
                id,
                condition,
                disabled == null ? settings : old -> settings.apply(old).withDisabled(disabled),
                null);
    }

    /** Changes a key of any owner, whatever it has become. */
    public static KeyEdit set(String id, UnaryOperator<KeySettings> edit) {
        return set(id, KeyCondition.NONE, edit, null);
    }

    /** Disables a key, or enables it again. */
    public static KeyEdit disable(String id, KeyCondition condition, boolean disabled) {
        return new KeyEdit(id, condition, old -> old.withDisabled(disabled), null);
    }

    /** Disables a key of any owner, whatever it has become, or enables it again. */
    public static KeyEdit disable(String id, boolean disabled) {
        return disable(id, KeyCondition.NONE, disabled);
    }

    /** Deletes a key for good. Its row stays, since usage refers to its name. */
    public static KeyEdit delete(String id, KeyCondition condition, Instant at) {
        return new KeyEdit(id, condition, old -> old.withDeletedAt(at), null);
    }

    /**
     * Gives a key another secret; id, limits and counters stay. The old secret is good for a time, and only the last one: to rotate again ends
     * the one before.
     *
     * @param secret the new one
     * @param grace how long the old one stays good, 0 to {@link #GRACE_MAX}
     */
    public static KeyEdit rotate(String id, KeyCondition condition, KeySecret secret, Duration grace, Instant at) {
        if (grace.isNegative() || grace.compareTo(GRACE_MAX) > 0) {
            throw new IllegalArgumentException(
                    "an old key stays good for 0 to " + GRACE_MAX.toSeconds() + " seconds, not " + grace.toSeconds());
        }
        Instant oldUntil = grace.isZero() ? null : at.plus(grace);
        return new KeyEdit(
                id, condition, old -> old.withSecret(secret.prefix(), oldUntil), new Rotation(secret, oldUntil));
    }

    public String id() {
        return id;
    }

    @Override
    List<String> idsOrHashes() {
        return List.of(id);
    }

    @Override
    Outcome<Changed> decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byId(id);
        if (present == null
                || present.key().isDeleted()
                || present.key().isHidden()
                || !condition.isOf(present.key())) {
            return KeyResult.noSuchKey();
        }
        if (!condition.hasSeen(present.key())) {
            return KeyResult.changedMeanwhile(present.key());
        }
        Key edited = locked(present.key(), edit.apply(present.key()));
        if (edited.equals(present.key()) && rotation == null) {
            return new Outcome.Done<>(new Changed(edited, edited));
        }
        Key changed = edited.asNextVersion();
        if (rotation == null) {
            rows.update(changed);
        } else {
            String hash = rotation.secret().hash();
            rows.rotate(changed, hash, rotation.oldUntil() == null ? null : present.hash());
            touch(hash);
        }
        touch(present);
        return new Outcome.Done<>(new Changed(present.key(), changed));
    }

    private Key locked(Key old, Key changed) {
        String member = old.owner().memberId();
        return member.isEmpty()
                ? changed
                : member.equals(condition.memberId())
                        ? KeyLock.byMember(old, changed)
                        : KeyLock.byAnother(old, changed);
    }

    /**
     * The condition of a change, apart from the key's id.
     *
     * @param accountId the account that the key must belong to; null for any
     * @param version the version that the change was based on; null for any
     * @param memberId the member who makes the change; empty for a key and the operator
     */
    public record KeyCondition(
            @Nullable String accountId, @Nullable Long version, String memberId) {

        public static final KeyCondition NONE = new KeyCondition(null, null, "");

        boolean isOf(Key key) {
            return accountId == null || accountId.equals(key.accountId());
        }

        boolean hasSeen(Key key) {
            return version == null || version == key.version();
        }
    }
}
