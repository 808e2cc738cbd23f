package dev.tollgate.operator.cli;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.OperatorPeople;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code tollgate operator …}, {@code tollgate invite}, {@code tollgate reset-link} and {@code tollgate mail …}. */
final class PeopleCommands {

    private PeopleCommands() {}

    static List<CommandLine> operators(Session session) {
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

    private static Field login() {
        return Field.bare("1", "LOGIN", "login", "The person's login: their e-mail address.");
    }

    private static ApiCommand role(Session session, String name, String role, String description) {
        ApiCommand command = new ApiCommand(session, name, description).takes(login(), Field.reason());
        return command.runs(api -> {
            JsonNode person = command.ask(api, "GET", "/admin/people");
            String login = command.parameters().get("login");
            String account = account(person);
            api.ask(
                    "POST",
                    OperatorPeople.SET_ROLE.path(),
                    Map.of("id", account),
                    command.body().put("login", login).put("role", role));
            session.out()
                    .println(login + " (" + account + ") is " + (role.equals("operator") ? "an operator" : "a user")
                            + " now.");
        });
    }

    private static String account(JsonNode person) {
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

    static ApiCommand invite(Session session) {
        return new ApiCommand(
                        session,
                        "invite",
                        "Invite a person to sign in here, even if sign-up is closed. The link works for 7 days.",
                        "It is sent by mail. If mail is off, it is printed alone on its line for you to pass on.")
                .takes(
                        Field.bare("1", "EMAIL", "/email", "The person's e-mail address."),
                        Field.option(
                                "--account",
                                "ID",
                                "/account",
                                "Account that the person joins. Default: a new account."),
                        Field.option(
                                "--role",
                                "ROLE",
                                "/role",
                                MemberRole.either() + " in that account. Default: " + MemberRole.OWNER.text() + "."),
                        Field.list("--teams", "ID,...", "/teams", "Teams that the person joins; needs a role."),
                        Field.reason())
                .asks(OperatorLinks.INVITE, made -> print(session, made));
    }

    static ApiCommand resetLink(Session session) {
        ApiCommand command = new ApiCommand(
                        session,
                        "reset-link",
                        "Print a link that sets a person's new password, once, within 30 minutes. That ends their sessions.")
                .takes(login(), Field.reason());
        return command.runs(api -> {
            JsonNode person = command.ask(api, "GET", "/admin/people");
            String login = command.parameters().get("login");
            Map<String, String> account = Map.of("id", account(person));
            print(
                    session,
                    api.ask(
                            "POST",
                            OperatorLinks.RESET_LINK.path(),
                            account,
                            command.body().put("login", login)));
        });
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

    static ApiCommand mailTest(Session session) {
        ApiCommand test = new ApiCommand(session, "test", "Send a test mail through the running server.")
                .takes(Field.bare("1", "EMAIL", "/to", "Recipient address."));
        return test.runs(api -> {
            String to = test.body().get("to").asString().strip();
            JsonNode sent = api.ask(
                    "POST",
                    OperatorLinks.TEST_MAIL.path(),
                    Map.of(),
                    CommandJson.object().put("to", to));
            session.out()
                    .println("A test mail to " + CommandJson.text(sent.get("to"))
                            + " waits to be sent by the server. See the result at /console/settings.");
        });
    }
}
