package dev.tollgate.operator.cli.customers;

import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import java.util.List;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate grant …}: credits that expire or pay only for some models. */
public final class GrantCommands {

    static final String REASON = "Reason, stored with the entry.";

    private GrantCommands() {}

    public static List<CommandLine> all(Session session) {
        return List.of(
                list(session).line(),
                add(session).line(),
                extend(session).line(),
                end(session).line());
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List an account's grants, the newest first.")
                .takes(Argument.account())
                .lists(
                        "/admin/accounts/{id}/grants",
                        "NUMBER,KIND,STATE,CREDITS,LEFT,EXPIRES,ENDED,EXPIRED,LIMITS,MODELS",
                        grant -> new String[] {
                            CommandJson.text(grant.get("number")),
                            CommandJson.text(grant.get("kind")),
                            CommandJson.text(grant.get("state")),
                            CommandJson.text(grant.get("credits")),
                            CommandJson.text(grant.get("left")),
                            CommandJson.time(grant.get("expires_at"), "never"),
                            CommandJson.time(grant.get("ended_at"), ""),
                            CommandJson.text(grant.get("lapsed")),
                            String.join(
                                    ",",
                                    grant.get("limits")
                                            .valueStream()
                                            .map(GrantCommands::limit)
                                            .toList()),
                            CommandJson.texts(grant.get("models"), "all")
                        });
    }

    private static String limit(JsonNode limit) {
        return new Limit(limit.get("hours").intValue(), CommandJson.micros(limit.get("credits"))).written();
    }

    private static ApiCommand add(Session session) {
        return new ApiCommand(
                        session,
                        "add",
                        "Give an account credits that expire or pay only for some models, and print the number of the grant.")
                .takes(AccountRoutes.GRANT)
                .with("/reason", reason -> reason.saying(REASON))
                .refuses(
                        body -> !body.hasNonNull("expires_at")
                                && body.path("models").isEmpty(),
                        "A grant needs --expires or --models; account grant gives general credits.")
                .says("{grant}");
    }

    private static ApiCommand extend(Session session) {
        return ApiCommand.of(session, AccountRoutes.EXTEND_GRANT).asks(grant -> session.out()
                .println("Grant " + CommandJson.text(grant.get("number")) + " expires at "
                        + CommandJson.time(grant.get("expires_at"), "never") + "."));
    }

    private static ApiCommand end(Session session) {
        return ApiCommand.of(session, AccountRoutes.END_GRANT).with("/reason", reason -> reason.saying(REASON));
    }
}
