package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.OperatorGroups;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

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
                                "Time from which they apply, like 2026-12-01T00:00:00Z. Default: now."),
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
}
