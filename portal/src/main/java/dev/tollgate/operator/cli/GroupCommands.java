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
            ApiCommand close = ApiCommand.of(session, OperatorPlans.CLOSE)
                    .takes(
                            plan(),
                            Field.option(
                                    "--version-number",
                                    "N",
                                    "/version",
                                    Values::count,
                                    "The version to close. Default: all."),
                            Field.reason())
                    .asks(OperatorPlans.CLOSE, answer -> session.out()
                            .println("Versions closed: " + CommandJson.texts(answer.get("versions"), "none")));
            ApiCommand assign = ApiCommand.of(session, OperatorPlans.ASSIGN)
                    .inOrder()
                    .takes(
                            Field.account(),
                            Field.option("--plan", "PLAN", "/plan", "Id of the plan.")
                                    .needed(),
                            Field.option(
                                            "--periods",
                                            "N",
                                            "/periods",
                                            Values::count,
                                            "Periods that were paid, 1 to 366.")
                                    .needed(),
                            Field.id(),
                            Field.reason())
                    .asks(OperatorPlans.ASSIGN, "until");
            ApiCommand end = ApiCommand.of(session, OperatorPlans.END)
                    .inOrder()
                    .takes(
                            Field.account(),
                            Field.id(),
                            Field.option("--reason", "TEXT", "/reason", "Reason, stored with the entry.")
                                    .needed())
                    .asks(OperatorPlans.END, "ended_at");
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
            return ApiCommand.of(session, OperatorPlans.SET)
                    .inOrder()
                    .takes(
                            plan(),
                            Field.option("--name", "TEXT", "/name", "Name that customers see.")
                                    .needed(),
                            Field.option(
                                            "--cents",
                                            "N",
                                            "/cents",
                                            PlanCommands::cents,
                                            "Price of a period in US cents without tax: 0, or at least 50.")
                                    .needed(),
                            Field.option("--period", "PERIOD", "/period", "day, week or month.")
                                    .needed(),
                            Field.option("--credits", "CREDITS", "/credits", Values::credits, "Credits of a period.")
                                    .needed(),
                            Field.list(
                                    "--models",
                                    "MODEL",
                                    "/models",
                                    "Models that the credits pay for, with commas or repeated: ids, or beginnings with *, like 'gemini-4-*'."
                                            + " Default: all."),
                            Field.option(
                                    "--group", "GROUP", "/group", "Price group while a period runs. Default: none."),
                            Field.option(
                                    "--limits",
                                    "HOURS:CREDITS",
                                    "/limits",
                                    Values::limits,
                                    "At most so many credits in so many hours, like 5:20. Two with a comma between them."),
                            Field.reason())
                    .asks(OperatorPlans.SET, "version");
        }

        /** A whole number. The server refuses what is none. */
        private static JsonNode cents(String text) {
            return text.matches("[0-9]{1,9}")
                    ? JsonNodeFactory.instance.numberNode(Long.parseLong(text))
                    : JsonNodeFactory.instance.stringNode(text);
        }
    }
}
