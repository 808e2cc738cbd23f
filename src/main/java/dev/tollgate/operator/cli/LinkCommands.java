package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate invite}, {@code tollgate reset-link} and {@code tollgate mail …}. */
final class LinkCommands {

    private LinkCommands() {}

    /** The link stands alone on its line, as a key does; what is to be said of it goes elsewhere. */
    private static void print(Session session, MadeLink made) {
        if (made.path() == null) {
            session.out().println("A mail with the link is on its way to " + made.email() + ".");
            return;
        }
        session.out().println(made.link() == null ? made.path() : made.link());
        session.err()
                .println(
                        made.link() == null
                                ? "Put this server's address before it, and hand it over: it is shown this once, and good once."
                                : "Hand it over: it is shown this once, and good once.");
    }

    @Command(
            name = "invite",
            description = {
                "Invites somebody to sign in here, also where sign-up is closed; the link is good for 7 days.",
                "It goes by mail; where mails are off it is printed, alone on its line, for you to hand over."
            },
            mixinStandardHelpOptions = true)
    static final class Invite implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "EMAIL", description = "Their e-mail address.")
        private String email = "";

        @Option(
                names = "--account",
                paramLabel = "ID",
                description = "The account that they are to belong to. Default: one of their own.")
        private @Nullable String account;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        private String reason = "";

        Invite(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            try (Administration administration = session.administration(spec)) {
                print(session, administration.invite(email, account, reason));
            }
            return Cli.done();
        }
    }

    @Command(
            name = "reset-link",
            description =
                    "Prints a link with which somebody sets a new password, once, within 30 minutes; that ends their sessions.",
            mixinStandardHelpOptions = true)
    static final class ResetLink implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "LOGIN", description = "What they sign in as: their e-mail address.")
        private String login = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        private String reason = "";

        ResetLink(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            try (Administration administration = session.administration(spec)) {
                print(session, administration.resetLink(login, reason));
            }
            return Cli.done();
        }
    }

    @Command(
            name = "test",
            description = "Sends a mail that says nothing but that it came; the running server sends it.",
            mixinStandardHelpOptions = true)
    static final class MailTest implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "EMAIL", description = "Where it is to go.")
        private String to = "";

        MailTest(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            try (Administration administration = session.administration(spec)) {
                String address = administration.testMail(to);
                session.out()
                        .println("A test mail to " + address
                                + " waits to be sent by the server. How that went stands at /console/settings.");
            }
            return Cli.done();
        }
    }
}
