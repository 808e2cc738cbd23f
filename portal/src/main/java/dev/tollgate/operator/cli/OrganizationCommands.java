package dev.tollgate.operator.cli;

import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.organizations.BudgetActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.operator.admin.AdminApi;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate member …}, {@code tollgate team …} and {@code tollgate budget …}. */
final class OrganizationCommands {

    private static final String ACCOUNT = "/admin/accounts/{id}";
    private static final String MEMBERS = ACCOUNT + "/members";
    private static final String TEAMS = ACCOUNT + "/teams";
    private static final String BUDGETS = ACCOUNT + "/budgets";

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");

    private OrganizationCommands() {}

    static List<CommandLine> members(Session session) {
        ApiCommand list = of(session, "member.list")
                .lists(MEMBERS, "ID,ROLE,E-MAIL,SINCE,NAME", member -> new String[] {
                    CommandJson.text(member.get("id")),
                    CommandJson.text(member.get("role")),
                    CommandJson.text(member.get("email")),
                    CommandJson.time(member.get("created_at"), "never"),
                    CommandJson.text(member.get("name"))
                });
        ApiCommand set = row(session, "member.set", Map.of("role", Field::needed))
                .asks("PATCH", MEMBERS + "/{member}", member -> session.out()
                        .println(CommandJson.text(member.get("id")) + " has the role "
                                + CommandJson.text(member.get("role")) + " now."));
        return withRows(session, "member", list, set);
    }

    static List<CommandLine> teams(Session session) {
        ApiCommand list = of(session, "team.list").lists(TEAMS, "ID,CREATED,STATE,NAME", team -> new String[] {
            CommandJson.text(team.get("id")),
            CommandJson.time(team.get("created_at"), "never"),
            team.get("paused").booleanValue() ? "paused" : "active",
            CommandJson.text(team.get("name"))
        });
        ApiCommand create =
                row(session, "team.create", Map.of("name", Field::needed)).asks("POST", TEAMS, "id");
        ApiCommand put = row(session, "team.set", Map.of("role", role -> role.or("member")))
                .asks("PUT", TEAMS + "/{team}/members/{member}", team -> print(session, team));
        return withRows(session, "team", list, create, put);
    }

    /** Returns some commands of a group, and a command for each of its other changes: each change is a row of {@link OrganizationRoutes#ACTIONS}. */
    private static List<CommandLine> withRows(Session session, String group, ApiCommand... own) {
        Map<String, CommandLine> all = new LinkedHashMap<>();
        for (ApiCommand each : own) {
            CommandLine line = each.line();
            all.put(group + "." + line.getCommandName(), line);
        }
        for (Action<OrganizationStores, ?> action : OrganizationRoutes.ACTIONS) {
            if (action.isChange() && action.name().startsWith(group + ".") && !all.containsKey(action.name())) {
                all.put(action.name(), row(session, action.name(), Map.of()).line());
            }
        }
        return List.copyOf(all.values());
    }

    private static Action<OrganizationStores, ?> action(String name) {
        return OrganizationRoutes.ACTIONS.stream()
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Begins the command of a row, with the account. */
    private static ApiCommand of(Session session, String name) {
        return new ApiCommand(
                        session,
                        name.substring(name.indexOf('.') + 1),
                        action(name).help())
                .takes(Field.account());
    }

    /** Returns the command of a row. @param changed options, by the names of their fields */
    private static ApiCommand row(Session session, String name, Map<String, UnaryOperator<Field>> changed) {
        Action<OrganizationStores, ?> action = action(name);
        ApiCommand command = of(session, name).takes(Field.reason());
        PARAMETER
                .matcher(action.path())
                .results()
                .map(found -> found.group(1))
                .forEach(part -> command.takes(Field.option("--" + part, "ID", part, "The " + part + "'s id.")
                        .needed()));
        action.fields().stream()
                .filter(field -> !field.typed().apply("").isObject())
                .forEach(field -> command.takes(changed.getOrDefault(field.name(), UnaryOperator.identity())
                        .apply(Field.option(
                                "--" + field.name().replace('_', '-'),
                                field.name().toUpperCase(Locale.ROOT),
                                "/" + field.name(),
                                field.typed()::apply,
                                field.help().isEmpty() ? field.label() + "." : field.help()))));
        return command.asks(action.method(), ACCOUNT + action.path(), answer -> session.out()
                .println("Done."));
    }

    private static void print(Session session, JsonNode team) {
        String[] heads = {"MEMBER", "ROLE", "NAME"};
        TextTable.print(session.out(), heads, rows -> team.get("members")
                .forEach(each -> rows.accept(new String[] {
                    CommandJson.text(each.get("id")),
                    CommandJson.text(each.get("role")),
                    CommandJson.text(each.get("name"))
                })));
    }

    static List<CommandLine> budgets(Session session) {
        ApiCommand list = of(session, "budget.list");
        list.runs(api -> print(session, api, list));
        return List.of(list.line(), set(session).line());
    }

    private static ApiCommand set(Session session) {
        ApiCommand set = new ApiCommand(
                session,
                "set",
                "Set the budgets of an owner, or the time zone of all, and print all budgets with their use. Windows that are not named stay.");
        return set.inOrder()
                .takes(
                        Field.account(),
                        Field.option(
                                "--owner",
                                "OWNER",
                                "owner",
                                "account, each_member, or the id of a member, a team or a key."))
                .takes(BudgetActions.SET.fields().stream()
                        .map(window -> Field.option(
                                "--" + window.name(), "CREDITS", "/" + window.name(), Values::budget, window.help()))
                        .toArray(Field[]::new))
                .takes(
                        Field.option(
                                "--time-zone", "ZONE", "/time_zone", "Time zone of the windows, like Europe/Berlin."),
                        Field.reason())
                .refuses(
                        body -> (set.count("owner") == 1) == body.has("time_zone"),
                        "Name an --owner with windows, or the --time-zone.")
                .runs(api -> {
                    if (set.count("owner") == 1) {
                        set.ask(api, "PUT", BUDGETS + "/{owner}");
                    } else {
                        set.ask(api, "PATCH", ACCOUNT + "/organization");
                    }
                    print(session, api, set);
                });
    }

    private static void print(Session session, AdminApi api, ApiCommand command) {
        Map<String, String> account = Map.of("id", command.parameters().getOrDefault("id", ""));
        String[] heads = {"OWNER", "WINDOW", "LIMIT", "USED", "HELD", "RESETS"};
        TextTable.print(
                session.out(), heads, rows -> CommandJson.pages(api, BUDGETS, account, each -> rows.accept(row(each))));
    }

    private static String[] row(JsonNode budget) {
        return new String[] {
            CommandJson.text(budget.get("owner")),
            CommandJson.text(budget.get("window")),
            budget.get("limit").isNull() ? Values.UNLIMITED : CommandJson.text(budget.get("limit")),
            CommandJson.text(budget.get("used")),
            CommandJson.text(budget.get("held")),
            CommandJson.time(budget.get("resets_at"), "never")
        };
    }
}
