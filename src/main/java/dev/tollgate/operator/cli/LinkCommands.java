package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code tollgate invite}, {@code tollgate reset-link} and {@code tollgate mail …}. */
final class LinkCommands {

    private LinkCommands() {}

    /** Prints a link alone on its line, as a key; the sentence about it goes to standard error. */
    private static void print(Session session, JsonNode made) {
        if (made.get("mailed").booleanValue()) {
            session.out().println("A mail with the link is on its way to " + CommandJson.text(made.get("email")) + ".");
            return;
        }
        String link = CommandJson.text(made.get("link"));
        session.out().println(link);
        session.err()
                .println(
                        link.startsWith("/")
                                ? "Put this server's address before it and pass it on. It is shown only once and works once."
                                : "Pass it on. It is shown only once and works once.");
    }

    @Command(
            name = "invite",
            description = {
                "Invite a person to sign in here, even if sign-up is closed. The link works for 7 days.",
                "It is sent by mail. If mail is off, it is printed alone on its line for you to pass on."
            },
            mixinStandardHelpOptions = true)
    static final class Invite extends ApiCommand {

        @Parameters(index = "0", paramLabel = "EMAIL", description = "The person's e-mail address.")
        private String email = "";

        @Option(
                names = "--account",
                paramLabel = "ID",
                description = "Account that the person joins. Default: a new account.")
        private @Nullable String account;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, for the audit log.")
        private String reason = "";

        Invite(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode body = CommandJson.object().put("email", email).put("reason", reason);
            if (account != null) {
                body.put("account", account);
            }
            print(session(), api.ask("POST", "/admin/invitations", Map.of(), body));
        }
    }

    @Command(
            name = "reset-link",
            description =
                    "Print a link that sets a person's new password, once, within 30 minutes. That ends their sessions.",
            mixinStandardHelpOptions = true)
    static final class ResetLink extends ApiCommand {

        @Parameters(index = "0", paramLabel = "LOGIN", description = "The person's login: their e-mail address.")
        private String login = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, for the audit log.")
        private String reason = "";

        ResetLink(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            JsonNode person = api.ask("GET", "/admin/people", Map.of("login", login), null);
            ObjectNode body = CommandJson.object().put("login", login).put("reason", reason);
            String account = CommandJson.text(person.get("account"));
            print(session(), api.ask("POST", "/admin/accounts/{id}/reset-link", Map.of("id", account), body));
        }
    }

    @Command(
            name = "test",
            description = "Send a test mail through the running server.",
            mixinStandardHelpOptions = true)
    static final class MailTest extends ApiCommand {

        @Parameters(index = "0", paramLabel = "EMAIL", description = "Recipient address.")
        private String to = "";

        MailTest(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            JsonNode sent = api.ask(
                    "POST", "/admin/mail", Map.of(), CommandJson.object().put("to", to.strip()));
            out().println("A test mail to " + CommandJson.text(sent.get("to"))
                    + " waits to be sent by the server. See the result at /console/settings.");
        }
    }
}
