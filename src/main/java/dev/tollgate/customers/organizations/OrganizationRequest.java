package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request of a management key about its organization, answered off the event loop. Its methods name the field or parameter that is wrong.
 *
 * @param body the members of the body; empty if there is none
 */
record OrganizationRequest(Exchange exchange, KeyCaller caller, ObjectNode body) {

    static final int PAGE_MAX = 200;

    private static final int PAGE_DEFAULT = 100;
    private static final int BYTES_MAX = 64 * 1024;
    private static final int NESTING_MAX = 4;
    private static final ReadLimits LIMITS = new ReadLimits(NESTING_MAX, 1, 1, 1, 0);

    /** The query is decoded here, on the loop, so that others only read it. */
    OrganizationRequest {
        var unused = exchange.query("");
    }

    /** Answers a request with JSON; null for an answer without a body. */
    interface Action {
        @Nullable
        ObjectNode answer(OrganizationRequest request);
    }

    /** Makes a handler of requests without a body. */
    static Handler<KeyCaller> reading(Action action) {
        return (exchange, caller) ->
                answer(200, new OrganizationRequest(exchange, caller, ApiJson.MAPPER.createObjectNode()), action);
    }

    /**
     * Makes a handler of requests with a body.
     *
     * @param status of an answer with JSON; without, it is 204
     * @param members of the body; others are refused
     */
    static Handler<KeyCaller> taking(int status, Action action, List<String> members) {
        return (exchange, caller) -> {
            Lease memory = exchange.memory();
            exchange.read(
                    bytes -> read(bytes, memory, members),
                    body -> answer(status, new OrganizationRequest(exchange, caller, body), action));
        };
    }

    private static ObjectNode read(byte[] bytes, Lease memory, List<String> members) {
        if (bytes.length == 0) {
            return ApiJson.MAPPER.createObjectNode();
        }
        if (bytes.length > BYTES_MAX) {
            throw ApiError.invalid(null, "The body is too large: at most " + BYTES_MAX + " bytes are allowed here.")
                    .withStatus(413)
                    .asException();
        }
        ObjectNode body = JsonObjectReader.read(bytes, LIMITS, memory);
        for (String name : body.propertyNames()) {
            if (!members.contains(name)) {
                throw wrong(Shown.plain(name), "is not known here; known are " + String.join(", ", members));
            }
        }
        return body;
    }

    private static void answer(int status, OrganizationRequest request, Action action) {
        Exchange exchange = request.exchange();
        exchange.compute(() -> action(request, action), answer -> {
            exchange.setHeader("cache-control", "no-store");
            if (answer.length == 0) {
                exchange.empty(204);
            } else {
                exchange.json(status, answer);
            }
        });
    }

    private static byte[] action(OrganizationRequest request, Action action) {
        ObjectNode answer = RightLost.answering("an organization", () -> action.answer(request));
        return answer == null ? new byte[0] : ApiJson.MAPPER.writeValueAsBytes(answer);
    }

    String account() {
        return caller.accountId();
    }

    /** Returns the key as who acts. */
    Acting by() {
        return new Acting(account(), caller.key().id(), exchange.remoteAddress(), null);
    }

    /** @throws ApiException a 403 if the key does not have the scope, for what a gate does not know */
    void need(Scope scope) {
        scope.require(caller.key().settings().scopes());
    }

    /** Returns a parameter of the path. */
    String path(String name) {
        return exchange.pathParam(name);
    }

    /** Returns a text that the body needs. */
    String text(String name) {
        JsonNode value = body.get(name);
        if (value == null) {
            throw wrong(name, "is required");
        }
        if (!value.isString()) {
            throw wrong(name, "must be a string");
        }
        String complaint = WrittenText.complaint(value.stringValue());
        if (complaint != null) {
            throw wrong(name, complaint);
        }
        return value.stringValue();
    }

    /** Returns the largest number of entries of a page. */
    int limit() {
        String text = exchange.query("limit");
        if (text == null) {
            return PAGE_DEFAULT;
        }
        if (text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= PAGE_MAX) {
            return Integer.parseInt(text);
        }
        throw wrong("limit", "must be a whole number from 1 to " + PAGE_MAX);
    }

    /** Returns a page of a list in the order of its ids. */
    <T> ObjectNode page(List<T> all, Function<T, String> id, Function<T, ObjectNode> json) {
        String after = exchange.query("after");
        List<T> rest = all.stream()
                .filter(entry -> after == null || id.apply(entry).compareTo(after) > 0)
                .sorted(Comparator.comparing(id))
                .toList();
        List<T> page = rest.subList(0, Math.min(limit(), rest.size()));
        return list(page, json, page.size() < rest.size() ? id.apply(page.getLast()) : null);
    }

    /** Returns a list. @param next what asks for the page after this one; null if there is none */
    static <T> ObjectNode list(List<T> page, Function<T, ObjectNode> json, @Nullable String next) {
        ObjectNode list = ApiJson.MAPPER.createObjectNode();
        ArrayNode data = list.putArray("data");
        page.forEach(entry -> data.add(json.apply(entry)));
        return list.put("next", next);
    }

    // ---- refusals ----

    /** Returns a 400 that names a field. */
    static ApiException wrong(String field, String what) {
        return ApiError.invalid(field, "'" + field + "' " + what + ".").asException();
    }

    /** Returns a refusal without a field. */
    static ApiException refused(int status, String message) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message)
                .withStatus(status)
                .asException();
    }

    /** Returns a 409 for a change that servers of an older version would ignore. */
    static ApiException older(List<String> servers) {
        return refused(
                409,
                "Servers of an older version are running that would ignore this: " + String.join(", ", servers)
                        + ". Replace them first.");
    }

    /** Returns a 403 for what no key may do. */
    static ApiException forbidden(String message) {
        return ApiError.of(ErrorCode.INVALID_API_KEY, message).withStatus(403).asException();
    }
}
