package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code tollgate account …}. */
final class AccountCommands {

    private static final String ACCOUNTS = "/admin/accounts";

    private AccountCommands() {}

    @Command(name = "create", description = "Create an account and print its id.", mixinStandardHelpOptions = true)
    static final class Create extends ApiCommand {

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the account.")
        private String name = "";

        @Option(
                names = "--credits",
                paramLabel = "CREDITS",
                converter = Values.CreditAmount.class,
                description = "Starting credits, like 12.5. Default: 0.")
        private Long creditsMicros = 0L;

        Create(Session session) {
            super(session);
        }

        @Override
        boolean mayBegin() {
            return true;
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode body = CommandJson.object().put("name", name);
            body.set("credits", CommandJson.credits(creditsMicros));
            out().println(CommandJson.text(
                    api.ask("POST", ACCOUNTS, Map.of(), body).get("id")));
        }
    }

    @Command(name = "list", description = "List all accounts.", mixinStandardHelpOptions = true)
    static final class List extends ApiCommand {

        List(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            String[] heads = {"ID", "BALANCE", "RESERVED", "PURCHASED", "CONSUMED", "STATE", "CREATED", "NAME"};
            TextTable.print(
                    out(),
                    heads,
                    rows -> CommandJson.pages(
                            api,
                            ACCOUNTS,
                            Map.of(),
                            account -> rows.accept(new String[] {
                                CommandJson.text(account.get("id")),
                                CommandJson.text(account.get("balance")),
                                CommandJson.text(account.get("reserved")),
                                CommandJson.text(account.get("total_purchased")),
                                CommandJson.text(account.get("total_consumed")),
                                state(account),
                                CommandJson.time(account.get("created_at"), "never"),
                                CommandJson.text(account.get("name"))
                            })));
        }

        private static String state(JsonNode account) {
            return account.hasNonNull("deleted_at")
                    ? "deleted"
                    : account.get("blocked").booleanValue() ? "blocked" : "active";
        }
    }

    @Command(
            name = "grant",
            description = "Grant credits to an account and print the new balance.",
            mixinStandardHelpOptions = true)
    static final class Grant extends ApiCommand {

        @Option(names = "--account", required = true, paramLabel = "ID", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--credits",
                required = true,
                paramLabel = "CREDITS",
                converter = Values.CreditAmount.class,
                description = "Credits, like 12.5.")
        private @Nullable Long creditsMicros;

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "Reason, stored with the entry.")
        private String reason = "";

        Grant(Session session) {
            super(session);
        }

        @Override
        void check() {
            if (creditsMicros == null || creditsMicros == 0) {
                throw new ParameterException(spec().commandLine(), "--credits must be more than 0.");
            }
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode body = CommandJson.object().put("reason", reason);
            body.set("credits", CommandJson.credits(creditsMicros));
            JsonNode after = api.ask("POST", ACCOUNTS + "/{id}/grants", Map.of("id", account), body);
            out().println(CommandJson.text(after.get("balance")));
        }
    }

    @Command(
            name = "limits",
            description =
                    "Set the limits of all keys of an account together and print them. Limits that are not named stay, and earlier"
                            + " spending counts.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Limits extends ApiCommand {

        private static final String PATH = ACCOUNTS + "/{id}/limits";

        @Option(names = "--account", required = true, paramLabel = "ID", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--spend-hour",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "Credits per calendar hour (UTC), or none.")
        private @Nullable JsonNode spendHour;

        @Option(
                names = "--spend-day",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "Credits per calendar day (UTC), or none.")
        private @Nullable JsonNode spendDay;

        @Option(
                names = "--spend-total",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "Credits in total, or none.")
        private @Nullable JsonNode spendTotal;

        @Option(
                names = "--rate",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Requests per minute, or none.")
        private @Nullable JsonNode rate;

        @Option(
                names = "--tokens",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Tokens per minute, or none.")
        private @Nullable JsonNode tokens;

        @Option(
                names = "--concurrency",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Concurrent calls, or none.")
        private @Nullable JsonNode concurrency;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "Reason for the audit log, required for a change.")
        private @Nullable String reason;

        Limits(Session session) {
            super(session);
        }

        @Override
        void check() {
            if (reason == null && !named().isEmpty()) {
                throw new ParameterException(spec().commandLine(), "A change needs a --reason.");
            }
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode named = named();
            JsonNode limits = named.isEmpty()
                    ? api.ask("GET", PATH, Map.of("id", account), null)
                    : api.ask("POST", PATH, Map.of("id", account), named.put("reason", reason));
            String[] row = {
                CommandJson.limit(limits.at("/spend/hour"), ""),
                CommandJson.limit(limits.at("/spend/day"), ""),
                CommandJson.limit(limits.at("/spend/total"), ""),
                CommandJson.limit(limits.get("requests"), "/min"),
                CommandJson.limit(limits.get("tokens"), "/min"),
                CommandJson.limit(limits.get("concurrency"), "")
            };
            String[] heads = {"HOUR", "DAY", "TOTAL", "RATE", "TOKENS", "AT ONCE"};
            TextTable.print(out(), heads, rows -> rows.accept(row));
        }

        private ObjectNode named() {
            ObjectNode limits = CommandJson.object();
            CommandJson.put(limits, "requests", rate);
            CommandJson.put(limits, "tokens", tokens);
            CommandJson.put(limits, "concurrency", concurrency);
            CommandJson.spend(limits, spendHour, spendDay, spendTotal);
            return limits;
        }
    }
}
