package dev.tollgate.operator.cli.customers;

import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.operator.admin.prices.PlanAssignments;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate group …}. */
public final class GroupCommands {

    private GroupCommands() {}

    public static List<CommandLine> all(Session session) {
        return ApiCommand.group(session, "group", list(session), OperatorGroups.ACTIONS);
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
                    CommandJson.text(group.get("state"))
                });
    }

    private static String models(JsonNode models) {
        return models.properties().stream()
                .map(entry -> entry.getKey() + "=" + CommandJson.text(entry.getValue()))
                .collect(Collectors.joining(","));
    }

    /** {@code tollgate plan …}. */
    public static final class PlanCommands {

        private PlanCommands() {}

        public static List<CommandLine> all(Session session) {
            return ApiCommand.group(
                    session,
                    "plan",
                    list(session),
                    Stream.<OperatorAction<?, ?>>concat(
                                    OperatorPlans.ACTIONS.stream(), PlanAssignments.ACTIONS.stream())
                            .toList());
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
                                CommandJson.text(plan.get("state"))
                            });
        }
    }
}
