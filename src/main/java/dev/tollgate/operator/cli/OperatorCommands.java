package dev.tollgate.operator.cli;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.operator.admin.AdminViews.NewPassword;
import dev.tollgate.operator.admin.AdminViews.PersonRole;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
                        + FileTrouble.of(e) + ". Give the command once more, on a terminal.");
            }
            session.out().println("The new password is in " + file.path() + ", until " + made.login() + " signs in.");
            return Cli.done();
        }
    }

    /** What {@code add} and {@code remove} have in common. */
    private abstract static class Change implements Callable<Integer> {

        private final Session session;
        private final String role;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "LOGIN", description = "What they sign in as: their e-mail address.")
        private String login = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        private String reason = "";

        Change(Session session, String role) {
            this.session = session;
            this.role = role;
        }

        @Override
        public Integer call() throws Refused {
            try (Administration administration = session.administration(spec)) {
                PersonRole now = administration.setRole(login, role, reason);
                session.out().println(now.login() + " (" + now.account() + ") is " + said(now.role()) + " now.");
            }
            return Cli.done();
        }

        private static String said(String role) {
            return role.equals("operator") ? "an operator" : "a user";
        }
    }

    @Command(
            name = "add",
            description = "Makes somebody an operator, who can already sign in. They have to sign in again.",
            mixinStandardHelpOptions = true)
    static final class Add extends Change {

        Add(Session session) {
            super(session, "operator");
        }
    }

    @Command(
            name = "remove",
            description = "Makes an operator a user again and ends their sessions. The last operator stays one.",
            mixinStandardHelpOptions = true)
    static final class Remove extends Change {

        Remove(Session session) {
            super(session, "user");
        }
    }
}
