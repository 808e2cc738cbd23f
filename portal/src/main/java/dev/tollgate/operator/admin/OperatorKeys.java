package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.KeyJson;
import dev.tollgate.customers.keys.KeyOptions;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyEdit.DisableKey;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.keys.KeyEdit.RotateKey;
import dev.tollgate.keys.KeyEdit.SetKey;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** API keys of all accounts, as an operator makes and changes them. Thread-safe; blocks. */
public final class OperatorKeys {

    /** An operator may name a model that is not on sale yet. */
    private static final Function<String, @Nullable String> ANY_MODEL = id -> KeySettings.isModel(id) ? id : null;

    private static final Field<Instant> EXPIRES = AdminRequest.time("expires_at", "Expiry");
    private static final Field<Long> GRACE = Field.whole("grace_seconds", "Grace", 0, RotateKey.GRACE_MAX.toSeconds())
            .optional();

    private final OperatorAccounts deeds;
    private final Keys keys;
    private final AuditedWriter writer;
    private final SecureRandom random;

    public OperatorKeys(OperatorAccounts deeds, Keys keys, AuditedWriter writer, SecureRandom random) {
        this.deeds = deeds;
        this.keys = keys;
        this.writer = writer;
        this.random = random;
    }

    /** {@code /admin/keys…} and the keys of an account; a secret is in the answer that makes it and in no other. */
    public List<AdminRoute> routes() {
        String ofAccount = "/admin/accounts/{id}/keys";
        return List.of(
                AdminRoute.get(ofAccount, this::list, "after", "limit"),
                AdminRoute.post(ofAccount, this::create, fields(KeyOptions.CREATE))
                        .answering(201),
                AdminRoute.get("/admin/keys", this::list, "account", "after", "limit"),
                AdminRoute.patch("/admin/keys/{id}", this::change, fields(KeyOptions.CHANGE)),
                AdminRoute.post("/admin/keys/{id}/rotate", this::rotate, GRACE, AdminRequest.REASON));
    }

    /** Returns fields and the reason. */
    static Field<?>[] fields(List<Field<?>> ofKey) {
        return Stream.concat(ofKey.stream(), Stream.of(AdminRequest.REASON)).toArray(Field<?>[]::new);
    }

    /** Returns the members that describe a key; its end is in Unix seconds. */
    private static Body key(Body body, List<Field<?>> fields) {
        ObjectNode key = body.without(AdminRequest.REASON).members();
        if (key.path(EXPIRES.name()).isString()) {
            key.put(EXPIRES.name(), body.need(EXPIRES).getEpochSecond());
        }
        return Body.of(key, fields);
    }

    private JsonNode list(AdminRequest request) {
        String account = request.path().containsKey("id") ? request.id() : request.word("account");
        if (request.path().containsKey("id")) {
            deeds.account(request.id());
        }
        return request.page(
                AccountRoutes.PAGE_MAX,
                limit -> list(account, request.word("after"), limit),
                key -> KeyJson.ofOperator(key, null),
                Key::id);
    }

    private JsonNode create(AdminRequest request) {
        By by = request.by();
        KeySettings settings = KeyOptions.creation(key(request.body(), KeyOptions.CREATE), ANY_MODEL, writer.now());
        KeyResult.Made made = create(by, request.id(), settings);
        return KeyJson.ofOperator(made.key(), made.secret());
    }

    private JsonNode change(AdminRequest request) {
        By by = request.by();
        SpendLimits present =
                keys.byId(request.id()).map(key -> key.settings().spend()).orElse(SpendLimits.NONE);
        KeyOptions.Change change = KeyOptions.change(key(request.body(), KeyOptions.CHANGE), present, ANY_MODEL);
        return KeyJson.ofOperator(
                change.onlyDisables()
                        ? disable(by, request.id())
                        : set(by, request.id(), change.edit(), change.disabled()),
                null);
    }

    private JsonNode rotate(AdminRequest request) {
        By by = request.by();
        KeyResult.Made made = rotate(by, request.id(), Duration.ofSeconds(request.or(GRACE, 0L)));
        return KeyJson.ofOperator(made.key(), made.secret());
    }

    /**
     * Returns keys in the order of their ids.
     *
     * @param accountId null for the keys of all accounts
     * @param after the last id of the previous page; null for the first page
     */
    public List<Key> list(@Nullable String accountId, @Nullable String after, int limit) {
        return keys.list(accountId, after, limit);
    }

    /** Makes a key. The settings are checked already. */
    public KeyResult.Made create(By by, String accountId, KeySettings settings) {
        KeySecret secret = KeySecret.random(random);
        CreateKey create = new CreateKey(OwnIds.key(random), accountId, secret, settings, writer.now());
        commit(by, "key.create", create.id(), accountId, create, () -> created(create));
        if (create.outcome() instanceof Outcome.Done<Key>(Key made)) {
            return new KeyResult.Made(made, secret.reveal());
        }
        // There is no other refusal: an account key has no other owner, and has no limit on their number.
        throw deeds.goneOrNever(accountId);
    }

    /** Changes what was chosen when the key was made; what it has spent stays counted (D47). @param disabled null: stays as it is */
    public Key set(By by, String keyId, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
        return commit(by, "key.set", keyId, new SetKey(keyId, KeyCondition.NONE, edit, disabled));
    }

    /** Refuses the key's calls from now on. Disabling twice is no error. */
    public Key disable(By by, String keyId) {
        return commit(by, "key.disable", keyId, new DisableKey(keyId, true));
    }

    /**
     * Gives a key another secret; id, limits and what it has spent stay. Not a personal key, whose secret could read what its member's keys have kept.
     *
     * @param grace how long the old one works, 0 to 30 days
     */
    public KeyResult.Made rotate(By by, String keyId, Duration grace) {
        Key present = keys.byId(keyId).orElse(null);
        if (present != null && !present.owner().memberId().isEmpty()) {
            throw new ApiException(
                    409,
                    "Key " + keyId + " is the personal key of member "
                            + present.owner().memberId()
                            + ", who alone can get a new secret for it. You can disable the key.");
        }
        KeySecret secret = KeySecret.random(random);
        Key key = commit(by, "key.rotate", keyId, new RotateKey(keyId, KeyCondition.NONE, secret, grace, writer.now()));
        return new KeyResult.Made(key, secret.reveal());
    }

    private Key commit(By by, String action, String keyId, KeyEdit edit) {
        Key present = keys.byId(keyId).orElseThrow(() -> none(keyId));
        commit(by, action, keyId, present.accountId(), edit, () -> edited(edit));
        if (edit.outcome() instanceof Outcome.Done<KeyEdit.Changed>(KeyEdit.Changed done)) {
            return done.key();
        }
        throw none(keyId);
    }

    private static ApiException none(String keyId) {
        return new ApiException(404, "There is no key " + keyId + ".");
    }

    /** Commits a change with its rows in both logs: the operator's and the organization's. */
    private void commit(
            By by, String action, String keyId, String accountId, Change change, Supplier<@Nullable BothKeys> told) {
        Acting.OperatorLog log = (name, subject, unused) -> writer.row(by, name, subject, () -> {
            BothKeys both = told.get();
            return both == null ? null : changed(both.before(), both.after());
        });
        List<Change> all = new ArrayList<>(List.of(change));
        all.addAll(Acting.operator(accountId, log).act(Right.ACCOUNT_KEYS, action, keyId, writer.now(), () -> {
            BothKeys both = told.get();
            return both == null ? null : KeyJson.changed(both.before(), both.after());
        }));
        writer.commit(all);
    }

    /** A key before a change and after it. @param before null if it is new */
    private record BothKeys(@Nullable Key before, Key after) {}

    private static @Nullable BothKeys created(CreateKey create) {
        return create.outcome() instanceof Outcome.Done<Key>(Key made) ? new BothKeys(null, made) : null;
    }

    private static @Nullable BothKeys edited(KeyEdit edit) {
        return edit.outcome() instanceof Outcome.Done<KeyEdit.Changed>(KeyEdit.Changed(Key before, Key after))
                ? new BothKeys(before, after)
                : null;
    }

    private static Deed.Changed changed(@Nullable Key before, Key after) {
        return new Deed.Changed(
                before == null ? null : KeyJson.ofOperator(before, null).toString(),
                KeyJson.ofOperator(after, null).toString());
    }
}
