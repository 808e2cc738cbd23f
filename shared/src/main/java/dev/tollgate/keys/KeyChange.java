package dev.tollgate.keys;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.storage.Decision;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Something that changes a key's row, and so what the cache may say of it. */
public abstract sealed class KeyChange<O> extends Decision<O>
        permits CreateKey,
                KeyChange.EnsureKey,
                KeyChange.EnsureHiddenKey,
                KeyChange.SetAccountRates,
                KeyChange.SetLabelRules,
                KeyChange.ForgetKeys,
                KeyChange.DeleteKeys,
                KeyChange.MarkKeys,
                KeyChange.MoveKey,
                KeyEdit {

    private final List<String> touchedHashes = new ArrayList<>(2);
    private @Nullable String touchedAccount;

    /** Returns the row that it reads and changes: the key's id, or its hash. */
    abstract String idOrHash();

    /** Returns all rows that it reads and changes. */
    List<String> idsOrHashes() {
        return List.of(idOrHash());
    }

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

    /**
     * Makes sure that a key chosen by the operator exists, is enabled, and belongs to the account, even if it belonged to another. Settings of an
     * existing key stay. The outcome is the key.
     */
    public static final class EnsureKey extends KeyChange<Key> {

        private final Key key;
        private final String hash;

        /** @param id {@code key_…}, used if the key is new */
        public EnsureKey(String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
            this.key = Key.made(id, accountId, secret.prefix(), settings, at);
            this.hash = secret.hash();
        }

        @Override
        String idOrHash() {
            return hash;
        }

        @Override
        Key decideOver(KeyRows rows) throws SQLException {
            KeyRows.Row present = rows.byHash(hash);
            if (present == null) {
                rows.insert(key, hash, "");
                touch(hash);
                return key;
            }
            touch(present);
            Key old = present.key();
            Key ensured = old.withAccount(key.accountId()).withDisabled(false).withDeletedAt(null);
            if (ensured.equals(old)) {
                return old;
            }
            Key changed = ensured.asNextVersion();
            rows.update(changed);
            return changed;
        }
    }

    /** Sees to it that a member has the hidden key, in a unit that has taken the account's row. */
    public static final class EnsureHiddenKey extends KeyChange<Outcome<Key>> {

        private static final String NAME = "Playground";

        private final Key key;
        private final String hash;

        /** @param id {@code key_…}, used if there is none yet */
        public EnsureHiddenKey(String id, String accountId, String memberId, Instant at) {
            KeyOwner owner = new KeyOwner(memberId, "", id);
            this.key =
                    Key.made(id, accountId, owner, "", KeySettings.named(NAME).withKind(KeyKind.HIDDEN), at);
            this.hash = hash(memberId);
        }

        /** The hash of a text that is no secret, so that no caller can present it; it depends on the member alone, so that there is only one. */
        static String hash(String memberId) {
            return KeySecret.hash("hidden " + memberId);
        }

        @Override
        String idOrHash() {
            return hash;
        }

        @Override
        Outcome<Key> decideOver(KeyRows rows) throws SQLException {
            KeyRows.Row present = rows.byHash(hash);
            if (present != null) {
                return new Outcome.Done<>(present.key());
            }
            if (!rows.hasAccount(key.accountId())) {
                return KeyResult.noSuchAccount();
            }
            if (!rows.hasOwner(key.accountId(), key.owner())) {
                return KeyResult.noSuchOwner();
            }
            rows.insert(key, hash, "");
            touch(hash);
            return new Outcome.Done<>(key);
        }
    }

    /** Changes what all keys of an account together may use; the operator's choice. The outcome: whether there is such an account, not deleted. */
    public static final class SetAccountRates extends KeyChange<Boolean> {

        private final String accountId;
        private final UnaryOperator<CallLimits> change;
        private CallLimits before = CallLimits.NONE;
        private CallLimits after = CallLimits.NONE;

        /** @param change must not fail: it runs on the writer's thread */
        public SetAccountRates(String accountId, UnaryOperator<CallLimits> change) {
            this.accountId = accountId;
            this.change = change;
        }

        /** Returns the previous rates. Once applied. */
        public CallLimits before() {
            return before;
        }

        /** Returns the new rates. Once applied. */
        public CallLimits after() {
            return after;
        }

        @Override
        String idOrHash() {
            return accountId;
        }

        @Override
        Boolean decideOver(KeyRows rows) throws SQLException {
            if (!rows.hasAccount(accountId)) {
                return false;
            }
            before = rows.accountRates(accountId);
            after = change.apply(before);
            rows.setAccountRates(accountId, after);
            touchAccount(accountId);
            return true;
        }
    }

    /** Changes which labels of its calls an account counts, in a unit that has taken its row. The outcome: whether there is such an account, not deleted. */
    public static final class SetLabelRules extends KeyChange<Boolean> {

        private final String accountId;
        private final UnaryOperator<LabelRules> change;
        private @Nullable LabelRules before;
        private @Nullable LabelRules after;

        /** @param change must not fail: it runs on the writer's thread */
        public SetLabelRules(String accountId, UnaryOperator<LabelRules> change) {
            this.accountId = accountId;
            this.change = change;
        }

        /** Returns the previous rules; null if there is no such account. Once applied. */
        public @Nullable LabelRules before() {
            return before;
        }

        /** Returns the new rules; null if there is no such account. Once applied. */
        public @Nullable LabelRules after() {
            return after;
        }

        @Override
        String idOrHash() {
            return accountId;
        }

        @Override
        Boolean decideOver(KeyRows rows) throws SQLException {
            before = rows.labelRules(accountId);
            after = before == null ? null : change.apply(before);
            if (after == null || after.equals(before)) {
                return after != null;
            }
            rows.setLabelRules(accountId, after);
            touchAccount(accountId);
            return true;
        }
    }

    /**
     * Gives a key another owner under another id, which takes over secret, settings and the key's budgets, in a unit that has taken the account's row. The
     * old id keeps its history. The outcome is as if a key was made.
     */
    public static final class MoveKey extends KeyChange<Outcome<Key>> {

        private final KeyCondition condition;
        private final String id;
        private final String nextId;
        private final String teamId;
        private final String movedBy;
        private final Instant at;
        private @Nullable Key before;

        /** @param teamId the team that gets it; empty for the account */
        public MoveKey(KeyCondition condition, String id, String nextId, String teamId, String movedBy, Instant at) {
            this.condition = condition;
            this.id = id;
            this.nextId = nextId;
            this.teamId = teamId;
            this.movedBy = movedBy;
            this.at = at;
        }

        /** Returns the key under its former id. Once applied; null if there was none. */
        @Nullable
        public Key before() {
            return before;
        }

        @Override
        String idOrHash() {
            return id;
        }

        @Override
        Outcome<Key> decideOver(KeyRows rows) throws SQLException {
            KeyRows.Row present = rows.byId(id);
            before = present == null ? null : present.key();
            if (present == null
                    || present.key().isDeleted()
                    || present.key().settings().kind() != KeyKind.API
                    || !condition.isOf(present.key())) {
                return KeyResult.noSuchOwner();
            }
            Key old = present.key();
            KeyOwner owner = new KeyOwner("", teamId, old.owner().originId());
            if (!rows.hasOwner(old.accountId(), owner)) {
                return KeyResult.noSuchOwner();
            }
            if (rows.isFull(old.accountId(), owner, KeyRows.KEYS_OF_ACCOUNT_MAX)) {
                return KeyResult.tooMany();
            }
            Key next = old.movedTo(nextId, owner, at);
            rows.move(present, next, at, movedBy);
            touch(present);
            return new Outcome.Done<>(next);
        }
    }

    /**
     * Deletes the keys that a team has, a member has, or a member has in a team, in a unit that has locked the account's row. If the present keys are not the
     * named ones, nothing is deleted and the outcome is false: then read the keys again.
     */
    public static final class DeleteKeys extends KeyChange<Boolean> {

        private final String accountId;
        private final @Nullable String memberId;
        private final @Nullable String teamId;
        private final List<String> ids;
        private final Instant at;

        /**
         * @param memberId null for the keys of all
         * @param teamId null for keys in and outside teams
         * @param ids of all their keys as they were read
         */
        public DeleteKeys(
                String accountId, @Nullable String memberId, @Nullable String teamId, List<String> ids, Instant at) {
            this.accountId = accountId;
            this.memberId = memberId;
            this.teamId = teamId;
            this.ids = List.copyOf(ids);
            this.at = at;
        }

        @Override
        String idOrHash() {
            return "";
        }

        @Override
        List<String> idsOrHashes() {
            return ids;
        }

        @Override
        Boolean decideOver(KeyRows rows) throws SQLException {
            if (!rows.owned(accountId, memberId, teamId).equals(ids)) {
                return false;
            }
            for (String id : ids) {
                KeyRows.Row present = Objects.requireNonNull(rows.byId(id));
                rows.update(present.key().withDeletedAt(at).asNextVersion());
                touch(present);
            }
            return true;
        }
    }

    /**
     * Marks the keys without a member whose secret a person knows who leaves the account or a team: those that the person has made, and those that were
     * moved. A new secret ends the mark. The outcome is their number.
     */
    public static final class MarkKeys extends KeyChange<Integer> {

        private final String accountId;
        private final String personId;
        private final @Nullable String teamId;
        private final List<String> moved;

        /**
         * @param teamId of which keys are marked; null for all of the account
         * @param moved ids of keys that the same unit has moved
         */
        public MarkKeys(String accountId, String personId, @Nullable String teamId, List<String> moved) {
            this.accountId = accountId;
            this.personId = personId;
            this.teamId = teamId;
            this.moved = List.copyOf(moved);
        }

        @Override
        String idOrHash() {
            return "";
        }

        @Override
        List<String> idsOrHashes() {
            return List.of();
        }

        @Override
        Integer decideOver(KeyRows rows) throws SQLException {
            return rows.mark(accountId, personId, teamId, moved);
        }
    }

    /** Erases keys that were deleted before a call was made with them. The outcome is their number. */
    public static final class ForgetKeys extends KeyChange<Integer> {

        public static final int ROWS_MAX = 500;

        private final Instant before;

        public ForgetKeys(Instant before) {
            this.before = before;
        }

        @Override
        String idOrHash() {
            return "";
        }

        @Override
        Integer decideOver(KeyRows rows) throws SQLException {
            return rows.forgetUnused(before, ROWS_MAX);
        }
    }
}
