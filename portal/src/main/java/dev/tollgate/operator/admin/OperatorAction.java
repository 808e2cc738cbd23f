package dev.tollgate.operator.admin;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.operator.admin.AdminGate.Operator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A change that an operator can make: a row from which the API, the commands and the forms of the console take their part. Immutable; its store
 * makes the change and its row of the audit log.
 *
 * @param told its row of the audit log: a name like {@code account.grant}, what was done, and its facts, those of the fields among them
 * @param path of the route, with parameters in braces
 * @param status of an answer that is no refusal
 * @param isLocal whether only commands on this machine can ask for it
 * @param help the sentence of the command; empty if there is none
 * @param fields of the body, the reason included
 * @param does may block
 * @param shows makes the answer
 * @param <S> the store that makes the change
 * @param <T> the result
 */
public record OperatorAction<S, T>(
        DeedKind told,
        String method,
        String path,
        int status,
        boolean isLocal,
        String help,
        List<Field<?>> fields,
        Does<S, T> does,
        Shows<T> shows) {

    public OperatorAction {
        fields = List.copyOf(fields);
    }

    /** Returns the name in the audit log. */
    public String name() {
        return told.action();
    }

    /** Makes the change. */
    @FunctionalInterface
    public interface Does<S, T> {

        /** @throws dev.tollgate.base.error.ApiException for a wrong value, or if the change is refused */
        T run(S store, By by, AdminRequest request);
    }

    /** Makes the answer of the API. */
    @FunctionalInterface
    public interface Shows<T> {
        JsonNode json(AdminRequest request, T done);
    }

    /** The beginning of a row. Parameters as above. */
    record Begun(
            DeedKind told,
            String method,
            String path,
            int status,
            boolean isLocal,
            String help,
            List<Field<?>> fields) {

        /** Returns this beginning with another status of the answer than 200. */
        Begun answering(int code) {
            return new Begun(told, method, path, code, isLocal, help, fields);
        }

        /** Returns this beginning for commands on this machine alone. */
        Begun local() {
            return new Begun(told, method, path, status, true, help, fields);
        }

        /** Returns this beginning for a request that can be repeated: it takes an id. */
        Begun repeatable() {
            return new Begun(told, method, path, status, isLocal, help, with(fields, AdminRequest.ID));
        }

        /** Returns this beginning with facts of its row of the audit log that are no fields, or have another meaning there. */
        Begun telling(List<Fact> facts) {
            return new Begun(told.with(facts), method, path, status, isLocal, help, fields);
        }

        /** Returns this beginning with facts of its row of the audit log that are no fields, or have another meaning there. */
        Begun telling(Fact... facts) {
            return telling(List.of(facts));
        }

        /** Returns the row. */
        <S, T> OperatorAction<S, T> does(Does<S, T> does, Shows<T> shows) {
            return new OperatorAction<>(told, method, path, status, isLocal, help, fields, does, shows);
        }
    }

    private static List<Field<?>> with(List<Field<?>> fields, Field<?> last) {
        return Stream.concat(fields.stream(), Stream.of(last)).toList();
    }

    /** Begins the row of a {@code POST} with a reason, which is added to the fields. @param done what was done, in the past tense */
    static Begun post(String name, Sentence done, String path, String help, Field<?>... fields) {
        return begin(name, done, "POST", path, help, List.of(fields));
    }

    /** Begins the row of another method. The reason is added to the fields. @param help empty if there is no command */
    static Begun begin(String name, Sentence done, String method, String path, String help, List<Field<?>> fields) {
        return new Begun(told(name, done, fields), method, path, 200, false, help, with(fields, AdminRequest.REASON));
    }

    /** Begins the row of a {@code POST} to which no reason belongs, or a reason that may be missing. */
    static Begun bare(String name, Sentence done, String path, Field<?>... fields) {
        return new Begun(told(name, done, List.of(fields)), "POST", path, 200, false, "", List.of(fields));
    }

    private static DeedKind told(String name, Sentence done, List<Field<?>> fields) {
        return new DeedKind(name, done, Fact.of(fields).toList());
    }

    /** Returns the route. */
    AdminRoute on(S store) {
        return new AdminRoute(method, path, status, fields, List.of(), isLocal, request -> answer(store, request));
    }

    /** Answers a request of the API. */
    JsonNode answer(S store, AdminRequest request) {
        By by = fields.contains(AdminRequest.REASON)
                ? request.by()
                : By.of(request.operator().actor());
        return shows.json(request, does.run(store, by, request));
    }

    /** Returns the fields that a form shows for the action alone: the reason and the id are in each form. */
    public List<Field<?>> ownFields() {
        return fields.stream()
                .filter(field -> field != AdminRequest.REASON && field != AdminRequest.ID)
                .toList();
    }

    /** Makes the change for a form. @param path the parameters of the path @param body has the {@link #ownFields} */
    public T take(S store, By by, Map<String, String> path, Body body) {
        for (Field<?> field : ownFields()) {
            var unused = body.get(field); // a form shows what is typed wrongly before what is not there
        }
        if (fields.contains(AdminRequest.REASON)) {
            var unused = by.needReason();
        }
        return does.run(store, by, new AdminRequest(new Operator(by.actor(), false), path, Map.of(), body));
    }
}
