package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.keys.KeyJson;
import dev.tollgate.customers.keys.KeyOptions;
import dev.tollgate.customers.keys.KeyStanding;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyResult.Made;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** API keys of all accounts, as an operator makes and changes them: the actions of {@link CustomerKeys}, with other words. Thread-safe; blocks. */
public final class OperatorKeys {

    /** An operator may name a model that is not on sale yet. */
    private static final Function<String, @Nullable String> ANY_MODEL = id -> KeySettings.isModel(id) ? id : null;

    private static final Field<Instant> EXPIRES = AdminRequest.time("expires_at", sentence("Expires"))
            .orNull(sentence("expiry::never"))
            .help("Expiry.")
            .option("--expires TIME");
    private static final Field<Long> GRACE = Field.whole(
                    "grace_seconds", sentence("Grace"), 0, KeyEdit.GRACE_MAX.toSeconds())
            .optional()
            .help(KeyOptions.GRACE.help())
            .standard(0)
            .option("--grace TIME");
    private static final Field<?> ID = Field.raw("id")
            .orMissing()
            .help("The key's id, as key list prints it.")
            .option("ID");

    private static final String OF_ACCOUNT = "/admin/accounts/{id}/keys";
    private static final String ALL = "/admin/keys";
    private static final String ONE = ALL + "/{id}";

    public static final OperatorAction<OperatorKeys, ObjectNode> CREATE = OperatorAction.begin(
                    "key.create",
                    sentence("Created a key"),
                    "POST",
                    OF_ACCOUNT,
                    "Create a key and print its secret, only this once.",
                    withTime(KeyOptions.CREATE))
            .telling(KeyJson.FACTS)
            .answering(201)
            .prints("{key}")
            .does((keys, by, request) -> keys.json(keys.create(by, request)), (request, key) -> key);

    /** A change of settings. The audit log names a request that only disables a key {@code key.disable}. */
    public static final OperatorAction<OperatorKeys, ObjectNode> SET = OperatorAction.begin(
                    "key.set",
                    sentence("Changed a key"),
                    "PATCH",
                    ONE,
                    "Change a key's name and limits. Settings that are not named stay, and earlier spending counts.",
                    withTime(KeyOptions.CHANGE))
            .of(ID)
            .telling(KeyJson.FACTS)
            .does((keys, by, request) -> keys.json(keys.change(by, request)), (request, key) -> key);

    public static final OperatorAction<OperatorKeys, ObjectNode> ROTATE = OperatorAction.post(
                    "key.rotate",
                    sentence("Rotated a key"),
                    ONE + "/rotate",
                    "Give a key a new secret and print it, only this once. Limits and spending stay.",
                    GRACE)
            .of(ID)
            .telling(KeyJson.FACTS)
            .prints("{key}")
            .does(
                    (keys, by, request) ->
                            keys.json(keys.rotate(by, request.id(), Duration.ofSeconds(request.or(GRACE, 0L)))),
                    (request, key) -> key);

    public static final DeedKind DISABLE = new DeedKind("key.disable", sentence("Disabled a key"), KeyJson.FACTS);

    public static final List<OperatorAction<OperatorKeys, ?>> ACTIONS = List.of(CREATE, SET, ROTATE);

    private final OperatorAccounts deeds;
    private final Keys keys;
    private final CustomerKeys actions;
    private final AuditedWriter writer;

    /** @param actions of people, which the operator takes without their bounds */
    public OperatorKeys(OperatorAccounts deeds, Keys keys, CustomerKeys actions, AuditedWriter writer) {
        this.deeds = deeds;
        this.keys = keys;
        this.actions = actions;
        this.writer = writer;
    }

    /** {@code /admin/keys…} and the keys of an account; a secret is in the answer that makes it and in no other. */
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get(OF_ACCOUNT, this::list, "after", "limit"),
                CREATE.on(this),
                AdminRoute.get(ALL, this::list, "account", "after", "limit"),
                SET.on(this),
                ROTATE.on(this));
    }

    /** Returns fields of a key, whose end an operator may also write as a time. */
    private static List<Field<?>> withTime(List<Field<?>> fields) {
        return fields.stream()
                .<Field<?>>map(field -> field.name().equals(EXPIRES.name()) ? EXPIRES : field)
                .toList();
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
                AccountRoutes.PAGE_MAX, limit -> list(account, request.word("after"), limit), this::json, Key::id);
    }

    private Made create(By by, AdminRequest request) {
        return create(
                by, request.id(), KeyOptions.creation(key(request.body(), KeyOptions.CREATE), ANY_MODEL, writer.now()));
    }

    private Key change(By by, AdminRequest request) {
        SpendLimits present =
                keys.byId(request.id()).map(key -> key.settings().spend()).orElse(SpendLimits.NONE);
        KeyOptions.Change change = KeyOptions.change(key(request.body(), KeyOptions.CHANGE), present, ANY_MODEL);
        return change.onlyDisables()
                ? disable(by, request.id())
                : set(by, request.id(), change.edit(), change.disabled());
    }

    private ObjectNode json(Key key) {
        return json(new Made(key, ""));
    }

    private ObjectNode json(Made made) {
        KeyStanding standing = KeyStanding.of(made.key(), writer.now());
        return KeyJson.ofOperator(made.key(), made.secret())
                .put("state", standing.operatorWord().english());
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
    public Made create(By by, String accountId, KeySettings settings) {
        Outcome<Made> outcome = actions.create(acting(by, accountId), NewKey.ofAccount(settings), null);
        if (outcome instanceof Outcome.Done<Made>(Made made)) {
            return made;
        }
        // There is no other refusal: an account key has no other owner, and has no limit on their number.
        throw deeds.goneOrNever(accountId);
    }

    /** Changes what was chosen when the key was made; what it has spent stays counted (D47). @param disabled null: stays as it is */
    public Key set(By by, String keyId, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
        return done(by, keyId, acting -> actions.change(acting, keyId, null, edit, disabled));
    }

    /** Refuses the key's calls from now on. Disabling twice is no error. */
    public Key disable(By by, String keyId) {
        return done(by, keyId, acting -> actions.disable(acting, keyId, true));
    }

    /**
     * Gives a key another secret; id, limits and what it has spent stay. Not a personal key, whose secret could read what its member's keys have kept.
     *
     * @param grace how long the old one works, 0 to 30 days
     */
    public Made rotate(By by, String keyId, Duration grace) {
        Key present = keys.byId(keyId).orElse(null);
        if (present != null && !present.owner().memberId().isEmpty()) {
            throw new ApiException(
                    409,
                    sentence(
                            "Key {key} is the personal key of member {member}, who alone can get a new secret for it. You can disable the key.",
                            keyId,
                            present.owner().memberId()));
        }
        return done(by, keyId, acting -> actions.rotate(acting, keyId, null, grace));
    }

    /** Returns the result of a change of a key that is there, whatever its account. */
    private <T> T done(By by, String keyId, Function<Acting, Outcome<T>> change) {
        Key present = keys.byId(keyId).orElseThrow(() -> none(keyId));
        if (change.apply(acting(by, present.accountId())) instanceof Outcome.Done<T>(T done)) {
            return done;
        }
        throw none(keyId);
    }

    private static ApiException none(String keyId) {
        return new ApiException(404, sentence("There is no key {key}.", keyId));
    }

    /** Returns the operator, whose log has a key before and after the change. */
    private Acting acting(By by, String accountId) {
        return Acting.operator(accountId, writer.log(by));
    }
}
