package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.OperatorGroups;
import dev.tollgate.operator.admin.OperatorPlans;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code tollgate group …}, and an account's group. */
final class GroupCommands {

    private GroupCommands() {}

    static List<CommandLine> all(Session session) {
        ApiCommand set = ApiCommand.of(session, OperatorGroups.SET)
                .inOrder()
                .takes(
                        name(),
                        Field.option(
                                        "--factor",
                                        "N",
                                        "/factor",
                                        Values::factor,
                                        "Thousandths of the standard price, 1 to 2000: 850 is 15 percent below it.")
                                .needed(),
                        Field.option(
                                "--models",
                                "LIST",
                                "/models",
                                Values::factors,
                                "Own factors of models or beginnings of ids, like 'gemini-4-*=900,gemini-3-pro=1000'. Default: none."),
                        Field.option(
                                "--from",
                                "TIME",
                                "/from",
                                JsonNodeFactory.instance::stringNode,
                                "Time from which they apply: a date like 2026-12-01, which begins at midnight UTC, or a time like"
                                        + " 2026-12-01T12:00:00Z. Default: now."),
                        Field.reason())
                .asks(OperatorGroups.SET, "version");
        ApiCommand close = ApiCommand.of(session, OperatorGroups.CLOSE)
                .takes(name(), Field.reason())
                .asks(OperatorGroups.CLOSE, "name");
        return List.of(list(session).line(), set.line(), close.line());
    }

    private static Field name() {
        return Field.bare("1", "GROUP", "group", "Name of the group.");
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List the price groups.")
                .lists("/admin/groups", "NAME,VERSION,FACTOR,MODELS,LATER,ACCOUNTS,STATE", group -> new String[] {
                    CommandJson.text(group.get("name")),
                    CommandJson.limit(group.at("/in_force/version"), ""),
                    CommandJson.limit(group.at("/in_force/factor"), ""),
                    models(group.at("/in_force/models")),
                    CommandJson.text(group.get("ahead").size() == 0 ? group.at("/none") : group.at("/ahead/0/from")),
                    CommandJson.text(group.get("accounts")),
                    group.get("closed").booleanValue() ? "closed" : "open"
                });
    }

    private static String models(JsonNode models) {
        return models.properties().stream()
                .map(entry -> entry.getKey() + "=" + CommandJson.text(entry.getValue()))
                .collect(Collectors.joining(","));
    }

    /** The command {@code account group}. */
    static ApiCommand ofAccount(Session session) {
        return ApiCommand.of(session, OperatorGroups.ACCOUNT)
                .takes(
                        Field.account(),
                        Field.option(
                                        "--group",
                                        "GROUP",
                                        "/group",
                                        Values::nameOrNone,
                                        "Name of the group, or none for standard prices.")
                                .needed(),
                        Field.reason())
                .asks(OperatorGroups.ACCOUNT, "group");
    }

    /** {@code tollgate plan …}. */
    static final class PlanCommands {

        private PlanCommands() {}

        static List<CommandLine> all(Session session) {
            ApiCommand close = ApiCommand.row(session, OperatorPlans.CLOSE, plan())
                    .asks(OperatorPlans.CLOSE, answer -> session.out()
                            .println("Versions closed: " + CommandJson.texts(answer.get("versions"), "none")));
            ApiCommand assign = ApiCommand.row(session, OperatorPlans.ASSIGN).asks(OperatorPlans.ASSIGN, "until");
            ApiCommand end = ApiCommand.row(session, OperatorPlans.END).asks(OperatorPlans.END, "ended_at");
            return List.of(list(session).line(), set(session).line(), close.line(), assign.line(), end.line());
        }

        private static Field plan() {
            return Field.bare("1", "PLAN", "plan", "Id of the plan.");
        }

        private static ApiCommand list(Session session) {
            return new ApiCommand(session, "list", "List the plans.")
                    .lists(
                            "/admin/plans",
                            "PLAN,VERSION,NAME,CENTS,PERIOD,CREDITS,MODELS,GROUP,ACTIVE,CANCELLED,ENDED,STATE",
                            plan -> new String[] {
                                CommandJson.text(plan.get("plan")),
                                CommandJson.text(plan.get("version")),
                                CommandJson.text(plan.get("name")),
                                CommandJson.text(plan.get("cents")),
                                CommandJson.text(plan.get("period")),
                                CommandJson.text(plan.get("credits")),
                                CommandJson.texts(plan.get("models"), "all"),
                                CommandJson.limit(plan.get("group"), ""),
                                CommandJson.text(plan.at("/accounts/active")),
                                CommandJson.text(plan.at("/accounts/cancelled")),
                                CommandJson.text(plan.at("/accounts/ended")),
                                plan.get("closed_at").isNull() ? "open" : "closed"
                            });
        }

        private static ApiCommand set(Session session) {
            return ApiCommand.row(session, OperatorPlans.SET, plan()).asks(OperatorPlans.SET, "version");
        }
    }
}
