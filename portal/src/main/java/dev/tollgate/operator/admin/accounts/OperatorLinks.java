package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.MemberActions;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.Visit;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Links that an operator makes for others, and test mails. Each action in one commit with its row of the audit log. Thread-safe; blocks. */
public final class OperatorLinks {

    private static final Schema ADDRESS = Schema.of("string").with("format", "email");

    private static final Field<String> EMAIL = Field.text("email", sentence("E-mail"))
            .shaped(ADDRESS)
            .help("E-mail address of the person.")
            .option("EMAIL");
    private static final Field<String> JOINED = Field.text("account", sentence("Account"));
    public static final Field<String> ACCOUNT = JOINED.optional()
            .help("Id of the account that the person joins. Default: a new account.")
            .option("--account ID");
    private static final Field<JsonNode> ROLE =
            MemberActions.ROLE.handedOn().optional().help(MemberActions.ROLE.help() + " Default: owner.");
    private static final Field<JsonNode> TEAMS =
            InvitationActions.TEAMS.handedOn().optional().option("--teams ID,...");
    private static final Field<String> TO = Field.text("to", sentence("Recipient"))
            .shaped(ADDRESS)
            .help("E-mail address that gets the mail.")
            .option("EMAIL")
            .asked(sentence("Send a test mail to"));

    private static final Fact MARK = new Fact("mark", sentence("Mark of the address"));

    public static final OperatorAction<OperatorLinks, MadeLink> RESET_LINK = OperatorAction.post(
                    "account.reset_link",
                    sentence("Created a reset link"),
                    "/admin/accounts/{id}/reset-link",
                    "Print a link that sets a person's new password, once, within 30 minutes. That ends their sessions.",
                    OperatorPeople.LOGIN)
            .telling(OperatorPeople.PERSON)
            .answering(201)
            .button(Button.of(sentence("Create link")))
            .does(
                    (links, by, request) -> links.resetLink(by, request.id(), request.get(OperatorPeople.LOGIN)),
                    OperatorLinks::json);

    /** An invitation to a new account, or to one as its owner. With a role or teams the request is one of the organization. */
    public static final OperatorAction<OperatorLinks, MadeLink> INVITE = OperatorAction.post(
                    "account.invite",
                    sentence("Invited a person"),
                    "/admin/invitations",
                    "Invite a person to sign in here, even if sign-up is closed. The link works for 7 days. It is sent by mail. If mail is off, it is"
                            + " printed alone on its line for you to pass on.",
                    EMAIL,
                    ACCOUNT,
                    ROLE,
                    TEAMS)
            .telling(MARK)
            .answering(201)
            .button(sentence("Invite person"), sentence("The invitation is on its way by mail."))
            .does(
                    (links, by, request) -> links.invite(by, request.need(EMAIL), request.get(ACCOUNT)),
                    OperatorLinks::json);

    /** The result is the recipient. */
    public static final OperatorAction<OperatorLinks, String> TEST_MAIL = OperatorAction.post(
                    "mail.test",
                    sentence("Sent a test mail"),
                    "/admin/mail",
                    "Send a test mail through the running server.",
                    TO)
            .telling(MARK)
            .answering(202)
            .button(Button.of(sentence("Send test mail"))
                    .done(
                            sentence(
                                    "The test mail is on its way. Reload this page to see whether the mail server accepted it."))
                    .withoutReason())
            .prints("A test mail to {to} waits to be sent by the server. See the result at /console/settings.")
            .does(
                    (links, by, request) -> {
                        String to = request.need(TO);
                        links.testMail(by, to);
                        return to;
                    },
                    (request, to) -> new AdminJson().text("to", to).node());

    public static final List<OperatorAction<OperatorLinks, ?>> ACTIONS = List.of(RESET_LINK, INVITE, TEST_MAIL);

    private static final int MARK_DIGITS = 16;

    private final OperatorAccounts deeds;
    private final People people;
    private final Links links;
    private final @Nullable URI site;
    private final AuditedWriter writer;
    private final AdminRoute.Action joining;

    /**
     * @param site this server's public address; null if it was not said
     * @param joining answers an invitation to the organization that the path names, with a role
     */
    public OperatorLinks(
            OperatorAccounts deeds,
            People people,
            Links links,
            @Nullable URI site,
            AuditedWriter writer,
            AdminRoute.Action joining) {
        this.joining = joining;
        this.deeds = deeds;
        this.people = people;
        this.links = links;
        this.site = site;
        this.writer = writer;
    }

    /**
     * A link for a person.
     *
     * @param path to pass on, shown only in this response; null if the link was sent by mail
     * @param link the path after the public address, if that is set
     */
    public record MadeLink(
            String email, @Nullable String path, @Nullable String link) {

        @Override
        public String toString() {
            return "MadeLink";
        }
    }

    /** {@code /admin/invitations}, {@code /admin/accounts/{id}/reset-link} and {@code /admin/mail}. */
    public List<AdminRoute> routes() {
        AdminRoute invite = INVITE.on(this).answeredBy(this::invite);
        return List.of(RESET_LINK.on(this), invite, AdminRoute.get("/admin/mail", this::mailState), TEST_MAIL.on(this));
    }

    private JsonNode invite(AdminRequest request) {
        var unused = request.by(); // The reason is checked first.
        if (request.get(ROLE) != null || request.get(TEAMS) != null) {
            String account = request.need(JOINED);
            return joining.answer(new AdminRequest(
                    request.operator(),
                    Map.of("id", account),
                    Map.of(),
                    request.body().without(ACCOUNT)));
        }
        return INVITE.answer(this, request);
    }

    private static JsonNode json(AdminRequest request, MadeLink made) {
        return new AdminJson()
                .text("email", made.email())
                .flag("mailed", made.path() == null)
                .text("link", made.link())
                .node();
    }

    private JsonNode mailState(AdminRequest request) {
        Outbox.State state = links.mailState();
        return new AdminJson()
                .flag("on", links.isMailOn())
                .time("sent_at", state.sentAt())
                .number("waiting", (long) state.waiting())
                .text("last_failure", state.reason())
                .node();
    }

    /** Returns the state of sending mails. */
    public Links links() {
        return links;
    }

    /**
     * Invites a person. Needs a reason.
     *
     * @param accountId account that the person joins; null for a new account
     */
    public MadeLink invite(By by, String email, @Nullable String accountId) {
        if (accountId != null) {
            deeds.requireNotDeleted(accountId);
        }
        try {
            by.needReason();
            Deed row = row(by, INVITE.name(), accountId == null ? "new account" : accountId, "mark", mark(email));
            return made(email.strip(), links.handed().invite(email, accountId, by.once(), row));
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(null, Mistake.of(e)).asException();
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) {
            throw new ApiException(
                    400, sentence("The invitation could not be written, or too many mails wait to be sent."));
        }
    }

    /**
     * Creates a link that sets a person's new password. Needs a reason.
     *
     * @param login of the person; may be null if the account has only one person
     */
    private MadeLink resetLink(By by, String accountId, @Nullable String login) {
        deeds.account(accountId);
        List<Person> meant = people.ofAccount(accountId).stream()
                .filter(person -> login == null || person.isCalled(login))
                .toList();
        if (meant.size() != 1) {
            throw new ApiException(
                    404,
                    meant.isEmpty()
                            ? sentence("No person with this login belongs to account {account}.", accountId)
                            : sentence("Several people sign in for the account {account}. Name the login.", accountId));
        }
        by.needReason();
        Person person = meant.getFirst();
        return made(
                person.login(),
                links.handed().resetLink(person, row(by, RESET_LINK.name(), accountId, "person", person.id())));
    }

    /** Sends a mail that says nothing but that it came. */
    public void testMail(By by, String email) {
        try {
            links.handed().testMail(email, by.actor().who(), row(by, TEST_MAIL.name(), "mail", "mark", mark(email)));
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(null, Mistake.of(e)).asException();
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) {
            throw new ApiException(400, sentence("The mail could not be written, or too many wait to be sent."));
        }
    }

    /** Returns what the audit log has instead of an address, which would outlive its person: equal addresses have equal marks. */
    private String mark(String email) {
        return people.startMarks().of(Visit.login(email)).substring(0, MARK_DIGITS);
    }

    private Deed row(By by, String action, String subject, String field, String value) {
        String after = new AdminJson().text(field, value).end();
        return writer.row(by, action, subject, () -> new Deed.Changed(null, after));
    }

    private MadeLink made(String email, HandedLinks.Handed handed) {
        String path = handed.path();
        return new MadeLink(email, path, path == null ? null : site == null ? path : site + path);
    }
}
