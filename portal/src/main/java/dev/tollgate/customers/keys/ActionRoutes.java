package dev.tollgate.customers.keys;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The routes of actions for management keys. Thread-safe.
 *
 * @param base of the actions' paths
 * @param subject of the actions, for the server's log
 */
public record ActionRoutes<S>(S stores, String base, String subject) {

    /** Returns the routes of some actions. */
    public List<Route<KeyCaller>> forKeys(List<Action<S, ?>> actions, KeyGate key) {
        return actions.stream().map(action -> route(action, key)).toList();
    }

    private Route<KeyCaller> route(Action<S, ?> action, KeyGate key) {
        KeyGate gate = action.scope() == null ? key.forManagement() : key.forManagement(action.scope());
        String path = base + action.path();
        boolean hasBody = !action.fields().isEmpty();
        Handler<KeyCaller> handler = hasBody
                ? (exchange, caller) -> readThenAnswer(action, exchange, caller)
                : (exchange, caller) -> answer(action, request(exchange, caller, Body.NONE), exchange);
        Route<KeyCaller> route =
                switch (action.method()) {
                    case "GET" -> Route.get(path, gate, handler);
                    case "POST" -> Route.post(path, gate, handler);
                    case "PUT" -> Route.put(path, gate, handler);
                    case "PATCH" -> Route.patch(path, gate, handler);
                    case "DELETE" -> Route.delete(path, gate, handler);
                    default -> throw new IllegalArgumentException("method " + action.method());
                };
        return hasBody ? route.taking(BodyKind.JSON) : route.taking();
    }

    private void readThenAnswer(Action<S, ?> action, Exchange exchange, KeyCaller caller) {
        Lease memory = exchange.memory();
        exchange.read(
                bytes -> Body.read(bytes, memory, action.fields()),
                body -> answer(action, request(exchange, caller, body), exchange));
    }

    /** The query is decoded here, on the loop, so that others only read it. */
    private static ActionRequest request(Exchange exchange, KeyCaller caller, Body body) {
        var unused = exchange.query("");
        Acting by = new Acting(caller.accountId(), caller.key().id(), exchange.remoteAddress(), null);
        return new ActionRequest(
                by, caller.key().settings().scopes(), exchange::pathParam, exchange::query, body, exchange);
    }

    private void answer(Action<S, ?> action, ActionRequest request, Exchange exchange) {
        exchange.compute(() -> ApiJson.MAPPER.writeValueAsBytes(answer(action, request)), answer -> {
            exchange.setHeader("cache-control", "no-store");
            if (action.status() == 204) {
                exchange.empty(204);
            } else {
                exchange.json(action.status(), answer);
            }
        });
    }

    /** Answers a request of a key or of the operator. @return null if the status is 204 */
    public @Nullable ObjectNode answer(Action<S, ?> action, ActionRequest request) {
        return RightLost.answering(subject, () -> action.answer(stores, request));
    }
}
