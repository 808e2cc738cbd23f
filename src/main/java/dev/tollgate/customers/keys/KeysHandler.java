package dev.tollgate.customers.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /v1/keys}: an account's keys, for its management keys. A thin face over {@link CustomerKeys}. */
public final class KeysHandler {

    private static final Limit LIMIT = Limit.of(Keys.PAGE_MAX - 1, 100);

    private final CustomerKeys keys;
    private final Function<String, @Nullable String> modelIds;

    /** @param modelIds the id of a model by its id or an alias; null where there is none */
    public KeysHandler(CustomerKeys keys, Function<String, @Nullable String> modelIds) {
        this.keys = keys.byManagementKey();
        this.modelIds = modelIds;
    }

    public Handler<KeyCaller> list() {
        return (exchange, caller) -> {
            int limit = LIMIT.read(exchange.query("limit"));
            String after = exchange.query("after");
            // One more tells whether there is a further page.
            answer(exchange, () -> keys.list(caller.accountId(), after, limit + 1), found -> {
                List<Key> page = found.size() > limit ? found.subList(0, limit) : found;
                exchange.json(
                        200,
                        KeyJson.list(page, found.size() > limit ? page.getLast().id() : null));
            });
        };
    }

    public Handler<KeyCaller> create() {
        return (exchange, caller) -> {
            Lease memory = exchange.memory();
            exchange.read(
                    body -> Body.read(body, memory, KeyOptions.CREATE_BY_KEY),
                    body -> answer(
                            exchange,
                            () -> keys.create(by(exchange, caller), wanted(body), null)
                                    .orThrow(),
                            result -> show(exchange, 201, result)));
        };
    }

    public Handler<KeyCaller> one() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            answer(
                    exchange,
                    () -> keys.find(caller.accountId(), id)
                            .<Outcome<Key>>map(Outcome.Done::new)
                            .orElseGet(KeyResult::noSuchKey)
                            .orThrow(),
                    key -> show(exchange, 200, key));
        };
    }

    public Handler<KeyCaller> change() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            Long version = version(exchange.header("if-match"));
            Lease memory = exchange.memory();
            exchange.read(
                    body -> Body.read(body, memory, KeyOptions.CHANGE),
                    body -> answer(
                            exchange,
                            () -> keys.change(by(exchange, caller), id, version, change(caller, id, body)).orThrow(),
                            result -> show(exchange, 200, result)));
        };
    }

    public Handler<KeyCaller> delete() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            answer(exchange, () -> keys.delete(by(exchange, caller), id).orThrow(), deleted -> exchange.empty(204));
        };
    }

    public Handler<KeyCaller> rotate() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            Lease memory = exchange.memory();
            exchange.read(
                    body -> Body.read(body, memory, KeyOptions.ROTATE),
                    body -> answer(
                            exchange,
                            () -> keys.rotate(by(exchange, caller), id, null, KeyOptions.grace(body)).orThrow(),
                            result -> show(exchange, 200, result)));
        };
    }

    public Handler<KeyCaller> move() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            Lease memory = exchange.memory();
            exchange.read(
                    body -> Body.read(body, memory, KeyOptions.MOVE),
                    body -> answer(
                            exchange,
                            () -> keys.move(by(exchange, caller), id, KeyOptions.teamOfMove(body)).orThrow(),
                            result -> show(exchange, 200, result)));
        };
    }

    private NewKey wanted(Body body) {
        KeySettings settings = KeyOptions.creation(body, modelIds, keys.now());
        return new NewKey(settings, "", KeyOptions.teamOf(body, settings));
    }

    private KeyOptions.Change change(KeyCaller caller, String id, Body body) {
        SpendLimits present = keys.find(caller.accountId(), id)
                .map(key -> key.settings().spend())
                .orElse(SpendLimits.NONE);
        return KeyOptions.change(body, present, modelIds);
    }

    private static Acting by(Exchange exchange, KeyCaller caller) {
        return new Acting(caller.accountId(), caller.key().id(), exchange.remoteAddress(), null);
    }

    private static <T> void answer(Exchange exchange, Supplier<T> work, Consumer<T> then) {
        exchange.compute(() -> RightLost.answering("keys", work), then);
    }

    private static void show(Exchange exchange, int status, KeyResult.Made made) {
        show(exchange, status, made.key(), made.secret());
    }

    private static void show(Exchange exchange, int status, Key key) {
        show(exchange, status, key, null);
    }

    private static void show(Exchange exchange, int status, Key key, @Nullable String secret) {
        exchange.setHeader("etag", key.etag());
        exchange.setHeader("cache-control", "no-store");
        exchange.json(status, KeyJson.one(key, secret));
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
        throw ApiError.invalid("If-Match", "The 'If-Match' header must be the ETag of the key as it was read, or '*'.")
                .asException();
    }
}
