package dev.tollgate.operator.cli;

import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.operator.admin.AdminApi;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
        ApiCommand set = of(session, "member.set")
                .takes(
                        Field.option("--member", "ID", "member", "The member's id.")
                                .needed(),
                        Field.option("--role", "ROLE", "/role", "owner, admin, billing, member or viewer.")
                                .needed(),
                        Field.reason());
        set.asks("PATCH", MEMBERS + "/{member}", member -> session.out()
                .println(CommandJson.text(member.get("id")) + " has the role " + CommandJson.text(member.get("role"))
                        + " now."));
        return withRows(session, "member", list, set);
    }

    static List<CommandLine> teams(Session session) {
        ApiCommand list = of(session, "team.list").lists(TEAMS, "ID,CREATED,STATE,NAME", team -> new String[] {
            CommandJson.text(team.get("id")),
            CommandJson.time(team.get("created_at"), "never"),
            team.get("paused").booleanValue() ? "paused" : "active",
            CommandJson.text(team.get("name"))
        });
        Field name = Field.option("--name", "NAME", "/name", "A name that no other team of the organization has.")
                .needed();
        ApiCommand create = new ApiCommand(session, "create", "Create a team and print its id.")
                .takes(Field.account(), name, Field.reason())
                .asks("POST", TEAMS, "id");
        return withRows(session, "team", list, create, put(session));
    }

    /** Returns commands, and those of the other changes of a group: each is a row of {@link OrganizationRoutes#ACTIONS}. */
    private static List<CommandLine> withRows(Session session, String group, ApiCommand... own) {
        Map<String, CommandLine> all = new LinkedHashMap<>();
        for (ApiCommand each : own) {
            CommandLine line = each.line();
            all.put(group + "." + line.getCommandName(), line);
        }
        for (Action<OrganizationStores, ?> action : OrganizationRoutes.ACTIONS) {
            if (action.isChange() && action.name().startsWith(group + ".") && !all.containsKey(action.name())) {
                all.put(action.name(), row(session, action).line());
            }
        }
        return List.copyOf(all.values());
    }

    /** Begins the command of an action by its name. */
    private static ApiCommand of(Session session, String name) {
        return OrganizationRoutes.ACTIONS.stream()
                .filter(action -> action.name().equals(name))
                .map(action -> new ApiCommand(session, name.substring(name.indexOf('.') + 1), action.help()))
                .findFirst()
                .orElseThrow()
                .takes(Field.account());
    }

    private static ApiCommand row(Session session, Action<OrganizationStores, ?> action) {
        ApiCommand command = of(session, action.name());
        PARAMETER
                .matcher(action.path())
                .results()
                .map(found -> found.group(1))
                .forEach(name -> command.takes(Field.option("--" + name, "ID", name, "The " + name + "'s id.")
                        .needed()));
        action.fields().stream()
                .filter(field -> !field.typed().apply("").isObject())
                .forEach(field -> command.takes(Field.option(
                        "--" + field.name().replace('_', '-'),
                        field.name().toUpperCase(Locale.ROOT),
                        "/" + field.name(),
                        field.typed()::apply,
                        field.help().isEmpty() ? field.label() + "." : field.help())));
        return command.takes(Field.reason()).asks(action.method(), ACCOUNT + action.path(), answer -> session.out()
                .println("Done."));
    }

    private static ApiCommand put(Session session) {
        ApiCommand put = of(session, "team.set")
                .takes(
                        Field.option("--team", "ID", "team", "The team's id.").needed(),
                        Field.option("--member", "ID", "member", "The member's id.")
                                .needed(),
                        Field.option("--role", "ROLE", "/role", "admin, or member as by default.")
                                .or("member"),
                        Field.reason());
        return put.runs(api -> {
            JsonNode team = put.ask(api, "PUT", TEAMS + "/{team}/members/{member}");
            String[] heads = {"MEMBER", "ROLE", "NAME"};
            TextTable.print(session.out(), heads, rows -> team.get("members")
                    .forEach(each -> rows.accept(new String[] {
                        CommandJson.text(each.get("id")),
                        CommandJson.text(each.get("role")),
                        CommandJson.text(each.get("name"))
                    })));
        });
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
                .takes(Stream.of("hour", "day", "week", "month", "total")
                        .map(window -> Field.option(
                                "--" + window,
                                "CREDITS",
                                "/" + window,
                                Values::budget,
                                "Credits " + (window.equals("total") ? "in all" : "per " + window)
                                        + ", none, or unlimited for a member."))
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
