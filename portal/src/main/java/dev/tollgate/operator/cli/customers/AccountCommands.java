package dev.tollgate.operator.cli.customers;

import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.OperatorAccounts.Standing;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.TextTable;
import java.util.List;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate account …}. */
public final class AccountCommands {

    private static final String ACCOUNTS = "/admin/accounts";

    private AccountCommands() {}

    public static List<CommandLine> all(Session session) {
        ApiCommand create = ApiCommand.of(session, AccountRoutes.CREATE)
                .with("/reason", Argument::unneeded)
                .begins();
        ApiCommand grant = ApiCommand.of(session, AccountRoutes.GRANT)
                .without("/expires_at", "/models", "/limits")
                .with("/reason", reason -> reason.saying(GrantCommands.REASON));
        ApiCommand group = ApiCommand.of(session, OperatorGroups.ACCOUNT);
        return List.of(
                create.line(),
                list(session).line(),
                grant.line(),
                limits(session).line(),
                group.line());
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List all accounts.")
                .lists(ACCOUNTS, "ID,BALANCE,RESERVED,PURCHASED,CONSUMED,STATE,CREATED,NAME", account -> new String[] {
                    CommandJson.text(account.get("id")),
                    CommandJson.text(account.get("balance")),
                    CommandJson.text(account.get("reserved")),
                    CommandJson.text(account.get("total_purchased")),
                    CommandJson.text(account.get("total_consumed")),
                    Standing.of(
                                    account.hasNonNull("deleted_at"),
                                    account.get("blocked").booleanValue())
                            .word(),
                    CommandJson.time(account.get("created_at"), "never"),
                    CommandJson.text(account.get("name"))
                });
    }

    private static ApiCommand limits(Session session) {
        ApiCommand limits = ApiCommand.of(session, AccountRoutes.LIMITS).with("/reason", reason -> reason.unneeded()
                .saying("Reason for the audit log, required for a change."));
        return limits.refuses(body -> !body.isEmpty() && !body.has("reason"), "A change needs a --reason.")
                .runs(api -> {
                    JsonNode now =
                            limits.body().size() > 1 ? limits.ask(api) : limits.get(api, AccountRoutes.LIMITS.path());
                    String[] row = {
                        CommandJson.limit(now.at("/spend/hour"), ""),
                        CommandJson.limit(now.at("/spend/day"), ""),
                        CommandJson.limit(now.at("/spend/total"), ""),
                        CommandJson.limit(now.get("requests"), "/min"),
                        CommandJson.limit(now.get("tokens"), "/min"),
                        CommandJson.limit(now.get("concurrency"), "")
                    };
                    String[] heads = {"HOUR", "DAY", "TOTAL", "RATE", "TOKENS", "AT ONCE"};
                    TextTable.print(session.out(), heads, rows -> rows.accept(row));
                });
    }
}
