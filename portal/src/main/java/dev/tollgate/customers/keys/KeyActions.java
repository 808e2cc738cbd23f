package dev.tollgate.customers.keys;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Cursor;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Limit;
import dev.tollgate.http.Page;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeyResult.Made;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.keys.Scope;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/keys}: an account's keys, for its management keys. */
public final class KeyActions {

    private static final Limit LIMIT = Limit.of(Keys.PAGE_MAX - 1, 100);
    private static final String ONE = "/{id}";

    /**
     * The stores that the actions need.
     *
     * @param keys for management keys
     * @param modelIds the id of a model by its id or an alias; null if there is none
     */
    public record KeyStores(CustomerKeys keys, Function<String, @Nullable String> modelIds) {}

    private static final Action<KeyStores, ActionRequest> LIST =
            Action.list("key.list", "", Scope.KEYS_READ, "List the keys of an account.", KeyActions::list);

    static final Action<KeyStores, Made> CREATE = change(
                    "key.create", "POST", "", "Create a key. Its secret is shown this once.", KeyOptions.CREATE_BY_KEY)
            .does(KeyActions::create, KeyActions::made);

    /** The creation by a person, who may also make management keys and personal keys. Its path parameter {@code once} is random, and the same if the same is asked for; empty for none. */
    public static final Action<KeyStores, Made> CREATE_BY_PERSON = CREATE.taking(KeyOptions.CREATE_BY_PERSON);

    private static final Action<KeyStores, ActionRequest> SHOW = Action.get(
            "key.show",
            ONE,
            Scope.KEYS_READ,
            "Show a key.",
            (stores, request) -> shown(
                    request,
                    stores.keys()
                            .find(request.account(), request.path("id"))
                            .<Outcome<Key>>map(Outcome.Done::new)
                            .orElseGet(KeyResult::noSuchKey)
                            .orThrow(),
                    null));

    public static final Action<KeyStores, Key> CHANGE = change(
                    "key.change", "PATCH", ONE, "Change a key. Settings that are not named stay.", KeyOptions.CHANGE)
            .does(KeyActions::change, KeyActions::changed);

    public static final Action<KeyStores, Key> DELETE = change(
                    "key.delete", "DELETE", ONE, "Delete a key. Its history stays.", List.of())
            .does((stores, request) -> stores.keys().delete(request.by(), request.path("id")));

    public static final Action<KeyStores, Made> ROTATE = change(
                    "key.rotate",
                    "POST",
                    ONE + "/rotate",
                    "Give a key a new secret, which is shown this once.",
                    KeyOptions.ROTATE)
            .does(KeyActions::rotate, KeyActions::made)
            .answering(200);

    public static final Action<KeyStores, Key> MOVE = change(
                    "key.move", "POST", ONE + "/move", "Move a key to a team, or to the account.", KeyOptions.MOVE)
            .does(KeyActions::move, KeyActions::changed)
            .answering(200);

    /** All rows. */
    public static final List<Action<KeyStores, ?>> ALL = List.of(LIST, CREATE, SHOW, CHANGE, DELETE, ROTATE, MOVE);

    private KeyActions() {}

    private static Action.Change change(String name, String method, String path, String help, List<Field<?>> fields) {
        return new Action.Change(name, method, path, Right.KEYS, Scope.KEYS_WRITE, help, fields);
    }

    private static ObjectNode list(KeyStores stores, ActionRequest request) {
        int limit = LIMIT.read(request.query("limit"));
        Page<Key> page = Page.of(
                stores.keys().list(request.account(), request.query("after"), limit + 1),
                limit,
                key -> Cursor.of(key.id()));
        return ActionRequest.list(page.entries(), key -> KeyJson.of(key, null), page.next());
    }

    private static Outcome<Made> create(KeyStores stores, ActionRequest request) {
        KeySettings settings = KeyOptions.creation(
                request.body(), stores.modelIds(), stores.keys().now());
        Membership person = request.by().membership();
        String member = person != null && KeyOptions.isOwn(request.body()) ? person.id() : "";
        String once = person == null ? "" : request.path("once");
        NewKey wanted = new NewKey(settings, member, KeyOptions.teamOf(request.body(), settings));
        return stores.keys().create(request.by(), wanted, once.isEmpty() ? null : once);
    }

    private static Outcome<Key> change(KeyStores stores, ActionRequest request) {
        Exchange exchange = request.exchange();
        Long shown = shownVersion(request);
        Long version = shown != null ? shown : version(exchange == null ? null : exchange.header("if-match"));
        SpendLimits present = stores.keys()
                .find(request.account(), request.path("id"))
                .map(key -> key.settings().spend())
                .orElse(SpendLimits.NONE);
        KeyOptions.Change change = KeyOptions.change(request.body(), present, stores.modelIds());
        return stores.keys().change(request.by(), request.path("id"), version, change);
    }

    private static Outcome<Made> rotate(KeyStores stores, ActionRequest request) {
        return stores.keys()
                .rotate(request.by(), request.path("id"), shownVersion(request), KeyOptions.grace(request.body()));
    }

    private static Outcome<Key> move(KeyStores stores, ActionRequest request) {
        return stores.keys().move(request.by(), request.path("id"), KeyOptions.teamOfMove(request.body()));
    }

    private static ObjectNode made(KeyStores stores, ActionRequest request, Made made) {
        return shown(request, made.key(), made.secret());
    }

    private static ObjectNode changed(KeyStores stores, ActionRequest request, Key key) {
        return shown(request, key, null);
    }

    private static ObjectNode shown(ActionRequest request, Key key, @Nullable String secret) {
        Exchange exchange = request.exchange();
        if (exchange != null) {
            exchange.run(() -> exchange.setHeader("etag", key.etag()));
        }
        return KeyJson.of(key, secret);
    }

    /** Returns the version that a form shows, which is refused if it is sent once more; null for other requests. */
    private static @Nullable Long shownVersion(ActionRequest request) {
        String text = request.by().membership() == null ? "" : request.path("version");
        return text.isEmpty() ? null : Long.valueOf(text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1);
    }

    /** Returns null if the caller accepts any version of the key. */
    private static @Nullable Long version(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        String text = ifMatch.strip();
        if (text.matches("\"[0-9]{1,18}\"")) {
            return Long.valueOf(text.substring(1, text.length() - 1));
        }
        throw ApiError.invalid(
                        "If-Match",
                        sentence("The 'If-Match' header must be the ETag of the key as it was read, or '*'."))
                .asException();
    }
}
