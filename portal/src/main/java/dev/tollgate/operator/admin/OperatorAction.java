package dev.tollgate.operator.admin;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.operator.admin.AdminGate.Operator;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A change that an operator can make: a row from which the API, the commands and the forms of the console take their part. Immutable; its store
 * makes the change and its row of the audit log.
 *
 * @param told its row of the audit log: a name like {@code account.grant}, what was done, and its facts, the fields' among them
 * @param path of the route, with parameters in braces; empty if the API has none
 * @param status of an answer that is no refusal
 * @param isLocal whether only commands on this machine can ask for it
 * @param command of the command line
 * @param parameters of the path, for the command; an account's and others that are plain ids may be missing
 * @param fields of the body, the reason included
 * @param chosen the inputs of a form that are no fields: parameters of the path, and what forms alone ask for
 * @param buttons of the forms that ask for it; none if the console has no form
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
        Command command,
        List<Field<?>> parameters,
        List<Field<?>> fields,
        List<Field<?>> chosen,
        List<Button> buttons,
        Does<S, T> does,
        Shows<T> shows) {

    public OperatorAction {
        parameters = List.copyOf(parameters);
        fields = List.copyOf(fields);
        chosen = List.copyOf(chosen);
        buttons = List.copyOf(buttons);
    }

    /** Returns the name in the audit log. */
    public String name() {
        return told.action();
    }

    /** Returns the sentence of the command; empty if there is none. */
    public String help() {
        return command.help();
    }

    /** Returns whether its route is a path, or below it. */
    public boolean isBelow(String other) {
        return path.equals(other) || path.startsWith(other + "/");
    }

    /**
     * The command of an action.
     *
     * @param help its sentence; empty if there is no command
     * @param prints the line that it prints, with members of the answer in braces
     */
    public record Command(String help, String prints) {

        private static Command of(String help) {
            return new Command(help, "Done.");
        }
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

    /**
     * The button of a form that asks for an action.
     *
     * @param action its name
     * @param sets fields whose texts the button says, such as {@code role=operator}; {@link #NOW} is the present
     * @param word on it
     * @param done the sentence afterwards, made of a number that the page knows; null if the page says it in another way
     * @param asksReason whether the form asks for a reason
     * @param ofOthers the refusal for the operator's own account; null if that is no exception
     */
    public record Button(
            String action,
            Map<String, String> sets,
            Sentence word,
            @Nullable LongFunction<Sentence> done,
            boolean asksReason,
            @Nullable Sentence ofOthers) {

        /** The text of a field that is the time at which the form is taken. */
        public static final String NOW = "now";

        public Button {
            sets = Map.copyOf(sets);
        }

        public static Button of(Sentence word) {
            return new Button("", Map.of(), word, null, true, null);
        }

        /** Returns this button of a form that says nothing more than the sentence once it was taken. */
        public Button done(Sentence sentence) {
            return counting(_ -> sentence);
        }

        /** Returns this button of a form that says how many it has changed. */
        public Button counting(LongFunction<Sentence> sentence) {
            return new Button(action, sets, word, sentence, asksReason, ofOthers);
        }

        public Button setting(Field<?> field, String text) {
            return new Button(action, Map.of(field.name(), text), word, done, asksReason, ofOthers);
        }

        public Button withoutReason() {
            return new Button(action, sets, word, done, false, ofOthers);
        }

        public Button ofOthers(Sentence refusal) {
            return new Button(action, sets, word, done, asksReason, refusal);
        }

        private Button of(String name) {
            return new Button(name, sets, word, done, asksReason, ofOthers);
        }

        /** Returns the value of the form's field {@code deed}: the action's name, and what is set, as in {@code account.set_role?role=user}. */
        public String deed() {
            return sets.isEmpty()
                    ? action
                    : action
                            + sets.entrySet().stream()
                                    .map(each -> each.getKey() + "=" + each.getValue())
                                    .collect(Collectors.joining("&", "?", ""));
        }
    }

    /** The beginning of a row. Parameters as above. */
    public record Begun(
            DeedKind told,
            String method,
            String path,
            int status,
            boolean isLocal,
            Command command,
            List<Field<?>> parameters,
            List<Field<?>> fields,
            List<Field<?>> chosen,
            List<Button> buttons) {

        /** Returns this beginning with another status of the answer than 200. */
        public Begun answering(int code) {
            return new Begun(told, method, path, code, isLocal, command, parameters, fields, chosen, buttons);
        }

        /** Returns this beginning with what the command prints instead of {@code Done.}, as {@link Command} has it. */
        public Begun prints(String line) {
            Command printing = new Command(command.help(), line);
            return new Begun(told, method, path, status, isLocal, printing, parameters, fields, chosen, buttons);
        }

        /** Returns this beginning for commands on this machine alone. */
        public Begun local() {
            return new Begun(told, method, path, status, true, command, parameters, fields, chosen, buttons);
        }

        /** Returns this beginning with a parameter of the path, as the command takes it. */
        public Begun of(Field<?> parameter) {
            return new Begun(
                    told, method, path, status, isLocal, command, with(parameters, parameter), fields, chosen, buttons);
        }

        /** Returns this beginning for a request that can be repeated: it takes an id. */
        public Begun repeatable() {
            return new Begun(
                    told,
                    method,
                    path,
                    status,
                    isLocal,
                    command,
                    parameters,
                    with(fields, AdminRequest.ID),
                    chosen,
                    buttons);
        }

        /** Returns this beginning with facts of its row of the audit log that are no fields, or have another meaning there. */
        public Begun telling(List<Fact> facts) {
            return new Begun(
                    told.with(facts), method, path, status, isLocal, command, parameters, fields, chosen, buttons);
        }

        /** Returns this beginning with facts of its row of the audit log that are no fields, or have another meaning there. */
        public Begun telling(Fact... facts) {
            return telling(List.of(facts));
        }

        /** Returns this beginning with a parameter of the path, as forms ask for it and the command takes it. */
        public Begun choosing(Field<?> parameter) {
            return new Begun(
                    told,
                    method,
                    path,
                    status,
                    isLocal,
                    command,
                    with(parameters, parameter),
                    fields,
                    with(chosen, parameter),
                    buttons);
        }

        /** Returns this beginning with an input that forms alone have. The action finds it among the parameters of the path. */
        public Begun asking(Field<?> input) {
            return new Begun(
                    told, method, path, status, isLocal, command, parameters, fields, with(chosen, input), buttons);
        }

        /** Returns this beginning with a form of the console. @param word on its button @param done the sentence afterwards */
        public Begun button(Sentence word, Sentence done) {
            return button(Button.of(word).done(done));
        }

        /** Returns this beginning with a form of the console. */
        public Begun button(Button button) {
            return new Begun(
                    told,
                    method,
                    path,
                    status,
                    isLocal,
                    command,
                    parameters,
                    fields,
                    chosen,
                    Stream.concat(buttons.stream(), Stream.of(button.of(told.action())))
                            .toList());
        }

        /** Returns the row. */
        public <S, T> OperatorAction<S, T> does(Does<S, T> does, Shows<T> shows) {
            return new OperatorAction<>(
                    told, method, path, status, isLocal, command, parameters, fields, chosen, buttons, does, shows);
        }

        /** Returns the row of forms alone. */
        public <S, T> OperatorAction<S, T> does(Does<S, T> does) {
            return does(does, (_, _) -> MissingNode.getInstance());
        }
    }

    private static List<Field<?>> with(List<Field<?>> fields, Field<?> last) {
        return Stream.concat(fields.stream(), Stream.of(last)).toList();
    }

    /** Begins the row of a {@code POST} with a reason, which is added to the fields. @param done what was done, in the past tense */
    public static Begun post(String name, Sentence done, String path, String help, Field<?>... fields) {
        return begin(name, done, "POST", path, help, List.of(fields));
    }

    /** Begins the row of another method. The reason is added to the fields. @param help empty if there is no command */
    public static Begun begin(
            String name, Sentence done, String method, String path, String help, List<Field<?>> fields) {
        return new Begun(
                told(name, done, fields),
                method,
                path,
                200,
                false,
                Command.of(help),
                List.of(),
                with(fields, AdminRequest.REASON),
                List.of(),
                List.of());
    }

    /** Begins the row of a {@code POST} to which no reason belongs, or a reason that may be missing. */
    public static Begun bare(String name, Sentence done, String path, Field<?>... fields) {
        return new Begun(
                told(name, done, List.of(fields)),
                "POST",
                path,
                200,
                false,
                Command.of(""),
                List.of(),
                List.of(fields),
                List.of(),
                List.of());
    }

    /** Begins the row of forms alone, which take a reason. */
    public static Begun ofForms(DeedKind told, Field<?>... fields) {
        return new Begun(
                told,
                "",
                "",
                200,
                false,
                Command.of(""),
                List.of(),
                with(List.of(fields), AdminRequest.REASON),
                List.of(),
                List.of());
    }

    private static DeedKind told(String name, Sentence done, List<Field<?>> fields) {
        return new DeedKind(name, done, Fact.of(fields).toList());
    }

    /** Returns the route. */
    public AdminRoute on(S store) {
        return new AdminRoute(method, path, status, fields, List.of(), isLocal, request -> answer(store, request));
    }

    /** Answers a request of the API. */
    public JsonNode answer(S store, AdminRequest request) {
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

    /** Returns the only button. */
    public Button button() {
        if (buttons.size() != 1) {
            throw new IllegalStateException(name() + " has " + buttons.size() + " buttons");
        }
        return buttons.getFirst();
    }

    /** Makes the change for a form. @param path the parameters of the path @param body has the {@link #ownFields} */
    public T take(S store, By by, Button button, Map<String, String> path, Body body) {
        for (Field<?> field : ownFields()) {
            var unused = body.get(field); // a form shows what is typed wrongly before what is not there
        }
        if (fields.contains(AdminRequest.REASON) && button.asksReason()) {
            var unused = by.needReason();
        }
        return does.run(store, by, new AdminRequest(new Operator(by.actor(), false), path, Map.of(), body));
    }

    /** Returns the field of a form's input; null if the input is none of the action's. @param name as in forms, without the objects around it */
    public @Nullable Field<?> input(String name) {
        return Stream.concat(fields.stream(), chosen.stream())
                .flatMap(field -> field.members().isEmpty() ? Stream.of(field) : field.members().stream())
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
