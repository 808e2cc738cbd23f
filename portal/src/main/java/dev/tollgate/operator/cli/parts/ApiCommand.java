package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command that asks the operator's API, of the running server or over the books themselves. The command of an action has an argument for each parameter
 * of its path and each of its fields, as the field says.
 */
public final class ApiCommand implements Callable<Integer> {

    /** Asks and prints. */
    @FunctionalInterface
    public interface Run {
        void run(AdminApi api);
    }

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");

    private record Check(Predicate<ObjectNode> isWrong, String message) {}

    private final Session session;
    private final CommandSpec spec;
    private final List<Argument> arguments = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private boolean mayBegin;
    private String method = "GET";
    private String path = "";
    private ToIntFunction<AdminApi> run = api -> ExitCode.OK;

    public ApiCommand(Session session, String name, String... description) {
        this.session = session;
        this.spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.usageMessage().description(description).sortOptions(false);
    }

    /** Returns the command of an action: its name, its sentence, its arguments and what it prints are the action's. */
    public static ApiCommand of(Session session, OperatorAction<?, ?> action) {
        return new ApiCommand(session, name(action.name()), action.help())
                .takes(action)
                .says(action.command().prints());
    }

    /** Returns the command of an organization's action. */
    public static ApiCommand of(Session session, Action<OrganizationStores, ?> action) {
        return new ApiCommand(session, name(action.name()), action.help())
                .takes(action)
                .says("Done.");
    }

    /** Returns the list of a group of commands, and the commands of some actions in it: {@code plan close} runs {@code plan.close}. */
    public static List<CommandLine> group(
            Session session, String group, ApiCommand list, List<? extends OperatorAction<?, ?>> actions) {
        return Stream.concat(
                        Stream.of(list),
                        actions.stream()
                                .filter(action -> action.name().startsWith(group + "."))
                                .map(action -> of(session, action)))
                .map(ApiCommand::line)
                .toList();
    }

    private static String name(String action) {
        return action.substring(action.indexOf('.') + 1).replace('_', '-');
    }

    /** Gives a data folder without an installation one. */
    public ApiCommand begins() {
        mayBegin = true;
        return this;
    }

    /** Takes the arguments of an action, and asks for it. */
    public ApiCommand takes(OperatorAction<?, ?> action) {
        return takes(action.method(), action.path(), action.parameters(), action.fields());
    }

    /** Takes the arguments of an organization's action, and asks for it. */
    public ApiCommand takes(Action<OrganizationStores, ?> action) {
        return takes(action.method(), AccountRoutes.path(action), List.of(), AccountRoutes.fields(action));
    }

    private ApiCommand takes(String how, String where, List<Field<?>> parameters, List<Field<?>> fields) {
        method = how;
        path = where;
        PARAMETER
                .matcher(where)
                .results()
                .map(found -> found.group(1))
                .forEach(name -> arguments.add(parameters.stream()
                        .filter(parameter -> parameter.name().equals(name))
                        .findFirst()
                        .map(parameter -> Argument.of(parameter, name, name))
                        .orElseGet(() -> parameter(name))));
        fields.forEach(field -> add(field, "/", ""));
        return this;
    }

    private static Argument parameter(String name) {
        return name.equals("id")
                ? Argument.account()
                : Argument.own("--" + name + " ID", name, "The " + name + "'s id.");
    }

    private void add(Field<?> field, String into, String begin) {
        String name = begin + field.name().replace('_', '-');
        if (field.isFixed() || "".equals(field.option())) {
            return;
        }
        if (field.members().isEmpty()) {
            arguments.add(Argument.of(field, into + field.name(), name));
        } else {
            field.members().forEach(member -> add(member, into + field.name() + "/", name + "-"));
        }
    }

    /** Takes arguments of its own. */
    public ApiCommand takes(Argument... own) {
        arguments.addAll(List.of(own));
        return this;
    }

    /** Changes an argument. @param to as {@link Argument} has it */
    public ApiCommand with(String to, UnaryOperator<Argument> change) {
        if (arguments.stream().noneMatch(argument -> argument.to().equals(to))) {
            throw new IllegalArgumentException(spec.name() + " takes no " + to);
        }
        arguments.replaceAll(argument -> argument.to().equals(to) ? change.apply(argument) : argument);
        return this;
    }

    /** Takes all arguments but some. @param to as {@link Argument} has it */
    public ApiCommand without(String... to) {
        arguments.removeIf(argument -> List.of(to).contains(argument.to()));
        return this;
    }

    /** Takes no other arguments of the action. @param to as {@link Argument} has it */
    public ApiCommand keeping(String... to) {
        arguments.removeIf(argument -> !List.of(to).contains(argument.to()));
        return this;
    }

    /** Refuses arguments, before anything is opened, by the body that they make. */
    public ApiCommand refuses(Predicate<ObjectNode> isWrong, String message) {
        checks.add(new Check(isWrong, message));
        return this;
    }

    public ApiCommand runs(Run how) {
        return answers(api -> {
            how.run(api);
            return ExitCode.OK;
        });
    }

    /** Asks, prints and returns the exit code. */
    public ApiCommand answers(ToIntFunction<AdminApi> how) {
        run = how;
        return this;
    }

    /** Asks for the action, and prints. */
    public ApiCommand asks(Consumer<JsonNode> print) {
        return runs(api -> print.accept(ask(api)));
    }

    /** Asks for the action, and prints a line. @param line with members of the answer in braces */
    public ApiCommand says(String line) {
        return asks(answer -> session.out().println(CommandJson.said(line, answer)));
    }

    /** Prints all pages of a list as a table. @param heads with commas between them */
    public ApiCommand lists(String from, String heads, Function<JsonNode, String[]> row) {
        return runs(api -> TextTable.print(
                session.out(),
                heads.split(","),
                rows -> CommandJson.pages(api, from, parameters(), each -> rows.accept(row.apply(each)))));
    }

    /** Asks for the action with the arguments. */
    public JsonNode ask(AdminApi api) {
        return ask(api, parameters(), body());
    }

    public JsonNode ask(AdminApi api, Map<String, String> parameters, ObjectNode body) {
        return api.ask(method, path, parameters, body);
    }

    public JsonNode get(AdminApi api, String from) {
        return api.ask("GET", from, parameters(), null);
    }

    /** Returns how many arguments name a parameter of the path or the query. */
    public long count(String parameter) {
        return arguments.stream()
                .filter(argument -> argument.to().equals(parameter) && argument.value() != null)
                .count();
    }

    public Map<String, String> parameters() {
        Map<String, String> parameters = new HashMap<>();
        for (Argument argument : arguments) {
            JsonNode value = argument.value();
            if (!argument.isMember() && value != null) {
                parameters.put(argument.to(), CommandJson.text(value));
            }
        }
        return parameters;
    }

    public ObjectNode body() {
        ObjectNode body = CommandJson.object();
        for (Argument argument : arguments) {
            JsonNode value = argument.value();
            if (argument.isMember() && value != null) {
                String[] parts = argument.to().split("/");
                (parts.length == 2 ? body : body.withObjectProperty(parts[1])).set(parts[parts.length - 1], value);
            }
        }
        return body;
    }

    public Settings settings() {
        return session.settings(spec);
    }

    public CommandLine line() {
        arguments.forEach(argument -> spec.add(argument.arg()));
        spec.mixinStandardHelpOptions(true);
        SettingOptions.addOfTheStore(spec);
        return new CommandLine(spec);
    }

    @Override
    public Integer call() {
        try {
            arguments.forEach(Argument::check);
        } catch (ApiException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
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
