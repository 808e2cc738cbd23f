package dev.tollgate.keys;

import dev.tollgate.base.error.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A change of a key that is there. What was counted stays counted (decision D47). */
public abstract sealed class KeyEdit extends KeyChange<Outcome<KeyEdit.Changed>> {

    /** A change that was made. @param before as it was; @param key as it is now */
    public record Changed(Key before, Key key) {}

    private final String id;
    private final KeyCondition condition;

    KeyEdit(String id, KeyCondition condition) {
        this.id = id;
        this.condition = condition;
    }

    @Override
    public final String idOrHash() {
        return id;
    }

    /** Returns the changed key. Runs on the writer's thread. */
    abstract Key edited(Key old);

    void write(KeyRows rows, KeyRows.Row present, Key changed) throws SQLException {
        rows.update(changed);
    }

    @Override
    final Outcome<Changed> decideOver(KeyRows rows) throws SQLException {
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
        Key edited = locked(present.key(), edited(present.key()));
        if (edited.equals(present.key()) && !(this instanceof RotateKey)) {
            return new Outcome.Done<>(new Changed(edited, edited));
        }
        Key changed = edited.asNextVersion();
        write(rows, present, changed);
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

    /** Changes what a key's owner can choose. */
    public static final class SetKey extends KeyEdit {

        private final UnaryOperator<KeySettings> edit;
        private final @Nullable Boolean disabled;

        /**
         * @param edit run on the writer's thread over the settings as they are then; must not block or fail
         * @param disabled null: stays as it is
         */
        public SetKey(String id, KeyCondition condition, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
            super(id, condition);
            this.edit = edit;
            this.disabled = disabled;
        }

        /** Anybody's, whatever it has become. */
        public SetKey(String id, UnaryOperator<KeySettings> edit) {
            this(id, KeyCondition.NONE, edit, null);
        }

        @Override
        Key edited(Key old) {
            Key changed = old.withSettings(edit.apply(old.settings()));
            return disabled == null ? changed : changed.withDisabled(disabled);
        }
    }

    /** Disables a key, or enables it again. */
    public static final class DisableKey extends KeyEdit {

        private final boolean disabled;

        public DisableKey(String id, KeyCondition condition, boolean disabled) {
            super(id, condition);
            this.disabled = disabled;
        }

        /** Anybody's, whatever it has become. */
        public DisableKey(String id, boolean disabled) {
            this(id, KeyCondition.NONE, disabled);
        }

        @Override
        Key edited(Key old) {
            return old.withDisabled(disabled);
        }
    }

    /** Deletes a key for good. Its row stays, since usage refers to its name. */
    public static final class DeleteKey extends KeyEdit {

        private final Instant at;

        public DeleteKey(String id, KeyCondition condition, Instant at) {
            super(id, condition);
            this.at = at;
        }

        @Override
        Key edited(Key old) {
            return old.withDeletedAt(at);
        }
    }

    /**
     * Gives a key another secret; id, limits and counters stay. The old secret is good for a time, and only the last one: to rotate again ends
     * the one before.
     */
    public static final class RotateKey extends KeyEdit {

        /** The longest time that an old secret may be good for. */
        public static final Duration GRACE_MAX = Duration.ofDays(30);

        private final KeySecret secret;
        private final @Nullable Instant oldUntil;

        /**
         * @param secret the new one
         * @param grace how long the old one stays good, 0 to {@link #GRACE_MAX}
         */
        public RotateKey(String id, KeyCondition condition, KeySecret secret, Duration grace, Instant at) {
            super(id, condition);
            if (grace.isNegative() || grace.compareTo(GRACE_MAX) > 0) {
                throw new IllegalArgumentException("an old key stays good for 0 to " + GRACE_MAX.toSeconds()
                        + " seconds, not " + grace.toSeconds());
            }
            this.secret = secret;
            this.oldUntil = grace.isZero() ? null : at.plus(grace);
        }

        @Override
        Key edited(Key old) {
            return old.withSecret(secret.prefix(), oldUntil);
        }

        @Override
        void write(KeyRows rows, KeyRows.Row present, Key changed) throws SQLException {
            rows.rotate(changed, secret.hash(), oldUntil == null ? null : present.hash());
            touch(secret.hash());
        }
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
