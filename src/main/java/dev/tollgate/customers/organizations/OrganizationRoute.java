package dev.tollgate.customers.organizations;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.KeyGate;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A route about an organization: below {@code /organization} for management keys, below {@code /admin/accounts/{id}} for the operator.
 *
 * @param path after these; empty for the organization itself
 * @param scope that a key needs; null if the action asks for it
 * @param status of an answer
 * @param takes the parameters of the query of a {@code GET}, else the members of the body, of which others are refused
 */
public record OrganizationRoute(
        String method, String path, @Nullable Scope scope, int status, List<String> takes, Action action) {

    private static final List<String> PAGED = List.of("after", "limit");

    public OrganizationRoute {
        takes = List.copyOf(takes);
    }

    /** Answers a request with JSON, off the event loop; null for an answer without a body. */
    @FunctionalInterface
    public interface Action {
        @Nullable
        ObjectNode answer(OrganizationRequest request);
    }

    static OrganizationRoute get(String path, Scope scope, Action action) {
        return new OrganizationRoute("GET", path, scope, 200, List.of(), action);
    }

    /** Returns the route of a list that is paged. */
    static OrganizationRoute list(String path, Scope scope, Action action) {
        return new OrganizationRoute("GET", path, scope, 200, PAGED, action);
    }

    /** Returns the route of a change. @param status 204 if the action answers nothing */
    static OrganizationRoute change(
            String method, String path, @Nullable Scope scope, int status, Action action, List<String> members) {
        return new OrganizationRoute(method, path, scope, status, members, action);
    }

    /** Returns the route for management keys. */
    public Route<KeyCaller> forKeys(KeyGate key) {
        KeyGate gate = scope == null ? key.forManagement() : key.forManagement(scope);
        String whole = "/organization" + path;
        Route<KeyCaller> route =
                switch (method) {
                    case "GET" -> Route.get(whole, gate, withoutBody());
                    case "POST" -> Route.post(whole, gate, handler());
                    case "PUT" -> Route.put(whole, gate, handler());
                    case "PATCH" -> Route.patch(whole, gate, handler());
                    case "DELETE" -> Route.delete(whole, gate, handler());
                    default -> throw new IllegalArgumentException("method " + method);
                };
        return takes.isEmpty() || method.equals("GET") ? route.taking() : route.taking(BodyKind.JSON);
    }

    private Handler<KeyCaller> handler() {
        return takes.isEmpty() ? withoutBody() : this::readThenAnswer;
    }

    private Handler<KeyCaller> withoutBody() {
        return (exchange, caller) ->
                answer(OrganizationRequest.ofKey(exchange, caller, ApiJson.MAPPER.createObjectNode()), exchange);
    }

    private void readThenAnswer(Exchange exchange, KeyCaller caller) {
        Lease memory = exchange.memory();
        exchange.read(
                bytes -> OrganizationRequest.read(bytes, memory, takes),
                body -> answer(OrganizationRequest.ofKey(exchange, caller, body), exchange));
    }

    private void answer(OrganizationRequest request, Exchange exchange) {
        exchange.compute(() -> bytes(request), answer -> {
            exchange.setHeader("cache-control", "no-store");
            if (status == 204) {
                exchange.empty(status);
            } else {
                exchange.json(status, answer);
            }
        });
    }

    private byte[] bytes(OrganizationRequest request) {
        return ApiJson.MAPPER.writeValueAsBytes(answer(request));
    }

    /** Answers a request of a key or of the operator. @return null if the status is 204 */
    public @Nullable ObjectNode answer(OrganizationRequest request) {
        return RightLost.answering("an organization", () -> action.answer(request));
    }
}
