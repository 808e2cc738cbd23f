package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminViews.Account;
import dev.tollgate.operator.admin.AdminViews.AccountLimits;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.Limit;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tollgate account …}. */
final class AccountCommands {

    private AccountCommands() {}

    @Command(name = "create", description = "Makes an account and prints its id.", mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is called.")
        private String name = "";

        @Option(
                names = "--credits",
                paramLabel = "CREDITS",
                converter = Values.CreditAmount.class,
                description = "What it begins with, like 12.5. Default: 0.")
        private Long creditsMicros = 0L;

        Create(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            try (Administration administration = session.administrationOrNew(spec)) {
                session.out()
                        .println(administration
                                .createAccount(name, creditsMicros)
                                .id());
            }
            return Cli.done();
        }
    }

    @Command(name = "list", description = "Prints all accounts.", mixinStandardHelpOptions = true)
    static final class List implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        List(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            TextTable table =
                    new TextTable("ID", "BALANCE", "RESERVED", "PURCHASED", "CONSUMED", "STATE", "CREATED", "NAME");
            try (Administration administration = session.administration(spec)) {
                Page<Account> page = administration.accounts(null, Administration.PAGE_MAX);
                page.data().forEach(account -> add(table, account));
                while (page.next() != null) {
                    page = administration.accounts(page.next(), Administration.PAGE_MAX);
                    page.data().forEach(account -> add(table, account));
                }
            }
            table.print(session.out());
            return Cli.done();
        }

        private static void add(TextTable table, Account account) {
            table.add(
                    account.id(),
                    Values.credits(account.balanceMicros()),
                    Values.credits(account.reservedMicros()),
                    Values.credits(account.purchasedMicros()),
                    Values.credits(account.consumedMicros()),
                    account.deletedAt() != null ? "deleted" : account.blocked() ? "blocked" : "active",
                    account.createdAt().toString(),
                    account.name());
        }
    }

    @Command(
            name = "grant",
            description = "Gives credits to an account and prints its balance afterwards.",
            mixinStandardHelpOptions = true)
    static final class Grant implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--account", required = true, paramLabel = "ID", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--credits",
                required = true,
                paramLabel = "CREDITS",
                converter = Values.CreditAmount.class,
                description = "How many, like 12.5.")
        private @Nullable Long creditsMicros;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with the entry.")
        private String reason = "";

        Grant(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            if (creditsMicros == null || creditsMicros == 0) {
                throw new ParameterException(spec.commandLine(), "--credits must be more than 0.");
            }
            try (Administration administration = session.administration(spec)) {
                Account after = administration.grant(account, creditsMicros, reason);
                session.out().println(Values.credits(after.balanceMicros()));
            }
            return Cli.done();
        }
    }

    @Command(
            name = "limits",
            description =
                    "Sets what all keys of an account together may use, and prints it; what is not named stays, what was spent"
                            + " before counts.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Limits implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--account", required = true, paramLabel = "ID", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--spend-hour",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most in a calendar hour (UTC), or none.")
        private @Nullable Limit spendHour;

        @Option(
                names = "--spend-day",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most in a calendar day (UTC), or none.")
        private @Nullable Limit spendDay;

        @Option(
                names = "--spend-total",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most in all, or none.")
        private @Nullable Limit spendTotal;

        @Option(
                names = "--rate",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Requests a minute, or none.")
        private @Nullable Limit rate;

        @Option(
                names = "--tokens",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Tokens a minute, or none.")
        private @Nullable Limit tokens;

        @Option(
                names = "--concurrency",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Calls at once, or none.")
        private @Nullable Limit concurrency;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "Why; needed for a change, kept in the audit log.")
        private @Nullable String reason;

        Limits(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            AccountLimitsChange change =
                    new AccountLimitsChange(rate, tokens, concurrency, spendHour, spendDay, spendTotal);
            if (reason == null && !change.changesNothing()) {
                throw new ParameterException(spec.commandLine(), "A change needs a --reason.");
            }
            try (Administration administration = session.administration(spec)) {
                print(
                        reason == null || change.changesNothing()
                                ? administration.accountLimits(account)
                                : administration.limitAccount(account, change, reason));
            }
            return Cli.done();
        }

        private void print(AccountLimits limits) {
            TextTable table = new TextTable("HOUR", "DAY", "TOTAL", "RATE", "TOKENS", "AT ONCE");
            table.add(
                    Values.credits(limits.spend().hourMicros()),
                    Values.credits(limits.spend().dayMicros()),
                    Values.credits(limits.spend().totalMicros()),
                    Values.count(limits.requests(), "/min"),
                    Values.count(limits.tokens(), "/min"),
                    Values.count(limits.concurrency(), ""));
            table.print(session.out());
        }
    }
}
