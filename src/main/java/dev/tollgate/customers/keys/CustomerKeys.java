package dev.tollgate.customers.keys;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.Drawn;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.customers.allowances.Allowances;
import dev.tollgate.customers.keys.KeyChange.EnsureHiddenKey;
import dev.tollgate.customers.keys.KeyChange.ForgetKeys;
import dev.tollgate.customers.keys.KeyChange.MoveKey;
import dev.tollgate.customers.keys.KeyEdit.DeleteKey;
import dev.tollgate.customers.keys.KeyEdit.DisableKey;
import dev.tollgate.customers.keys.KeyEdit.KeyCondition;
import dev.tollgate.customers.keys.KeyEdit.RotateKey;
import dev.tollgate.customers.keys.KeyEdit.SetKey;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actions of a customer on the keys of an account, from a page or with a management key. Every action is durable when its method returns, and
 * holds for the next call. Thread-safe; all methods block, and throw {@link dev.tollgate.storage.StoreException} when the database fails.
 */
public final class CustomerKeys {

    private static final Logger log = LoggerFactory.getLogger(CustomerKeys.class);

    /** The number of account keys that an account may have, deleted ones not counted. */
    public static final int KEYS_MAX = 100;

    public static final int NAME_CHARS_MAX = 100;

    /** The number of keys that may be made a day, by each person, and by all keys of an account. */
    static final int MADE_DAY = 100;

    private static final int ROTATED_DAY = 100;
    private static final int CHANGED_DAY = 1_000;
    private static final String CHANGED = "keys.changed";
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
     * @param createdBy the person or key that makes it
     */
    public record NewKey(KeySettings settings, String memberId, String teamId, String createdBy) {

        /** Returns an account key. */
        public static NewKey ofAccount(KeySettings settings, String createdBy) {
            return new NewKey(settings, "", "", createdBy);
        }
    }

    /**
     * Makes a key once.
     *
     * @param once what is random and the same whenever the same is asked for; null: one is made each time
     * @return {@link KeyResult.MadeBefore} where it was made by an earlier call
     */
    public KeyResult create(String accountId, NewKey wanted, @Nullable String once) {
        KeySettings settings = wanted.settings();
        requireName(settings.name());
        if (settings.kind() == KeyKind.HIDDEN) {
            throw new IllegalArgumentException("a hidden key is not made by wish");
        }
        if (byKey && settings.kind() == KeyKind.MANAGEMENT) {
            return new KeyResult.NotByKey();
        }
        Duration wait = use(byKey ? accountId : wanted.createdBy(), "keys.made", MADE_DAY);
        if (wait.isPositive()) {
            return new KeyResult.TooOften(wait);
        }
        KeySecret secret = KeySecret.random(random);
        String id = OwnIds.key(once == null ? random : new Drawn(accountId + " " + once));
        KeyOwner owner = new KeyOwner(wanted.memberId(), wanted.teamId(), id);
        Key key = Key.made(id, accountId, owner, secret.prefix(), settings, clock.instant());
        CreateKey create = new CreateKey(key, secret, wanted.createdBy(), KEYS_MAX);
        try {
            writer.commitAndWait(owner.id().isEmpty() ? Unit.of(create) : Unit.of(new TakeAccount(accountId), create));
        } catch (StoreException e) {
            // Another server may have made it at the same moment.
            return find(accountId, id).<KeyResult>map(KeyResult.MadeBefore::new).orElseThrow(() -> e);
        }
        return switch (create.outcome()) {
            case CreateKey.Created created -> new KeyResult.Made(created.key(), secret.reveal());
            case CreateKey.MadeBefore before ->
                find(accountId, id).<KeyResult>map(KeyResult.MadeBefore::new).orElseGet(KeyResult.NoSuchKey::new);
            case CreateKey.TooMany tooMany -> new KeyResult.TooMany();
            case CreateKey.NoSuchAccount none -> new KeyResult.NoSuchAccount();
            case CreateKey.NoSuchOwner none -> new KeyResult.NoSuchOwner();
            case CreateKey.Misread older -> new KeyResult.OlderServers(older.nodes());
        };
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

    /** Returns whether calls may have used this key, deleted keys and the playground's hidden key included. */
    public boolean hasEverBeen(String accountId, String id) {
        return keys.byId(id).filter(key -> key.accountId().equals(accountId)).isPresent();
    }

    /**
     * Changes what its owner can choose; what has been counted stays counted.
     *
     * @param version what was seen of it; null: whatever it has become since
     * @param edit over the settings as they are then; keeps the kind, gives it a name that {@link #isName}, must not fail or block
     * @param disabled null: stays as it is
     */
    public KeyResult change(
            String accountId,
            String id,
            @Nullable Long version,
            UnaryOperator<KeySettings> edit,
            @Nullable Boolean disabled) {
        return edit(
                accountId,
                id,
                CHANGED,
                CHANGED_DAY,
                () -> new SetKey(id, new KeyCondition(accountId, version), edit, disabled));
    }

    /** Refuses its calls from now on, or takes them again. To do it twice is no error. */
    public KeyResult disable(String accountId, String id, boolean disabled) {
        Supplier<KeyEdit> change = () -> new DisableKey(id, new KeyCondition(accountId, null), disabled);
        return disabled ? edit(accountId, id, change) : edit(accountId, id, CHANGED, CHANGED_DAY, change);
    }

    /**
     * Moves an API key to a team, or to the account: it gets another id, under which its secret, settings and budgets go on; its spending starts at zero. Not of a personal key's member
     * alone: who may is the caller's to check.
     *
     * @param teamId empty for the account
     * @param by the person or key that moves it
     */
    public KeyResult move(String accountId, String id, String teamId, String by) {
        Key present = find(accountId, id).orElse(null);
        if (present == null) {
            return new KeyResult.NoSuchKey();
        }
        if (present.settings().kind() != KeyKind.API) {
            return new KeyResult.NotByKey();
        }
        if (present.owner().memberId().isEmpty() && present.owner().teamId().equals(teamId)) {
            return new KeyResult.Done(present);
        }
        Duration wait = use(accountId, "keys.made", MADE_DAY);
        if (wait.isPositive()) {
            return new KeyResult.TooOften(wait);
        }
        MoveKey move =
                new MoveKey(new KeyCondition(accountId, null), id, OwnIds.key(random), teamId, by, clock.instant());
        writer.commitAndWait(Unit.of(new TakeAccount(accountId), move));
        return switch (move.outcome()) {
            case CreateKey.Created created -> new KeyResult.Done(created.key());
            case CreateKey.TooMany tooMany -> new KeyResult.TooMany();
            case CreateKey.NoSuchOwner none -> new KeyResult.NoSuchOwner();
            case CreateKey.Misread older -> new KeyResult.OlderServers(older.nodes());
            case CreateKey.NoSuchAccount none -> new KeyResult.NoSuchAccount();
            case CreateKey.MadeBefore before -> throw new IllegalStateException("a new id each time");
        };
    }

    /** Takes it out of use for good; its name and its history stay. Stopping a key is never done too often. */
    public KeyResult delete(String accountId, String id) {
        return edit(accountId, id, () -> new DeleteKey(id, new KeyCondition(accountId, null), clock.instant()));
    }

    /**
     * Replaces the secret; id, limits and counters stay. A previous secret that was still valid ends now.
     *
     * @param memberId the member who does it, who alone may for a personal key; empty for a key that does
     * @param version the version that the caller has seen; null for any
     * @param grace how long the present secret stays valid, 0 to {@link RotateKey#GRACE_MAX}
     * @return {@link KeyResult.Made} with the new secret on success
     */
    public KeyResult rotate(String accountId, String memberId, String id, @Nullable Long version, Duration grace) {
        String its = find(accountId, id).map(key -> key.owner().memberId()).orElse("");
        if (!its.isEmpty() && !its.equals(memberId)) {
            return new KeyResult.NotYours();
        }
        KeySecret secret = KeySecret.random(random);
        KeyResult result = edit(
                accountId,
                id,
                "keys.rotated",
                ROTATED_DAY,
                () -> new RotateKey(id, new KeyCondition(accountId, version), secret, grace, clock.instant()));
        return result instanceof KeyResult.Done done ? new KeyResult.Made(done.key(), secret.reveal()) : result;
    }

    /**
     * Returns the caller that stands for the account's people in the playground, which has no secret and may use any door; or the reason why
     * there is none.
     */
    public Authentication playground(String accountId) {
        return keys.hidden(accountId).orElseGet(() -> {
            EnsureHiddenKey ensure = new EnsureHiddenKey(OwnIds.key(random), accountId, clock.instant());
            writer.commitAndWait(Unit.of(ensure));
            return keys.hidden(accountId).orElseGet(Authentication.Unknown::new);
        });
    }

    /** @param whose an account, or the person or key that acts */
    private Duration use(String whose, String kind, int most) {
        return allowances.use(writer, List.of(allowances.of(kind, whose, most, DAY)));
    }

    private KeyResult edit(String accountId, String id, String kind, int most, Supplier<KeyEdit> change) {
        if (find(accountId, id).isEmpty()) {
            return new KeyResult.NoSuchKey();
        }
        Duration wait = use(accountId, kind, most);
        return wait.isPositive() ? new KeyResult.TooOften(wait) : edit(accountId, id, change);
    }

    private KeyResult edit(String accountId, String id, Supplier<KeyEdit> change) {
        Optional<Key> present = find(accountId, id);
        if (present.isEmpty()) {
            return new KeyResult.NoSuchKey();
        }
        if (byKey && present.get().settings().kind() == KeyKind.MANAGEMENT) { // no change makes one of the other kind
            return new KeyResult.NotByKey();
        }
        KeyEdit edit = change.get();
        writer.commitAndWait(Unit.of(edit));
        return switch (edit.outcome()) {
            case KeyEdit.Changed changed -> new KeyResult.Done(changed.key());
            case KeyEdit.ChangedMeanwhile changed -> new KeyResult.ChangedMeanwhile(changed.key());
            case KeyEdit.NoSuchKey none -> new KeyResult.NoSuchKey();
        };
    }

    /** Erases keys that were deleted a day ago or earlier, and with which no call was made. */
    public void forgetUnused() {
        try {
            ForgetKeys forget;
            do {
                forget = new ForgetKeys(clock.instant().minus(DAY));
                writer.commitAndWait(Unit.of(forget));
            } while (forget.outcome() == ForgetKeys.ROWS_MAX);
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "unused keys could not be erased; trying again: {}", e.getMessage());
        }
    }

    private static void requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to " + NAME_CHARS_MAX + " printable characters, and no space around them");
        }
    }
}
