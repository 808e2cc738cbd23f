package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tollgate migrate-to-postgres}. */
@Command(
        name = "migrate-to-postgres",
        description = {
            "Copy everything from the data folder's database into an empty PostgreSQL, while no server runs.",
            "The command prints each table's rows and sums, which are the same on both sides, or changes nothing."
        },
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    MigrateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Refused {
        session.actions().migrateToPostgres(session.settings(spec), session.out()::println);
        session.err()
                .println("tollgate: everything is copied. The data folder is as it was. Start each server with this"
                        + " --database and the same TOLLGATE_SECRET_KEY: the content of the data folder's secret.key, or the"
                        + " variable that you set until now.");
        return ExitCode.OK;
    }
}
