package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.MemberActions;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.Role;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** People who sign in, as an operator changes them, each action in one commit with its row of the audit log. Thread-safe; blocks. */
public final class OperatorPeople {

    private static final Field<String> OWNER = Field.text("login", sentence("Login"))
            .help("E-mail address of the member.")
            .asked(sentence("Person"));
    static final Field<String> LOGIN = OWNER.optional()
            .help("E-mail address of the person, needed if several people sign in for the account.")
            .option("LOGIN");
    private static final Field<Role> ROLE = Field.choice(
                    "role",
                    sentence("Role"),
                    Stream.of(Role.values())
                            .map(role -> new Field.Choice<>(role.text(), word(role), role))
                            .toList())
            .help("operator may use the console; user may not.");

    private static final String OF_ACCOUNT = "/admin/accounts/{id}";

    /** The person in the audit log. */
    static final Fact PERSON = new Fact("person", sentence("deed::Who"), Fact.Kind.PERSON).told(Fact.Told.ALWAYS);

    /** The result is the login of the person. */
    public static final OperatorAction<OperatorPeople, String> SET_ROLE = OperatorAction.post(
                    "account.set_role", sentence("Set a role"), OF_ACCOUNT + "/role", "", LOGIN, ROLE)
            .telling(PERSON)
            .button(Button.of(sentence("Make operator"))
                    .done(sentence("The person is an operator, and must sign in again."))
                    .setting(ROLE, Role.OPERATOR.text()))
            .button(Button.of(sentence("Take the operator role away"))
                    .done(sentence("The person is no operator any longer, and must sign in again."))
                    .setting(ROLE, Role.USER.text()))
            .does(
                    (people, by, request) -> {
                        Role role = request.need(ROLE);
                        return people.setRole(by, request.id(), request.get(LOGIN), role);
                    },
                    (request, login) -> json(request.id(), login, request.need(ROLE)));

    /** The result is the logins of people who had a second factor. */
    public static final OperatorAction<OperatorPeople, List<String>> REMOVE_SECOND_FACTOR = OperatorAction.post(
                    "account.remove_second_factor",
                    sentence("Removed a second factor"),
                    OF_ACCOUNT + "/remove-second-factor",
                    "",
                    LOGIN.help("E-mail address of the person. Default: all people of the account."))
            .telling(PERSON, new Fact("second_factor", sentence("Second factor")))
            .button(
                    sentence("Remove second factor"),
                    sentence("The second factor was removed. The password is enough until the person sets up another."))
            .does(
                    (people, by, request) -> people.removeSecondFactor(by, request.id(), request.get(LOGIN)),
                    (request, removed) ->
                            new AdminJson().texts("removed", removed).node());

    /** The result is the login of the person. The audit log has the change as one of the organization's. */
    public static final OperatorAction<OperatorPeople, String> APPOINT_OWNER = OperatorAction.post(
                    MemberActions.SET_ROLE.action(), MemberActions.SET_ROLE.words(), OF_ACCOUNT + "/owner", "", OWNER)
            .telling(MemberActions.SET_ROLE.facts())
            .telling(AuditedWriter.SUBJECT)
            .button(sentence("Appoint owner"), sentence("The person is an owner of the account."))
            .does(
                    (people, by, request) -> people.appointOwner(by, request.id(), request.need(OWNER)),
                    (request, login) -> new AdminJson()
                            .text("account", request.id())
                            .text("login", login)
                            .node());

    public static final OperatorAction<OperatorPeople, NewPassword> RESET_OPERATOR = OperatorAction.bare(
                    "operator.reset", sentence("Reset the first operator"), "/admin/operator/reset")
            .local()
            .does((people, by, request) -> people.resetOperator(by), (request, made) -> new AdminJson()
                    .text("login", made.login())
                    .text("password", made.password())
                    .node());

    /** Signs all people of an account out. The result is its id. */
    public static final OperatorAction<OperatorPeople, String> END_SESSIONS = OperatorAction.ofForms(
                    new DeedKind("account.end_sessions", sentence("Ended all sessions")))
            .button(sentence("End all sessions"), sentence("All sessions of its people have ended."))
            .does((people, by, request) -> people.endSessions(by, request.id()));

    public static final List<OperatorAction<OperatorPeople, ?>> ACTIONS =
            List.of(SET_ROLE, REMOVE_SECOND_FACTOR, APPOINT_OWNER, RESET_OPERATOR);

    /** The actions on the access of one person of an account. */
    public static final List<OperatorAction<OperatorPeople, ?>> OF_PERSON =
            ACTIONS.stream().filter(action -> action.isBelow(OF_ACCOUNT)).toList();

    private final OperatorAccounts deeds;
    private final People people;
    private final Members members;
    private final AuditedWriter writer;

    public OperatorPeople(OperatorAccounts deeds, People people, Members members, AuditedWriter writer) {
        this.deeds = deeds;
        this.people = people;
        this.members = members;
        this.writer = writer;
    }

    private static Sentence word(Role role) {
        return switch (role) {
            case USER -> sentence("user");
            case OPERATOR -> sentence("operator");
        };
    }

    /** {@code /admin/people…} and the people of an account. */
    public List<AdminRoute> routes() {
        return Stream.concat(
                        Stream.of(AdminRoute.get("/admin/people", this::find, "login")),
                        ACTIONS.stream().map(action -> action.on(this)))
                .toList();
    }

    /**
     * Makes a member of an account an owner; the other owners stay. Needs a reason. The account's own log has a row of it, too.
     *
     * @param login of the member; doing it twice is no error
     * @return the login
     */
    private String appointOwner(By by, String accountId, String login) {
        by.needReason();
        List<Person> meant = meant(accountId, login);
        Person person = meant.getFirst();
        Membership membership = person.membership();
        if (meant.size() > 1 || membership == null) {
            throw new ApiException(400, sentence("Several people sign in for this account. Name the login."));
        }
        Outcome<String> outcome = members.setRole(
                Acting.operator(accountId, writer.log(by, accountId)), membership.id(), MemberRole.OWNER);
        if (!outcome.isDone()) {
            throw new ApiException(404, sentence("The person has left the account."));
        }
        return person.login();
    }

    private JsonNode find(AdminRequest request) {
        String login = request.name("login");
        Person person = people.byLogin(login == null ? "" : login)
                .orElseThrow(
                        () -> new ApiException(404, sentence("No person signs in as {login}.", String.valueOf(login))));
        return json(person.membership() == null ? null : person.accountId(), person.login(), person.role());
    }

    /** @param account null for a person who is in no account */
    private static JsonNode json(@Nullable String account, String login, Role role) {
        return new AdminJson()
                .text("account", account)
                .text("login", login)
                .text("role", role.text())
                .node();
    }

    /**
     * Removes the second factor of people who have lost it, so that the password alone is enough. Needs a reason.
     *
     * @param login of the person; null for all people of the account
     * @return the logins of people who had a second factor
     */
    private List<String> removeSecondFactor(By by, String accountId, @Nullable String login) {
        by.needReason();
        List<String> removed = new ArrayList<>();
        for (Person person : meant(accountId, login)) {
            if (remove(by, person)) {
                removed.add(person.login());
            }
        }
        return removed;
    }

    private boolean remove(By by, Person person) {
        return people.secondFactor()
                .remove(
                        person.id(),
                        was -> writer.row(
                                by,
                                REMOVE_SECOND_FACTOR.name(),
                                person.accountId(),
                                () -> was.getAsBoolean()
                                        ? new Deed.Changed(state(person, true), state(person, false))
                                        : null));
    }

    /**
     * Gives a role, or takes it by giving the other. Needs a reason. To give the same again is no error.
     *
     * @param login whose; null if one person alone signs in for the account
     * @return the login of the person
     */
    private String setRole(By by, String accountId, @Nullable String login, Role role) {
        by.needReason();
        List<Person> meant = meant(accountId, login);
        if (meant.size() > 1) {
            throw new ApiException(400, sentence("Several people sign in for this account. Name the login."));
        }
        Person person = meant.getFirst();
        people.operators()
                .setRole(
                        person.id(),
                        role,
                        isNew -> writer.row(
                                by,
                                SET_ROLE.name(),
                                accountId,
                                () -> isNew.getAsBoolean()
                                        ? new Deed.Changed(state(person, person.role()), state(person, role))
                                        : null))
                .orThrow();
        return person.login();
    }

    /** Returns one person or more. @param login null for all people of the account */
    private List<Person> meant(String accountId, @Nullable String login) {
        deeds.account(accountId);
        List<Person> meant = people.ofAccount(accountId).stream()
                .filter(person -> login == null || person.isCalled(login))
                .toList();
        if (meant.isEmpty()) {
            throw new ApiException(404, sentence("No person with this login belongs to account {account}.", accountId));
        }
        return meant;
    }

    private String endSessions(By by, String accountId) {
        deeds.account(accountId);
        by.needReason();
        Deed row = writer.row(by, END_SESSIONS.name(), accountId, () -> new Deed.Changed(null, null));
        people.sessions().endOfAccount(accountId, row);
        return accountId;
    }

    private static String state(Person person, Role role) {
        return new AdminJson()
                .text("person", person.id())
                .text("role", role.text())
                .end();
    }

    private static String state(Person person, boolean hasSecondFactor) {
        return new AdminJson()
                .text("person", person.id())
                .flag("second_factor", hasSecondFactor)
                .end();
    }

    /** A password that was made. @param password to be shown once */
    public record NewPassword(String login, String password) {

        @Override
        public String toString() {
            return "NewPassword";
        }
    }

    /** Gives the first operator a new password, to be changed at the sign-in; ends the sessions and removes the second factor. */
    public NewPassword resetOperator(By by) {
        Person operator = people.person(Person.FIRST_OPERATOR_ID)
                .orElseThrow(() -> new ApiException(
                        404, sentence("There is no operator yet. The next start of the server creates one.")));
        Deed row = writer.row(by, RESET_OPERATOR.name(), operator.id(), () -> new Deed.Changed(null, null));
        return new NewPassword(operator.login(), people.operators().resetPassword(operator, row));
    }
}
