package dev.tollgate.operator.cli;

import dev.tollgate.base.config.Settings;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.OperatorAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A command that asks the operator's API, of the running server or over the books themselves. Its fields are the request's. */
final class ApiCommand implements Callable<Integer> {

    /** Asks and prints. */
    @FunctionalInterface
    interface Run {
        void run(AdminApi api);
    }

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");

    private record Check(Predicate<ObjectNode> isWrong, String message) {}

    private final Session session;
    private final CommandSpec spec;
    private final List<Field> fields = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private boolean mayBegin;
    private ToIntFunction<AdminApi> run = api -> ExitCode.OK;

    ApiCommand(Session session, String name, String... description) {
        this.session = session;
        this.spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.usageMessage().description(description);
    }

    /** Begins the command of an action: its name and its sentence are the action's. */
    static ApiCommand of(Session session, OperatorAction<?, ?> action) {
        String name = action.name();
        return new ApiCommand(session, name.substring(name.indexOf('.') + 1), action.help());
    }

    /**
     * Begins the command of an action with an argument for each parameter of its path and each of its fields, as the field says.
     *
     * @param own arguments in the place of those
     */
    static ApiCommand row(Session session, OperatorAction<?, ?> action, Field... own) {
        ApiCommand command = of(session, action).inOrder();
        Map<String, Field> given = Arrays.stream(own).collect(Collectors.toMap(Field::to, Function.identity()));
        PARAMETER
                .matcher(action.path())
                .results()
                .map(found -> found.group(1))
                .forEach(name -> command.takes(given.getOrDefault(name, Field.account())));
        for (var field : action.fields()) {
            if (!"".equals(field.option())) {
                command.takes(given.getOrDefault("/" + field.name(), Field.of(field)));
            }
        }
        return command;
    }

    /** Gives a data folder without an installation one. */
    ApiCommand begins() {
        mayBegin = true;
        return this;
    }

    /** Lists the options in the help in their order here. */
    ApiCommand inOrder() {
        spec.usageMessage().sortOptions(false);
        return this;
    }

    ApiCommand takes(Field... more) {
        for (Field field : more) {
            spec.add(field.arg());
            fields.add(field);
        }
        return this;
    }

    /** Refuses arguments, before anything is opened, by the body that they make. */
    ApiCommand refuses(Predicate<ObjectNode> isWrong, String message) {
        checks.add(new Check(isWrong, message));
        return this;
    }

    ApiCommand runs(Run how) {
        return answers(api -> {
            how.run(api);
            return ExitCode.OK;
        });
    }

    /** Asks, prints and returns the exit code. */
    ApiCommand answers(ToIntFunction<AdminApi> how) {
        run = how;
        return this;
    }

    ApiCommand asks(String method, String path, Consumer<JsonNode> print) {
        return runs(api -> print.accept(ask(api, method, path)));
    }

    /** Asks for an action. Each argument has to be a field of it, or a parameter of its path. */
    ApiCommand asks(OperatorAction<?, ?> action, Consumer<JsonNode> print) {
        requireFields(action);
        return asks(action.method(), action.path(), print);
    }

    /** Asks for an action, as above, and prints one member of the answer. */
    ApiCommand asks(OperatorAction<?, ?> action, String member) {
        requireFields(action);
        return asks(action.method(), action.path(), member);
    }

    /** Asks for an action with the arguments, which have to be its fields. */
    JsonNode ask(AdminApi api, OperatorAction<?, ?> action) {
        requireFields(action);
        return ask(api, action.method(), action.path());
    }

    private void requireFields(OperatorAction<?, ?> action) {
        for (Field field : fields) {
            String name = field.isMember() ? field.to().split("/")[1] : "{" + field.to() + "}";
            boolean isOfAction = field.isMember()
                    ? action.fields().stream().anyMatch(each -> each.name().equals(name))
                    : action.path().contains(name);
            if (!isOfAction) {
                throw new IllegalArgumentException(action.name() + " takes no " + name);
            }
        }
    }

    /** Prints one member of the answer. */
    ApiCommand asks(String method, String path, String member) {
        return asks(method, path, answer -> session.out().println(CommandJson.text(answer.get(member))));
    }

    /** Prints all pages of a list as a table. @param heads with commas between them */
    ApiCommand lists(String path, String heads, Function<JsonNode, String[]> row) {
        return runs(api -> TextTable.print(
                session.out(),
                heads.split(","),
                rows -> CommandJson.pages(api, path, parameters(), each -> rows.accept(row.apply(each)))));
    }

    JsonNode ask(AdminApi api, String method, String path) {
        return api.ask(method, path, parameters(), method.equals("GET") ? null : body());
    }

    /** Returns how many arguments name a parameter of the path or the query. */
    long count(String parameter) {
        return fields.stream()
                .filter(field -> field.to().equals(parameter) && field.value() != null)
                .count();
    }

    Map<String, String> parameters() {
        Map<String, String> parameters = new HashMap<>();
        for (Field field : fields) {
            JsonNode value = field.value();
            if (!field.isMember() && value != null) {
                parameters.put(field.to(), CommandJson.text(value));
            }
        }
        return parameters;
    }

    ObjectNode body() {
        ObjectNode body = CommandJson.object();
        for (Field field : fields) {
            JsonNode value = field.value();
            if (field.isMember() && value != null) {
                String[] path = field.to().split("/");
                (path.length == 2 ? body : body.withObjectProperty(path[1])).set(path[path.length - 1], value);
            }
        }
        return body;
    }

    Settings settings() {
        return session.settings(spec);
    }

    CommandLine line() {
        spec.mixinStandardHelpOptions(true);
        SettingOptions.addOfTheStore(spec);
        return new CommandLine(spec);
    }

    @Override
    public Integer call() {
        ObjectNode body = body();
        for (Check check : checks) {
            if (check.isWrong().test(body)) {
                throw new ParameterException(spec.commandLine(), check.message());
            }
        }
        try (AdminApi api = session.api(spec, mayBegin)) {
            return run.applyAsInt(api);
        }
    }
}
