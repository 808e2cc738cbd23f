package dev.tollgate.operator.admin;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.AdminGate.Operator;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A line of the operator's API: what can be asked, wherever it is asked from.
 *
 * @param path as {@link Route} has it
 * @param status of an answer that is no refusal
 * @param fields of the body; others are refused
 * @param query the parameters of the query; others are ignored
 * @param isLocal whether it is for commands on this machine alone
 * @param action runs where it may block
 */
public record AdminRoute(
        String method,
        String path,
        int status,
        List<Field<?>> fields,
        List<String> query,
        boolean isLocal,
        Action action) {

    private static final String CSV = "text/csv; charset=utf-8";
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)[.}]");

    /** Answers a request, with JSON, with a text that is CSV, or with a missing node for no body. */
    @FunctionalInterface
    public interface Action {
        JsonNode answer(AdminRequest request);
    }

    public AdminRoute {
        fields = List.copyOf(fields);
        query = List.copyOf(query);
    }

    public static AdminRoute get(String path, Action action, String... query) {
        return new AdminRoute("GET", path, 200, List.of(), List.of(query), false, action);
    }

    static AdminRoute post(String path, Action action, Field<?>... fields) {
        return new AdminRoute("POST", path, 200, List.of(fields), List.of(), false, action);
    }

    static AdminRoute patch(String path, Action action, Field<?>... fields) {
        return new AdminRoute("PATCH", path, 200, List.of(fields), List.of(), false, action);
    }

    /** Returns a copy that answers with another status. */
    AdminRoute answering(int code) {
        return new AdminRoute(method, path, code, fields, query, isLocal, action);
    }

    /** Returns a copy that is answered in another way. */
    public AdminRoute answeredBy(Action other) {
        return new AdminRoute(method, path, status, fields, query, isLocal, other);
    }

    /** Returns a copy that only commands on this machine can use. */
    AdminRoute local() {
        return new AdminRoute(method, path, status, fields, query, true, action);
    }

    /** Returns the route of an HTTP server, behind a gate. */
    public Route<Operator> behind(Gate<Operator> gate) {
        if (hasBody()) {
            Handler<Operator> handler = (exchange, operator) -> exchange.read(
                    bytes -> Body.read(bytes, exchange.memory(), fields),
                    body -> answer(exchange, request(exchange, operator, body)));
            return switch (method) {
                case "PUT" -> Route.put(path, gate, handler);
                case "PATCH" -> Route.patch(path, gate, handler);
                case "DELETE" -> Route.delete(path, gate, handler).taking(BodyKind.JSON);
                default -> Route.post(path, gate, handler);
            };
        }
        Handler<Operator> handler = (exchange, operator) -> answer(exchange, request(exchange, operator, Body.NONE));
        return method.equals("GET")
                ? Route.get(path, gate, handler)
                : Route.post(path, gate, handler).taking();
    }

    private boolean hasBody() {
        return !fields.isEmpty();
    }

    private AdminRequest request(Exchange exchange, Operator operator, Body body) {
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(path);
        while (parameter.find()) {
            parameters.put(parameter.group(1), exchange.pathParam(parameter.group(1)));
        }
        Map<String, String> asked = new HashMap<>();
        for (String name : query) {
            String value = exchange.query(name);
            if (value != null) {
                asked.put(name, value);
            }
        }
        return new AdminRequest(operator, parameters, asked, body);
    }

    private void answer(Exchange exchange, AdminRequest request) {
        exchange.compute(() -> RightLost.answering("an operator's request", () -> action.answer(request)), answer -> {
            if (answer.isMissingNode()) {
                exchange.empty(status);
            } else if (answer.isString()) {
                exchange.send(status, CSV, answer.stringValue().getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.json(status, ApiJson.MAPPER.writeValueAsBytes(answer));
            }
        });
    }

    /** Answers a command of this process. @param parameters of the path and the query @param sent the body, or nothing */
    public JsonNode answer(Operator operator, Map<String, String> parameters, byte[] sent) {
        Map<String, String> asked = new HashMap<>(parameters);
        asked.keySet().retainAll(query);
        return action.answer(new AdminRequest(operator, parameters, asked, Body.read(sent, Lease.FREE, fields)));
    }
}
