package dev.tollgate.operator.cli;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code tollgate operator …}. */
final class OperatorCommands {

    private OperatorCommands() {}

    @Command(
            name = "reset",
            description = {
                "Reset the first operator: create a new password, end all sessions and remove the second factor.",
                "The password is shown once, on a terminal or else in the data folder's file first-start, and is changed at the sign-in."
            },
            mixinStandardHelpOptions = true)
    static final class Reset extends ApiCommand {

        Reset(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            JsonNode made = api.ask("POST", "/admin/operator/reset", Map.of(), null);
            String login = CommandJson.text(made.get("login"));
            String password = CommandJson.text(made.get("password"));
            if (Session.outIsTerminal()) {
                out().println("Sign in as " + login + " with the password " + password);
                return;
            }
            FirstStartFile file = new FirstStartFile(session().settings(spec()).data());
            try {
                file.write(List.of("Sign in as: " + login, "Password: " + password));
            } catch (IOException e) {
                throw new Refused("The password was changed, but " + file.path() + " cannot be written: "
                        + FileTrouble.of(e) + ". Run the command again on a terminal.");
            }
            out().println("The new password is in " + file.path() + ", until " + login + " signs in.");
        }
    }

    /** Gives a person a role. */
    private abstract static class Change extends ApiCommand {

        private final String role;

        @Parameters(index = "0", paramLabel = "LOGIN", description = "The person's login: their e-mail address.")
        private String login = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, for the audit log.")
        private String reason = "";

        Change(Session session, String role) {
            super(session);
            this.role = role;
        }

        @Override
        void run(AdminApi api) throws Refused {
            JsonNode person = api.ask("GET", "/admin/people", Map.of("login", login), null);
            String account = CommandJson.text(person.get("account"));
            ObjectNode body =
                    CommandJson.object().put("login", login).put("role", role).put("reason", reason);
            api.ask("POST", "/admin/accounts/{id}/role", Map.of("id", account), body);
            out().println(login + " (" + account + ") is " + (role.equals("operator") ? "an operator" : "a user")
                    + " now.");
        }
    }

    @Command(
            name = "add",
            description = "Make a person who can already sign in an operator. They must sign in again.",
            mixinStandardHelpOptions = true)
    static final class Add extends Change {

        Add(Session session) {
            super(session, "operator");
        }
    }

    @Command(
            name = "remove",
            description =
                    "Make an operator a user again and end their sessions. The last operator cannot lose the role.",
            mixinStandardHelpOptions = true)
    static final class Remove extends Change {

        Remove(Session session) {
            super(session, "user");
        }
    }
}
