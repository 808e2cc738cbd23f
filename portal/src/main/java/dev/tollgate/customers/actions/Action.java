package dev.tollgate.customers.actions;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that people, management keys and the operator can make of an account: a row from which each face takes its part.
 *
 * @param name like {@code team.rename}: the button of a form, and the command {@code tollgate team rename}
 * @param path below the account's, with parameters in braces
 * @param right that a page asks for; the store asks for it again in the commit. Null for what only shows
 * @param scope that a management key needs; null if the action asks for it
 * @param status of an answer: 204 for none
 * @param help says what it does, in a sentence
 * @param query the parameters of the query
 * @param does may block
 * @param shows makes the answer; null for none
 * @param <S> the stores that it needs
 * @param <T> what it has done
 */
public record Action<S, T>(
        String name,
        String method,
        String path,
        @Nullable Right right,
        @Nullable Scope scope,
        int status,
        String help,
        List<Field<?>> fields,
        List<String> query,
        Does<S, T> does,
        @Nullable Shows<S, T> shows) {

    private static final List<String> PAGED = List.of("after", "limit");

    public Action {
        fields = List.copyOf(fields);
        query = List.copyOf(query);
    }

    /** Does what is asked. */
    @FunctionalInterface
    public interface Does<S, T> {
        /** @throws dev.tollgate.base.error.ApiException for a wrong value of the request */
        Outcome<T> run(S stores, ActionRequest request);
    }

    /** Makes an answer of the API. */
    @FunctionalInterface
    public interface Shows<S, T> {
        ObjectNode json(S stores, ActionRequest request, T done);
    }

    /** Makes an answer of the API for what changes nothing. */
    @FunctionalInterface
    public interface Reads<S> {
        ObjectNode json(S stores, ActionRequest request);
    }

    /** Returns a row that shows something. */
    public static <S> Action<S, ActionRequest> get(String name, String path, Scope scope, String help, Reads<S> reads) {
        return reading(name, path, scope, help, List.of(), reads);
    }

    /** Returns the row of a list that is paged. */
    public static <S> Action<S, ActionRequest> list(
            String name, String path, Scope scope, String help, Reads<S> reads) {
        return reading(name, path, scope, help, PAGED, reads);
    }

    private static <S> Action<S, ActionRequest> reading(
            String name, String path, Scope scope, String help, List<String> query, Reads<S> reads) {
        return new Action<>(
                name,
                "GET",
                path,
                null,
                scope,
                200,
                help,
                List.of(),
                query,
                (stores, request) -> new Outcome.Done<>(request),
                (stores, request, done) -> reads.json(stores, request));
    }

    /** The beginning of the row of a change. */
    public record Change(
            String name,
            String method,
            String path,
            @Nullable Right right,
            @Nullable Scope scope,
            String help,
            List<Field<?>> fields) {

        /** Returns the row of a change that answers nothing. */
        public <S, T> Action<S, T> does(Does<S, T> does) {
            return new Action<>(name, method, path, right, scope, 204, help, fields, List.of(), does, null);
        }

        /** Returns the row of a change that answers. */
        public <S, T> Action<S, T> does(Does<S, T> does, Shows<S, T> shows) {
            int status = method.equals("POST") ? 201 : 200;
            return new Action<>(name, method, path, right, scope, status, help, fields, List.of(), does, shows);
        }
    }

    /** Begins the row of a change. @param scope null if the action asks for it itself */
    public static Change change(
            String name,
            String method,
            String path,
            Right right,
            @Nullable Scope scope,
            String help,
            Field<?>... fields) {
        return new Change(name, method, path, right, scope, help, List.of(fields));
    }

    /** Returns this row with another status of its answer. */
    public Action<S, T> answering(int code) {
        return new Action<>(name, method, path, right, scope, code, help, fields, query, does, shows);
    }

    /** Returns this row for a form that shows some of its fields: it takes no others. */
    public Action<S, T> showing(String... names) {
        List<Field<?>> shown = fields.stream()
                .filter(field -> List.of(names).contains(field.name()))
                .toList();
        return taking(shown);
    }

    /** Returns this row with other fields. */
    public Action<S, T> taking(List<Field<?>> others) {
        return new Action<>(name, method, path, right, scope, status, help, others, query, does, shows);
    }

    public boolean isChange() {
        return !method.equals("GET");
    }

    /** Answers a request of the API. @return null if the status is 204 */
    public @Nullable ObjectNode answer(S stores, ActionRequest request) {
        T done = does.run(stores, request).orThrow();
        return shows == null ? null : shows.json(stores, request, done);
    }
}
