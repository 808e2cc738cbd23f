package dev.tollgate.operator.cli.customers;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate operator …}, {@code tollgate invite}, {@code tollgate reset-link} and {@code tollgate mail …}. */
public final class PeopleCommands {

    private PeopleCommands() {}

    public static List<CommandLine> operators(Session session) {
        return List.of(
                role(
                                session,
                                "add",
                                "operator",
                                "Make a person who can already sign in an operator. They must sign in again.")
                        .line(),
                role(
                                session,
                                "remove",
                                "user",
                                "Make an operator a user again and end their sessions. The last operator cannot lose the role.")
                        .line(),
                reset(session).line());
    }

    private static ApiCommand role(Session session, String name, String role, String description) {
        ApiCommand command = ofPerson(new ApiCommand(session, name, description)
                .takes(OperatorPeople.SET_ROLE)
                .without("/role"));
        return command.runs(api -> {
            String account = account(api, command);
            String login = login(command);
            command.ask(api, Map.of("id", account), command.body().put("role", role));
            session.out()
                    .println(login + " (" + account + ") is " + (role.equals("operator") ? "an operator" : "a user")
                            + " now.");
        });
    }

    /** The command of an action of a person, whose account is looked for. */
    private static ApiCommand ofPerson(ApiCommand command) {
        return command.without("id").with("/login", login -> login.needed().saying("E-mail address of the person."));
    }

    private static String login(ApiCommand command) {
        return CommandJson.text(command.body().get("login"));
    }

    private static String account(AdminApi api, ApiCommand command) {
        JsonNode person = api.ask("GET", "/admin/people", Map.of("login", login(command)), null);
        if (person.path("account").isNull()) {
            throw new ApiException(
                    404,
                    CommandJson.text(person.get("login"))
                            + " is in no organization. Invite the person to one first, or delete the login.");
        }
        return CommandJson.text(person.get("account"));
    }

    private static ApiCommand reset(Session session) {
        ApiCommand reset = new ApiCommand(
                session,
                "reset",
                "Reset the first operator: create a new password, end all sessions and remove the second factor.",
                "The password is shown once, on a terminal or else in the data folder's file first-start, and is changed at the sign-in.");
        return reset.runs(api -> {
            JsonNode made = api.ask("POST", OperatorPeople.RESET_OPERATOR.path(), Map.of(), null);
            String login = CommandJson.text(made.get("login"));
            String password = CommandJson.text(made.get("password"));
            if (Session.outIsTerminal()) {
                session.out().println("Sign in as " + login + " with the password " + password);
                return;
            }
            FirstStartFile file = new FirstStartFile(reset.settings().data());
            try {
                file.write(List.of("Sign in as: " + login, "Password: " + password));
            } catch (IOException e) {
                throw new ApiException(
                        400,
                        "The password was changed, but " + file.path() + " cannot be written: " + FileTrouble.of(e)
                                + ". Run the command again on a terminal.");
            }
            session.out().println("The new password is in " + file.path() + ", until " + login + " signs in.");
        });
    }

    public static ApiCommand invite(Session session) {
        return ApiCommand.of(session, OperatorLinks.INVITE).asks(made -> print(session, made));
    }

    public static ApiCommand resetLink(Session session) {
        ApiCommand command = ofPerson(ApiCommand.of(session, OperatorLinks.RESET_LINK));
        return command.runs(
                api -> print(session, command.ask(api, Map.of("id", account(api, command)), command.body())));
    }

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

    public static ApiCommand mailTest(Session session) {
        return ApiCommand.of(session, OperatorLinks.TEST_MAIL).with("/reason", Argument::unneeded);
    }
}
