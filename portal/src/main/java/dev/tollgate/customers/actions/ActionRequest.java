package dev.tollgate.customers.actions;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Limit;
import dev.tollgate.keys.Scope;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request of an action, answered off the event loop. Its methods name the field or parameter that is wrong.
 *
 * @param by the person, the key or the operator that asks
 * @param scopes of the key; all for others
 * @param path returns a parameter of the path
 * @param query returns a parameter of the query; null if it is missing
 * @param body its fields; empty if there are none
 * @param exchange of a key's request; null for others
 */
public record ActionRequest(
        Acting by,
        Set<Scope> scopes,
        UnaryOperator<String> path,
        Function<String, @Nullable String> query,
        Body body,
        @Nullable Exchange exchange) {

    private static final Limit LIMIT = Limit.of(200, 100);

    public ActionRequest {
        scopes = Set.copyOf(scopes);
    }

    /** Returns a request of a person or the operator, who need no scope. */
    public static ActionRequest of(
            Acting by, UnaryOperator<String> path, Function<String, @Nullable String> query, Body body) {
        return new ActionRequest(by, Set.of(Scope.values()), path, query, body, null);
    }

    public String account() {
        return by.accountId();
    }

    /** @throws ApiException a 403 if the key does not have the scope, for what a gate does not know */
    public void need(Scope scope) {
        scope.require(scopes);
    }

    /** Returns a parameter of the path. */
    public String path(String name) {
        return path.apply(name);
    }

    /** Returns a parameter of the query; null if it is missing. */
    public @Nullable String query(String name) {
        return query.apply(name);
    }

    /** Returns the value of a field that has to be there. */
    public <T> T need(Field<T> field) {
        return body.need(field);
    }

    /** Returns the value of a field; null if it is missing or null. */
    public <T> @Nullable T get(Field<T> field) {
        return body.get(field);
    }

    /** Returns the largest number of entries of a page. */
    public int limit() {
        return LIMIT.read(query("limit"));
    }

    /** Returns a page of a list in the order of its ids. */
    public <T> ObjectNode page(List<T> all, Function<T, String> id, Function<T, ObjectNode> json) {
        String after = query("after");
        List<T> rest = all.stream()
                .filter(entry -> after == null || id.apply(entry).compareTo(after) > 0)
                .sorted(Comparator.comparing(id))
                .toList();
        List<T> page = rest.subList(0, Math.min(limit(), rest.size()));
        return list(page, json, page.size() < rest.size() ? id.apply(page.getLast()) : null);
    }

    /** Returns a list. @param next what asks for the page after this one; null if there is none */
    public static <T> ObjectNode list(List<T> page, Function<T, ObjectNode> json, @Nullable String next) {
        ObjectNode list = ApiJson.MAPPER.createObjectNode();
        ArrayNode data = list.putArray("data");
        page.forEach(entry -> data.add(json.apply(entry)));
        return list.put("next", next);
    }

    /** Returns a refusal without a field. */
    public static ApiException refused(int status, Sentence sentence) {
        return ApiError.invalid(null, sentence).withStatus(status).asException();
    }
}
