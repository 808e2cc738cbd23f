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
import dev.tollgate.http.Exchange;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request about an organization, answered off the event loop. Its methods name the field or parameter that is wrong.
 *
 * @param by the key or the operator who asks
 * @param scopes of the key; all for the operator
 * @param path returns a parameter of the path
 * @param query returns a parameter of the query; null if it is missing
 * @param body its members; empty if there is none
 * @param exchange of a key's request; null for the operator's
 */
public record OrganizationRequest(
        Acting by,
        Set<Scope> scopes,
        UnaryOperator<String> path,
        Function<String, @Nullable String> query,
        ObjectNode body,
        @Nullable Exchange exchange) {

    static final int PAGE_MAX = 200;

    private static final int PAGE_DEFAULT = 100;
    private static final int NESTING_MAX = 4;
    private static final ReadLimits LIMITS = new ReadLimits(NESTING_MAX, 1, 1, 1, 0);

    public OrganizationRequest {
        scopes = Set.copyOf(scopes);
    }

    /** Returns a request of a management key. The query is decoded here, on the loop, so that others only read it. */
    static OrganizationRequest ofKey(Exchange exchange, KeyCaller caller, ObjectNode body) {
        var unused = exchange.query("");
        Acting by = new Acting(caller.accountId(), caller.key().id(), exchange.remoteAddress(), null);
        Set<Scope> scopes = caller.key().settings().scopes();
        return new OrganizationRequest(by, scopes, exchange::pathParam, exchange::query, body, exchange);
    }

    /** Returns a request of the operator. */
    public static OrganizationRequest ofOperator(
            Acting by, UnaryOperator<String> path, Function<String, @Nullable String> query, ObjectNode body) {
        return new OrganizationRequest(by, Set.of(Scope.values()), path, query, body, null);
    }

    /** Reads the body of a key's request. @param members that are known; others are refused */
    static ObjectNode read(byte[] bytes, Lease memory, List<String> members) {
        if (bytes.length == 0) {
            return ApiJson.MAPPER.createObjectNode();
        }
        ObjectNode body = JsonObjectReader.read(bytes, LIMITS, memory);
        for (String name : body.propertyNames()) {
            if (!members.contains(name)) {
                throw wrong(Shown.plain(name), "is not known here; known are " + String.join(", ", members));
            }
        }
        return body;
    }

    String account() {
        return by.accountId();
    }

    /** @throws ApiException a 403 if the key does not have the scope, for what a gate does not know */
    void need(Scope scope) {
        scope.require(scopes);
    }

    /** Returns a parameter of the path. */
    String path(String name) {
        return path.apply(name);
    }

    /** Returns a parameter of the query; null if it is missing. */
    @Nullable
    String query(String name) {
        return query.apply(name);
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
        String text = query("limit");
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
        String after = query("after");
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

    /** Returns a 403 for what no key may do. */
    static ApiException forbidden(String message) {
        return ApiError.of(ErrorCode.INVALID_API_KEY, message).withStatus(403).asException();
    }
}
