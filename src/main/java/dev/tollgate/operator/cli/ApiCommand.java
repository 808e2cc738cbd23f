package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the operator's API, of the running server or over the books themselves. */
abstract class ApiCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ApiCommand(Session session) {
        this.session = session;
    }

    /** Returns whether the command creates an installation in a data folder that has none. */
    boolean mayBegin() {
        return false;
    }

    /** Refuses arguments before anything is opened. @throws picocli.CommandLine.ParameterException with a sentence */
    void check() {}

    /** Asks and prints. */
    abstract void run(AdminApi api) throws Refused;

    final Session session() {
        return session;
    }

    final CommandSpec spec() {
        return spec;
    }

    final PrintWriter out() {
        return session.out();
    }

    @Override
    public final Integer call() throws Refused {
        check();
        try (AdminApi api = session.api(spec, mayBegin())) {
            run(api);
        }
        return ExitCode.OK;
    }
}
