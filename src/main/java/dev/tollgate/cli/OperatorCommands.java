package dev.tollgate.cli;

import dev.tollgate.admin.AdminViews.NewPassword;
import dev.tollgate.admin.Administration;
import dev.tollgate.admin.Refused;
import dev.tollgate.host.FirstStartFile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tollgate operator …}. */
final class OperatorCommands {

    private OperatorCommands() {}

    @Command(
            name = "reset",
            description = {
                "Lets the first operator in again: makes a new password, ends all sessions and removes the second factor.",
                "The password is shown once, on a terminal or else in the data folder's file first-start, and is changed at the sign-in."
            },
            mixinStandardHelpOptions = true)
    static final class Reset implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        Reset(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            NewPassword made;
            try (Administration administration = session.administration(spec)) {
                made = administration.resetOperator();
            }
            if (Session.outIsTerminal()) {
                session.out().println("Sign in as " + made.login() + " with the password " + made.password());
                return Cli.done();
            }
            FirstStartFile file = new FirstStartFile(session.settings(spec).data());
            try {
                file.write(List.of("Sign in as: " + made.login(), "Password: " + made.password()));
            } catch (IOException e) {
                throw new Refused("The password was changed, but " + file.path() + " cannot be written: "
                        + e.getMessage() + ". Give the command once more, on a terminal.");
            }
            session.out().println("The new password is in " + file.path() + ", until " + made.login() + " signs in.");
            return Cli.done();
        }
    }
}
