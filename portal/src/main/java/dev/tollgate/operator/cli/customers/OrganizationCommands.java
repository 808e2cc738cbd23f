package dev.tollgate.operator.cli.customers;

import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.organizations.BudgetActions;
import dev.tollgate.customers.organizations.MemberActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.TeamActions;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.TextTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate member …}, {@code tollgate team …} and {@code tollgate budget …}. */
public final class OrganizationCommands {

    private static final String ACCOUNT = "/admin/accounts/{id}";
    private static final String MEMBERS = ACCOUNT + "/members";
    private static final String TEAMS = ACCOUNT + "/teams";
    private static final String BUDGETS = ACCOUNT + "/budgets";

    private OrganizationCommands() {}

    public static List<CommandLine> members(Session session) {
        ApiCommand list = list(session, "member.list")
                .lists(MEMBERS, "ID,ROLE,E-MAIL,SINCE,NAME", member -> new String[] {
                    CommandJson.text(member.get("id")),
                    CommandJson.text(member.get("role")),
                    CommandJson.text(member.get("email")),
                    CommandJson.time(member.get("created_at"), "never"),
                    CommandJson.text(member.get("name"))
                });
        ApiCommand set = ApiCommand.of(session, MemberActions.SET).asks(member -> session.out()
                .println(CommandJson.text(member.get("id")) + " has the role " + CommandJson.text(member.get("role"))
                        + " now."));
        return withRows(session, "member", list, set);
    }

    public static List<CommandLine> teams(Session session) {
        ApiCommand list = list(session, "team.list").lists(TEAMS, "ID,CREATED,STATE,NAME", team -> new String[] {
            CommandJson.text(team.get("id")),
            CommandJson.time(team.get("created_at"), "never"),
            team.get("paused").booleanValue() ? "paused" : "active",
            CommandJson.text(team.get("name"))
        });
        ApiCommand create = ApiCommand.of(session, TeamActions.CREATE).says("{id}");
        ApiCommand put = ApiCommand.of(session, TeamActions.PUT)
                .with("/role", role -> role.or("member"))
                .asks(team -> print(session, team));
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
                all.put(action.name(), ApiCommand.of(session, action).line());
            }
        }
        return List.copyOf(all.values());
    }

    /** Begins a command that shows something of an account. */
    private static ApiCommand list(Session session, String name) {
        String help = OrganizationRoutes.ACTIONS.stream()
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow()
                .help();
        return new ApiCommand(session, name.substring(name.indexOf('.') + 1), help).takes(Argument.account());
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

    public static List<CommandLine> budgets(Session session) {
        ApiCommand list = list(session, "budget.list");
        list.runs(api -> print(session, api, list));
        return List.of(list.line(), set(session).line());
    }

    private static ApiCommand set(Session session) {
        ApiCommand set = new ApiCommand(
                        session,
                        "set",
                        "Set the budgets of an owner, or the time zone of all, and print all budgets with their use. Windows that are not named stay.")
                .takes(BudgetActions.SET)
                .with("owner", owner -> Argument.own(
                                "--owner OWNER",
                                "owner",
                                "account, each_member, or the id of a member, a team or a key.")
                        .unneeded())
                .takes(Argument.own("--time-zone ZONE", "/time_zone", "Time zone of the windows, like Europe/Berlin.")
                        .unneeded());
        return set.refuses(
                        body -> (set.count("owner") == 1) == body.has("time_zone"),
                        "Name an --owner with windows, or the --time-zone.")
                .runs(api -> {
                    if (set.count("owner") == 1) {
                        set.ask(api);
                    } else {
                        api.ask("PATCH", ACCOUNT + "/organization", set.parameters(), set.body());
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
            budget.get("limit").isNull() ? BudgetActions.UNLIMITED : CommandJson.text(budget.get("limit")),
            CommandJson.text(budget.get("used")),
            CommandJson.text(budget.get("held")),
            CommandJson.time(budget.get("resets_at"), "never")
        };
    }
}
