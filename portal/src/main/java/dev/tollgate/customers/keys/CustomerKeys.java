package dev.tollgate.customers.keys;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.Drawn;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Authentication;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeyResult.Made;
import dev.tollgate.keys.KeyRows;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The actions on the keys of an account: of a customer, from a page or with a management key, who is bound to rights and to a number a day, and of the
 * operator, who is bound to neither. Every action is durable when its method returns, and holds for the next call. Thread-safe; all methods block, and
 * throw {@link dev.tollgate.storage.StoreException} when the database fails.
 */
public final class CustomerKeys {

    public static final int KEYS_OF_MEMBER_MAX = KeyRows.KEYS_OF_MEMBER_MAX;
    public static final int KEYS_OF_TEAM_MAX = KeyRows.KEYS_OF_TEAM_MAX;

    public static final int NAME_CHARS_MAX = 100;

    /** The number of keys that may be made a day, by each person, and by all keys of an account. */
    static final int MADE_DAY = 100;

    private static final Often MADE = new Often("keys.made", MADE_DAY);
    private static final Often ROTATED = new Often("keys.rotated", 100);
    private static final Often CHANGED = new Often("keys.changed", 1_000);
    private static final Duration DAY = Duration.ofDays(1);

    private final Keys keys;
    private final Writer writer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Allowances allowances;
    private final boolean byKey;

    private CustomerKeys(
            Keys keys, Writer writer, Allowances allowances, InstantSource clock, SecureRandom random, boolean byKey) {
        this.keys = keys;
        this.writer = writer;
        this.allowances = allowances;
        this.clock = clock;
        this.random = random;
        this.byKey = byKey;
    }

    /** Makes the actions of people, who may also create and change management keys. */
    public CustomerKeys(Keys keys, Writer writer, Allowances allowances, InstantSource clock, SecureRandom random) {
        this(keys, writer, allowances, clock, random, false);
    }

    /**
     * Returns the actions of a management key, which can neither create nor change management keys: otherwise a stolen key could be kept for
     * good.
     */
    public CustomerKeys byManagementKey() {
        return new CustomerKeys(keys, writer, allowances, clock, random, true);
    }

    Instant now() {
        return clock.instant();
    }

    /** Returns whether a key may be called that: 1 to {@value #NAME_CHARS_MAX} characters that are {@link WrittenText}, spaces within. */
    public static boolean isName(String name) {
        return !name.isBlank()
                && name.codePointCount(0, name.length()) <= NAME_CHARS_MAX
                && name.equals(name.strip())
                && WrittenText.isClean(name);
    }

    /**
     * A key to be made.
     *
     * @param settings of a kind that can be chosen, under a name that {@link #isName}
     * @param memberId whose personal key it is; empty for none
     * @param teamId the team that it is in; empty for none
     */
    public record NewKey(KeySettings settings, String memberId, String teamId) {

        /** Returns an account key. */
        public static NewKey ofAccount(KeySettings settings) {
            return new NewKey(settings, "", "");
        }
    }

    /**
     * Makes a key once.
     *
     * @param once what is random and the same whenever the same is asked for; null: one is made each time
     * @return the key without its secret if an earlier call made it
     */
    public Outcome<Made> create(Acting by, NewKey wanted, @Nullable String once) {
        String accountId = by.accountId();
        KeySettings settings = wanted.settings();
        requireName(settings.name());
        if (settings.kind() == KeyKind.HIDDEN) {
            throw new IllegalArgumentException("a hidden key is not made by wish");
        }
        if (byKey && settings.kind() == KeyKind.MANAGEMENT) {
            return KeyResult.notByKey();
        }
        String id = OwnIds.key(once == null ? random : new Drawn(accountId + " " + once));
        KeyOwner owner = new KeyOwner(wanted.memberId(), wanted.teamId(), id);
        Membership membership = by.membership();
        if (membership != null && !KeyRights.mayCreate(membership, settings.kind(), owner)) {
            return KeyResult.notAllowed();
        }
        Duration wait = use(by, byKey ? accountId : by.who(), MADE);
        if (wait.isPositive()) {
            return KeyResult.tooOften(wait);
        }
        KeySecret secret = KeySecret.random(random);
        return create(by, Key.made(id, accountId, owner, secret.prefix(), settings, clock.instant()), secret);
    }

    private Outcome<Made> create(Acting by, Key key, KeySecret secret) {
        CreateKey create = by.isOperator()
                ? new CreateKey(key, secret, "", Integer.MAX_VALUE)
                : new CreateKey(key, secret, by.who(), KeyRows.KEYS_OF_ACCOUNT_MAX);
        try {
            commit(
                    by,
                    right(by, key),
                    "key.create",
                    key.id(),
                    create,
                    () -> create.isMade() ? new ChangedKey(null, key) : null);
        } catch (StoreException e) {
            // Another server may have made it at the same moment.
            return new Outcome.Done<>(new Made(find(key.accountId(), key.id()).orElseThrow(() -> e), ""));
        }
        return create.outcome().map(made -> new Made(inTeam(made), create.isMade() ? secret.reveal() : ""));
    }

    /**
     * A page of the account's keys, in the order of their ids.
     *
     * @param after the last id of the page before, null for the first
     * @param limit 1 to {@link Keys#PAGE_MAX}
     */
    public List<Key> list(String accountId, @Nullable String after, int limit) {
        return keys.list(accountId, after, limit);
    }

    /** Returns a page of all keys, the deleted and the playground's included, so that a history can name them. */
    public List<Key> everMade(String accountId, @Nullable String after, int limit) {
        return keys.everMade(accountId, after, limit);
    }

    /** Returns a key that is neither deleted nor hidden. */
    public Optional<Key> find(String accountId, String id) {
        return keys.byId(id).filter(key -> key.accountId().equals(accountId) && !key.isDeleted() && !key.isHidden());
    }

    /** Returns a key that has just been written, as its team has it: paused or not. */
    private Key inTeam(Key key) {
        return key.owner().teamId().isEmpty()
                ? key
                : find(key.accountId(), key.id()).orElse(key);
    }

    /** Returns a key that calls may have used: also a deleted or hidden one. */
    public Optional<Key> ever(String accountId, String id) {
        return keys.byId(id).filter(key -> key.accountId().equals(accountId));
    }

    /** Commits a change with the check of the right and the rows of the logs. @param made null if the change was refused */
    private void commit(
            Acting by,
            Right right,
            String action,
            String id,
            KeyChange<?> change,
            Supplier<@Nullable ChangedKey> made) {
        List<Change> all = new ArrayList<>(List.of(change));
        all.addAll(by.act(
                right,
                action,
                id,
                clock.instant(),
                () -> made.get() instanceof ChangedKey both ? both.fields() : null,
                () -> made.get() instanceof ChangedKey both ? both.whole() : null));
        writer.commitAndWait(Unit.of(all));
    }

    private static Right right(Acting by, Key key) {
        return KeyRights.of(key.settings().kind(), key.owner(), memberId(by));
    }

    private static String memberId(Acting by) {
        Membership membership = by.membership();
        return membership == null ? "" : membership.id();
    }

    /** Returns whether a member may do something with a key; the rights of keys are checked by their gate. */
    private static boolean may(Acting by, Key key, BiPredicate<Membership, Key> rule) {
        Membership membership = by.membership();
        return membership == null || rule.test(membership, key);
    }

    /**
     * Changes what its owner can choose; what has been counted stays counted.
     *
     * @param version what was seen of it; null: whatever it has become since
     * @param edit over the settings as they are then; keeps the kind, gives it a name that {@link #isName}, must not fail or block
     * @param disabled null: stays as it is
     */
    public Outcome<Key> change(
            Acting by, String id, @Nullable Long version, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
        // A name that another member gives a personal key would surprise its member.
        boolean mayRename = find(by.accountId(), id)
                .filter(key -> may(by, key, KeyRights::mayChange))
                .isPresent();
        UnaryOperator<KeySettings> restricting = its -> edit.apply(its).withName(its.name());
        KeyEdit change = KeyEdit.set(id, condition(by, version), mayRename ? edit : restricting, disabled);
        String action = by.isOperator() ? "key.set" : "key.change";
        return edit(by, action, KeyRights::mayRestrict, CHANGED, change);
    }

    /** Does what a body asks for. @param version what was seen of the key; null for any */
    Outcome<Key> change(Acting by, String id, @Nullable Long version, KeyOptions.Change change) {
        Boolean disabled = change.disabled();
        return disabled != null && change.isAll()
                ? disable(by, id, version, disabled)
                : change(by, id, version, change.edit(), change.disabled());
    }

    /** Refuses its calls from now on, or takes them again. To do it twice is no error. */
    public Outcome<Key> disable(Acting by, String id, boolean disabled) {
        return disable(by, id, null, disabled);
    }

    /** Does so if the key has the version that the caller has seen; null for any. */
    Outcome<Key> disable(Acting by, String id, @Nullable Long version, boolean disabled) {
        KeyEdit change = KeyEdit.disable(id, condition(by, version), disabled);
        return disabled
                ? edit(by, "key.disable", KeyRights::mayRestrict, null, change)
                : edit(by, "key.enable", KeyRights::mayEnable, CHANGED, change);
    }

    private static KeyCondition condition(Acting by, @Nullable Long version) {
        return new KeyCondition(by.accountId(), version, memberId(by));
    }

    /**
     * Moves an API key to a team, or to the account: it gets another id, under which its secret, settings and budgets go on; its spending starts at zero.
     *
     * @param teamId empty for the account
     */
    public Outcome<Key> move(Acting by, String id, String teamId) {
        String accountId = by.accountId();
        Key present = find(accountId, id).orElse(null);
        if (present == null) {
            return KeyResult.noSuchKey();
        }
        if (byKey && present.settings().kind() == KeyKind.MANAGEMENT) {
            return KeyResult.notByKey();
        }
        if (present.settings().kind() != KeyKind.API) {
            return Outcome.wrong("team", sentence("{field} must be missing or null for a management key.", FIELD));
        }
        if (!may(by, present, KeyRights::mayMove)) {
            return KeyResult.notAllowed();
        }
        if (present.owner().memberId().isEmpty() && present.owner().teamId().equals(teamId)) {
            return new Outcome.Done<>(present);
        }
        Duration wait = use(by, accountId, MADE);
        if (wait.isPositive()) {
            return KeyResult.tooOften(wait);
        }
        KeyChange<Outcome<KeyEdit.Changed>> move =
                KeyChange.move(condition(by, null), id, OwnIds.key(random), teamId, by.who(), clock.instant());
        commit(by, Right.ACCOUNT_KEYS, "key.move", id, move, () -> ChangedKey.of(move.outcome()));
        return move.outcome().map(moved -> inTeam(moved.key()));
    }

    /** Takes it out of use for good; its name and its history stay. Stopping a key is never done too often. */
    public Outcome<Key> delete(Acting by, String id) {
        KeyEdit change = KeyEdit.delete(id, condition(by, null), clock.instant());
        return edit(by, "key.delete", KeyRights::mayRestrict, null, change);
    }

    /**
     * Replaces the secret; id, limits and counters stay. A previous secret that was still valid ends now. Only its member replaces a personal key's.
     *
     * @param version the version that the caller has seen; null for any
     * @param grace how long the present secret stays valid, 0 to {@link KeyEdit#GRACE_MAX}
     * @return the key with the new secret
     */
    public Outcome<Made> rotate(Acting by, String id, @Nullable Long version, Duration grace) {
        String its = find(by.accountId(), id).map(key -> key.owner().memberId()).orElse("");
        if (!its.isEmpty() && !its.equals(memberId(by))) {
            return KeyResult.notYours();
        }
        KeySecret secret = KeySecret.random(random);
        KeyEdit change = KeyEdit.rotate(id, condition(by, version), secret, grace, clock.instant());
        return edit(by, "key.rotate", KeyRights::mayChange, ROTATED, change).map(key -> new Made(key, secret.reveal()));
    }

    /**
     * Returns the caller that a member is in the playground, whose key has no secret and may use any door; or the reason why there is none.
     */
    public Authentication playground(String accountId, String memberId) {
        return keys.hidden(memberId).orElseGet(() -> {
            KeyChange<Outcome<Key>> ensure =
                    KeyChange.ensureHidden(OwnIds.key(random), accountId, memberId, clock.instant());
            writer.commitAndWait(Unit.of(new TakeAccount(accountId), ensure));
            return keys.hidden(memberId).orElseGet(Authentication.Unknown::new);
        });
    }

    /** Returns how long a customer has to wait: not at all if something may be done once more. @param whose an account, or the person or key that acts */
    private Duration use(Acting by, String whose, Often often) {
        return by.isOperator()
                ? Duration.ZERO
                : allowances.use(writer, List.of(allowances.of(often.kind(), whose, often.most(), DAY)));
    }

    /** The number of times a day that a customer may do something. */
    private record Often(String kind, int most) {}

    /** @param rule of members; @param often null: always */
    private Outcome<Key> edit(
            Acting by, String action, BiPredicate<Membership, Key> rule, @Nullable Often often, KeyEdit edit) {
        Key present = find(by.accountId(), edit.id()).orElse(null);
        if (present == null) {
            return KeyResult.noSuchKey();
        }
        if (byKey && present.settings().kind() == KeyKind.MANAGEMENT) { // no change makes one of the other kind
            return KeyResult.notByKey();
        }
        if (!may(by, present, rule)) {
            return KeyResult.notAllowed();
        }
        Duration wait = often == null ? Duration.ZERO : use(by, by.accountId(), often);
        if (wait.isPositive()) {
            return KeyResult.tooOften(wait);
        }
        commit(by, right(by, present), action, present.id(), edit, () -> ChangedKey.of(edit.outcome()));
        return edit.outcome().map(KeyEdit.Changed::key);
    }

    /** Erases keys that were deleted a day ago or earlier, and with which no call was made. */
    public void forgetUnused() {
        KeyChange<Integer> forget;
        do {
            forget = KeyChange.forget(clock.instant().minus(DAY));
            writer.commitAndWait(Unit.of(forget));
        } while (forget.outcome() == KeyChange.FORGOTTEN_MAX);
    }

    private static void requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to " + NAME_CHARS_MAX + " printable characters, and no space around them");
        }
    }
}
