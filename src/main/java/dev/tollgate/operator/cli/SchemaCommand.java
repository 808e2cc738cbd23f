package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tollgate migrate}. */
@Command(
        name = "migrate",
        description = {
            "Create or update the schema of the database. Each start of a server does this automatically.",
            "With PostgreSQL also while servers run, by a user who may change tables; needs no secret key. With the embedded"
                    + " database while no server runs."
        },
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    SchemaCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Refused {
        session.out().println(session.actions().migrate(session.settings(spec)));
        return ExitCode.OK;
    }
}
