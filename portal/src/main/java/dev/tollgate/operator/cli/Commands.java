package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.server.Maintenance;
import dev.tollgate.operator.cli.books.BackupCommand;
import dev.tollgate.operator.cli.books.LedgerCommands;
import dev.tollgate.operator.cli.books.MonthCommand;
import dev.tollgate.operator.cli.books.ReceiptCommands;
import dev.tollgate.operator.cli.books.RestoreCommands;
import dev.tollgate.operator.cli.books.SecretCommands;
import dev.tollgate.operator.cli.customers.AccountCommands;
import dev.tollgate.operator.cli.customers.AnnouncementCommands;
import dev.tollgate.operator.cli.customers.GrantCommands;
import dev.tollgate.operator.cli.customers.GroupCommands;
import dev.tollgate.operator.cli.customers.KeyCommands;
import dev.tollgate.operator.cli.customers.OrganizationCommands;
import dev.tollgate.operator.cli.customers.PeopleCommands;
import dev.tollgate.operator.cli.customers.VoucherCommands;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.SettingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** All commands below {@code tollgate}. */
final class Commands {

    private final Session session;

    Commands(Session session) {
        this.session = session;
    }

    @Command(
            name = "tollgate",
            description =
                    "A self-hosted AI API platform: Gemini models behind the OpenAI protocol, with prepaid credits.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            synopsisSubcommandLabel = "COMMAND")
    private static final class Top {}

    /**
     * As a whole; or, where the arguments begin with one of the commands, with that one alone: to tell picocli of all options of all commands
     * would cost each start some tenth of a second of a core.
     */
    CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(new Top());
        Map<String, Supplier<CommandLine>> all = all();
        Supplier<CommandLine> wanted = arguments.length == 0 ? null : all.get(arguments[0]);
        (wanted == null ? all.values() : List.of(wanted)).forEach(each -> line.addSubcommand(each.get()));
        return line;
    }

    private Map<String, Supplier<CommandLine>> all() {
        Map<String, Supplier<CommandLine>> all = new LinkedHashMap<>();
        all.put("serve", this::serve);
        all.put("sandbox", () -> new CommandLine(new SandboxCommand(session)));
        group(all, "account", "Accounts and their credits.", () -> AccountCommands.all(session));
        group(all, "grant", "Credits that expire or pay only for some models.", () -> GrantCommands.all(session));
        group(all, "key", "API keys.", () -> KeyCommands.all(session));
        group(all, "member", "Members of an account's organization.", () -> OrganizationCommands.members(session));
        group(all, "team", "Teams of an account's organization.", () -> OrganizationCommands.teams(session));
        group(all, "budget", "Budgets of an account.", () -> OrganizationCommands.budgets(session));
        groups(all);
        group(all, "voucher", "Vouchers for credits.", () -> VoucherCommands.all(session));
        group(all, "announcement", "Announcements on the status page.", () -> AnnouncementCommands.all(session));
        group(all, "operator", "Operators who sign in to the console.", () -> PeopleCommands.operators(session));
        all.put("invite", () -> PeopleCommands.invite(session).line());
        all.put("reset-link", () -> PeopleCommands.resetLink(session).line());
        group(
                all,
                "mail",
                "Test mail.",
                () -> List.of(PeopleCommands.mailTest(session).line()));
        group(
                all,
                "receipts",
                "Signed receipts of charges.",
                () -> List.of(beside(new ReceiptCommands.Verify(session))));
        all.put("month", () -> MonthCommand.of(session).line());
        group(all, "ledger", "Ledger checks, usage and statements.", this::ledger);
        group(all, "installation", "Decisions for all servers that share these books.", this::installation);
        group(all, "secret", "The secret keys.", () -> SecretCommands.all(session));
        group(all, "catalogue", "The vendor's facts about models.", this::catalogue);
        copies(all);
        all.put("migrate", () -> beside(new SchemaCommand(session)));
        all.put("completion", () -> new CommandLine(new CompletionCommand(session, this::line)));
        all.put("migrate-to-postgres", () -> beside(new MigrateCommand(session)));
        return all;
    }

    private List<CommandLine> installation() {
        return List.of(
                InstallationCommand.sandbox(session).line(),
                InstallationCommand.backupFolder(session).line(),
                beside(new AcceptServerCommand(session)));
    }

    private void copies(Map<String, Supplier<CommandLine>> all) {
        all.put("backup", () -> beside(new BackupCommand(session)));
        all.put("restore", () -> beside(new RestoreCommands.Restore(session)));
        all.put("restored", () -> beside(new RestoreCommands.Restored(session)));
        group(all, "drill", "Drills of a disaster.", () -> List.of(beside(new RestoreCommands.Drill(session))));
    }

    private CommandLine serve() {
        CommandLine serve = new CommandLine(new ServeCommand(session));
        SettingOptions.addAll(serve.getCommandSpec());
        return serve;
    }

    private List<CommandLine> ledger() {
        return List.of(
                beside(new LedgerCommands.Verify(session)),
                beside(new LedgerCommands.Statement(session)),
                beside(new LedgerCommands.RebuildUsage(session)));
    }

    private List<CommandLine> catalogue() {
        return List.of(beside(new CatalogueCommands.Check(session)));
    }

    private void groups(Map<String, Supplier<CommandLine>> all) {
        group(all, "group", "Price groups.", () -> GroupCommands.all(session));
        group(
                all,
                "plan",
                "Plans: credits for a day, a week or a month.",
                () -> GroupCommands.PlanCommands.all(session));
    }

    private static void group(
            Map<String, Supplier<CommandLine>> all,
            String name,
            String description,
            Supplier<List<CommandLine>> commands) {
        all.put(name, () -> {
            CommandSpec spec = CommandSpec.create().name(name).mixinStandardHelpOptions(true);
            spec.usageMessage().description(description);
            CommandLine group = new CommandLine(spec);
            commands.get().forEach(group::addSubcommand);
            return group;
        });
    }

    private static CommandLine beside(Object command) {
        CommandLine line = new CommandLine(command);
        SettingOptions.addOfTheStore(line.getCommandSpec());
        return line;
    }

    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Commands.class.getPackage().getImplementationVersion();
            return new String[] {"tollgate " + (version == null ? "(from classes)" : version)};
        }
    }

    /** {@code ./tollgate installation sandbox}: takes back that the installation is real. {@code backup-folder}: the folder of copies is new. */
    private static final class InstallationCommand {

        private InstallationCommand() {}

        static ApiCommand sandbox(Session session) {
            return ApiCommand.of(session, Maintenance.BECOME_SANDBOX).asks(answer -> session.out()
                    .println(
                            answer.get("changed").booleanValue()
                                    ? "This installation has no real upstream now: test payments and start credits are open again, for the sandbox."
                                    : "This installation has had no real upstream."));
        }

        static ApiCommand backupFolder(Session session) {
            return ApiCommand.of(session, Maintenance.NEW_BACKUP_FOLDER).asks(answer -> session.out()
                    .println(
                            answer.get("changed").booleanValue()
                                    ? "The folder of copies counts as new: the next copy goes there."
                                    : "No finished copy is known: copies go to the folder anyway."));
        }
    }

    /** Only reads the settings; the root serves. */
    @Command(
            name = "serve",
            description = "Run the server until it is stopped (Ctrl-C), then let running calls end.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class ServeCommand implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--new-installation",
                description =
                        "Creates new, empty books in a data folder whose books are gone. Refused if there are books;"
                                + " an empty folder does not need this option.")
        private boolean newInstallation;

        ServeCommand(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return session.actions().serve(session.settings(spec), newInstallation);
        }
    }

    /** {@code tollgate migrate}. */
    @Command(
            name = "migrate",
            description = {
                "Create or update the schema of the database. Each start of a server does this automatically.",
                "With PostgreSQL also while servers run, by a user who may change tables; needs no secret key. With the embedded"
                        + " database while no server runs."
            },
            mixinStandardHelpOptions = true)
    private static final class SchemaCommand implements Callable<Integer> {

        private final Session session;

        @Option(
                names = "--stop-older",
                description = "Stop the servers of an older version that cannot use the new schema, then update it.")
        private boolean stopsOlder;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        SchemaCommand(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.out().println(session.actions().migrate(session.settings(spec), stopsOlder));
            return ExitCode.OK;
        }
    }

    /** {@code tollgate migrate-to-postgres}. */
    @Command(
            name = "migrate-to-postgres",
            description = {
                "Copy everything from the data folder's database into an empty PostgreSQL, while no server runs.",
                "The command prints each table's rows and sums, which are the same on both sides, or changes nothing."
            },
            mixinStandardHelpOptions = true)
    private static final class MigrateCommand implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        MigrateCommand(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.actions().migrateToPostgres(session.settings(spec), session.out()::println);
            session.err()
                    .println("tollgate: everything is copied. The data folder is as it was. Start each server with this"
                            + " --database and the same TOLLGATE_SECRET_KEY: the content of the data folder's secret.key, or the"
                            + " variable that you set until now.");
            return ExitCode.OK;
        }
    }
}
