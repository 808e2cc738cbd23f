package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./tollgate installation sandbox}: takes back that the installation is real. */
@Command(
        name = "sandbox",
        description =
                "Says that no server has a real upstream from now on: test payments, unconfirmed start credits and the demo account"
                        + " are open again. A server that starts with a real upstream closes them.",
        mixinStandardHelpOptions = true)
final class InstallationCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
    private String reason = "";

    InstallationCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Refused {
        try (Administration administration = session.administration(spec)) {
            session.out().println(administration.beSandbox(reason));
        }
        return Cli.done();
    }
}
