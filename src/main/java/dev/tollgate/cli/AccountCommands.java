package dev.tollgate.cli;

import dev.tollgate.admin.AdminViews.Account;
import dev.tollgate.admin.AdminViews.Page;
import dev.tollgate.admin.Administration;
import dev.tollgate.admin.Refused;
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
            try (Administration administration = session.administration(spec)) {
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
                    account.blocked() ? "blocked" : "active",
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
}
