package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Only reads the settings; the root serves. */
@Command(
        name = "serve",
        description = "Run the server until it is stopped (Ctrl-C), then let running calls end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--new-installation",
            description = "Creates new, empty books in a data folder whose books are gone. Refused if there are books;"
                    + " an empty folder does not need this option.")
    private boolean newInstallation;

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Refused {
        return session.actions().serve(session.settings(spec), newInstallation);
    }
}
