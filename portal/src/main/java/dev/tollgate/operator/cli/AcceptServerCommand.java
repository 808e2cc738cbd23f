package dev.tollgate.operator.cli;

import dev.tollgate.operator.cli.parts.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./tollgate installation server}. */
@Command(
        name = "server",
        description = {
            "Accept the PostgreSQL server of --database as the holder of the books, after pg_upgrade, after a restored"
                    + " dump, or because an old primary is the right one.",
            "Stop all servers first. Every start and command refuses another database server than before until it is accepted."
        },
        mixinStandardHelpOptions = true)
final class AcceptServerCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, for the audit log.")
    private String reason = "";

    AcceptServerCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String accepted = session.actions().acceptServer(session.settings(spec), reason);
        session.out()
                .println(
                        accepted == null
                                ? "This is the server that holds the books already."
                                : "The books are on this server now: " + accepted + ".");
        return ExitCode.OK;
    }
}
