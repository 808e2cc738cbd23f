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
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Something that changes a key's row, and so what the cache may say of it. */
public abstract sealed class KeyChange<O> extends Decision<O> permits CreateKey, KeyEdit, KeyChange.Step {

    public static final int FORGOTTEN_MAX = 500;

    /** The name of a hidden key in files and for operators' programs; pages have a sentence. */
    public static final String HIDDEN_NAME = "Playground";

    private final List<String> touchedHashes = new ArrayList<>(2);
    private @Nullable String touchedAccount;

    /** Returns all rows that it reads and changes: by the keys' ids, or hashes. */
    abstract List<String> idsOrHashes();

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

    /** A change in one function. */
    private static final class Step<O> extends KeyChange<O> {

        private final List<String> ids;
        private final Deciding<O> deciding;

        /** @param ids the rows that it reads and changes, by the keys' ids or hashes */
        Step(List<String> ids, Deciding<O> deciding) {
            this.ids = List.copyOf(ids);
            this.deciding = deciding;
        }

        @Override
        List<String> idsOrHashes() {
            return ids;
        }

        @Override
        O decideOver(KeyRows rows) throws SQLException {
            return deciding.decide(rows, this);
        }
    }

    /** Decides and writes. Runs on the writer's thread. */
    @FunctionalInterface
    private interface Deciding<O> {

        /** @param change remembers what is touched */
        O decide(KeyRows rows, KeyChange<O> change) throws SQLException;
    }

    /**
     * Makes sure that a key chosen by the operator exists, is enabled, and belongs to the account, even if it belonged to another. Settings of an
     * existing key stay. The outcome is the key.
     *
     * @param id {@code key_…}, used if the key is new
     */
    public static KeyChange<Key> ensure(
            String id, String accountId, KeySecret secret, KeySettings settings, Instant at) {
        Key key = Key.made(id, accountId, secret.prefix(), settings, at);
        String hash = secret.hash();
        return new Step<>(List.of(hash), (rows, change) -> {
            KeyRows.Row present = rows.byHash(hash);
            if (present == null) {
                rows.insert(key, hash, "");
                change.touch(hash);
                return key;
            }
            change.touch(present);
            Key old = present.key();
            Key ensured = old.withAccount(accountId).withDisabled(false).withDeletedAt(null);
            if (ensured.equals(old)) {
                return old;
            }
            Key changed = ensured.asNextVersion();
            rows.update(changed);
            return changed;
        });
    }

    /**
     * Sees to it that a member has the hidden key, in a unit that has taken the account's row.
     *
     * @param id {@code key_…}, used if there is none yet
     */
    public static KeyChange<Outcome<Key>> ensureHidden(String id, String accountId, String memberId, Instant at) {
        KeyOwner owner = new KeyOwner(memberId, "", id);
        KeySettings settings = KeySettings.named(HIDDEN_NAME).withKind(KeyKind.HIDDEN);
        Key key = Key.made(id, accountId, owner, "", settings, at);
        String hash = hiddenHash(memberId);
        return new Step<>(List.of(hash), (rows, change) -> {
            KeyRows.Row present = rows.byHash(hash);
            if (present != null) {
                return new Outcome.Done<>(present.key());
            }
            if (!rows.hasAccount(accountId)) {
                return KeyResult.noSuchAccount();
            }
            if (!rows.hasOwner(accountId, owner)) {
                return KeyResult.noSuchOwner();
            }
            rows.insert(key, hash, "");
            change.touch(hash);
            return new Outcome.Done<>(key);
        });
    }

    /** Returns the hash of a text that is no secret, so that no caller can present it; it depends on the member alone, so that there is only one. */
    static String hiddenHash(String memberId) {
        return KeySecret.hash("hidden " + memberId);
    }

    /** A value before a change and after it. */
    public record Values<T>(T before, T after) {}

    /**
     * Changes what all keys of an account together may use; the operator's choice. The outcome is empty if there is no such account, or it is deleted.
     *
     * @param edit must not fail: it runs on the writer's thread
     */
    public static KeyChange<Optional<Values<CallLimits>>> accountRates(
            String accountId, UnaryOperator<CallLimits> edit) {
        return new Step<>(List.of(accountId), (rows, change) -> {
            if (!rows.hasAccount(accountId)) {
                return Optional.empty();
            }
            CallLimits before = rows.accountRates(accountId);
            CallLimits after = edit.apply(before);
            rows.setAccountRates(accountId, after);
            change.touchAccount(accountId);
            return Optional.of(new Values<>(before, after));
        });
    }

    /**
     * Changes which labels of its calls an account counts, in a unit that has taken its row. The outcome is empty if there is no such account, or it is deleted.
     *
     * @param edit must not fail: it runs on the writer's thread
     */
    public static KeyChange<Optional<Values<LabelRules>>> labelRules(String accountId, UnaryOperator<LabelRules> edit) {
        return new Step<>(List.of(accountId), (rows, change) -> {
            LabelRules before = rows.labelRules(accountId);
            if (before == null) {
                return Optional.empty();
            }
            LabelRules after = edit.apply(before);
            if (!after.equals(before)) {
                rows.setLabelRules(accountId, after);
                change.touchAccount(accountId);
            }
            return Optional.of(new Values<>(before, after));
        });
    }

    /**
     * Gives a key another owner under another id, which takes over secret, settings and the key's budgets, in a unit that has taken the account's row. The
     * old id keeps its history. The outcome is as if a key was made, with the key under its former id.
     *
     * @param teamId the team that gets it; empty for the account
     */
    public static KeyChange<Outcome<KeyEdit.Changed>> move(
            KeyCondition condition, String id, String nextId, String teamId, String movedBy, Instant at) {
        return new Step<>(List.of(id), (rows, change) -> {
            KeyRows.Row present = rows.byId(id);
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
            change.touch(present);
            return new Outcome.Done<>(new KeyEdit.Changed(old, next));
        });
    }

    /**
     * Deletes the keys that a team has, a member has, or a member has in a team, in a unit that has locked the account's row. If the present keys are not the
     * named ones, nothing is deleted and the outcome is false: then read the keys again.
     *
     * @param memberId null for the keys of all
     * @param teamId null for keys in and outside teams
     * @param ids of all their keys as they were read
     */
    public static KeyChange<Boolean> delete(
            String accountId, @Nullable String memberId, @Nullable String teamId, List<String> ids, Instant at) {
        return new Step<>(ids, (rows, change) -> {
            if (!rows.owned(accountId, memberId, teamId).equals(ids)) {
                return false;
            }
            for (String id : ids) {
                KeyRows.Row present = Objects.requireNonNull(rows.byId(id));
                rows.update(present.key().withDeletedAt(at).asNextVersion());
                change.touch(present);
            }
            return true;
        });
    }

    /**
     * Marks the keys without a member whose secret a person knows who leaves the account or a team: those that the person has made, and those that were
     * moved. A new secret ends the mark. The outcome is their number.
     *
     * @param teamId of which keys are marked; null for all of the account
     * @param moved ids of keys that the same unit has moved
     */
    public static KeyChange<Integer> mark(
            String accountId, String personId, @Nullable String teamId, List<String> moved) {
        return new Step<>(List.of(), (rows, change) -> rows.mark(accountId, personId, teamId, moved));
    }

    /** Erases at most {@value #FORGOTTEN_MAX} keys that were deleted before a call was made with them. The outcome is their number. */
    public static KeyChange<Integer> forget(Instant before) {
        return new Step<>(List.of(), (rows, change) -> rows.forgetUnused(before, FORGOTTEN_MAX));
    }
}
