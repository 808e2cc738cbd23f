package dev.tollgate.operator.cli;

import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.operator.admin.AccountRoutes;
import java.util.List;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate grant …}: credits that expire or pay only for some models. */
final class GrantCommands {

    private GrantCommands() {}

    static List<CommandLine> all(Session session) {
        return List.of(
                list(session).line(),
                add(session).line(),
                extend(session).line(),
                end(session).line());
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List an account's grants, the newest first.")
                .takes(Field.account())
                .lists(
                        "/admin/accounts/{id}/grants",
                        "NUMBER,KIND,CREDITS,LEFT,EXPIRES,ENDED,EXPIRED,LIMITS,MODELS",
                        grant -> new String[] {
                            CommandJson.text(grant.get("number")),
                            CommandJson.text(grant.get("kind")),
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
                .inOrder()
                .takes(
                        Field.account(),
                        Field.option("--credits", "CREDITS", "/credits", Values::credits, "Credits, like 12.5.")
                                .needed(),
                        expires("Expiry, a date or a time like 2026-12-01T12:00:00Z. Default: never."),
                        Field.list(
                                "--models",
                                "MODEL",
                                "/models",
                                "Models that it pays for, with commas or repeated: ids, or beginnings with *, like 'gemini-4-*'."
                                        + " Default: all."),
                        Field.option(
                                "--limits",
                                "HOURS:CREDITS",
                                "/limits",
                                Values::limits,
                                "At most so many credits in so many hours, like 5:20. Two with a comma between them."),
                        Field.id(),
                        Field.option("--reason", "TEXT", "/reason", "Reason, stored with the entry.")
                                .needed())
                .refuses(body -> body.get("credits").decimalValue().signum() == 0, "--credits must be more than 0.")
                .refuses(
                        body -> !body.hasNonNull("expires_at") && !body.has("models"),
                        "A grant needs --expires or --models; account grant gives general credits.")
                .asks(AccountRoutes.GRANT, "grant");
    }

    private static Field expires(String description) {
        return Field.option("--expires", "TIME", "/expires_at", Values::end, description);
    }

    private static Field number() {
        return Field.option("--grant", "N", "grant", "Number of the grant.").needed();
    }

    private static ApiCommand extend(Session session) {
        return ApiCommand.of(session, AccountRoutes.EXTEND_GRANT)
                .inOrder()
                .takes(
                        Field.account(),
                        number(),
                        expires("New expiry, a date or a time, later than the present one.")
                                .needed(),
                        Field.reason())
                .asks(AccountRoutes.EXTEND_GRANT, grant -> session.out()
                        .println("Grant " + CommandJson.text(grant.get("number")) + " expires at "
                                + CommandJson.time(grant.get("expires_at"), "never") + "."));
    }

    private static ApiCommand end(Session session) {
        return ApiCommand.of(session, AccountRoutes.END_GRANT)
                .inOrder()
                .takes(
                        Field.account(),
                        number(),
                        Field.id(),
                        Field.option("--reason", "TEXT", "/reason", "Reason, stored with the entry.")
                                .needed())
                .asks(AccountRoutes.END_GRANT, "left");
    }
}
