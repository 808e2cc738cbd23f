package dev.tollgate.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

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

    @Command(name = "account", description = "Accounts and their credits.", mixinStandardHelpOptions = true)
    private static final class Account {}

    @Command(name = "key", description = "API keys.", mixinStandardHelpOptions = true)
    private static final class Key {}

    @Command(name = "receipts", description = "Signed receipts of what was charged.", mixinStandardHelpOptions = true)
    private static final class Receipts {}

    @Command(name = "ledger", description = "What the books say.", mixinStandardHelpOptions = true)
    private static final class Ledger {}

    @Command(name = "operator", description = "Who signs in to the console.", mixinStandardHelpOptions = true)
    private static final class Operator {}

    CommandLine line() {
        CommandLine serve = new CommandLine(new ServeCommand(session));
        SettingOptions.addAll(serve.getCommandSpec());
        return new CommandLine(new Top())
                .addSubcommand(serve)
                .addSubcommand(new CommandLine(new SandboxCommand(session)))
                .addSubcommand(new CommandLine(new Account())
                        .addSubcommand(beside(new AccountCommands.Create(session)))
                        .addSubcommand(beside(new AccountCommands.List(session)))
                        .addSubcommand(beside(new AccountCommands.Grant(session)))
                        .addSubcommand(beside(new AccountCommands.Limits(session))))
                .addSubcommand(new CommandLine(new Key())
                        .addSubcommand(beside(new KeyCommands.Create(session)))
                        .addSubcommand(beside(new KeyCommands.List(session)))
                        .addSubcommand(beside(new KeyCommands.Set(session)))
                        .addSubcommand(beside(new KeyCommands.Rotate(session)))
                        .addSubcommand(beside(new KeyCommands.Disable(session))))
                .addSubcommand(
                        new CommandLine(new Operator()).addSubcommand(beside(new OperatorCommands.Reset(session))))
                .addSubcommand(
                        new CommandLine(new Receipts()).addSubcommand(beside(new ReceiptCommands.Verify(session))))
                .addSubcommand(new CommandLine(new Ledger())
                        .addSubcommand(beside(new LedgerCommands.Verify(session)))
                        .addSubcommand(beside(new LedgerCommands.Statement(session))))
                .addSubcommand(beside(new BackupCommand(session)))
                .addSubcommand(beside(new MigrateCommand(session)));
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
}
