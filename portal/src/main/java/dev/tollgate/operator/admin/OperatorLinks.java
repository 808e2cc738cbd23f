package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Links that an operator makes for others, and test mails. Each action in one commit with its row of the audit log. Thread-safe; blocks. */
public final class OperatorLinks {

    private static final Field<String> EMAIL = Field.text("email", "E-mail");
    private static final Field<String> JOINED = Field.text("account", "Account");
    private static final Field<String> ACCOUNT = JOINED.optional();
    private static final Field<JsonNode> ROLE = Field.raw("role").optional();
    private static final Field<JsonNode> TEAMS = Field.raw("teams").optional();
    private static final Field<String> TO = Field.text("to", "Recipient");

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
        return List.of(
                AdminRoute.post(
                                "/admin/accounts/{id}/reset-link",
                                this::resetLink,
                                OperatorPeople.LOGIN,
                                AdminRequest.REASON)
                        .answering(201),
                AdminRoute.post("/admin/invitations", this::invite, EMAIL, ACCOUNT, ROLE, TEAMS, AdminRequest.REASON)
                        .answering(201),
                AdminRoute.get("/admin/mail", this::mailState),
                AdminRoute.post("/admin/mail", this::testMail, TO, AdminRequest.REASON)
                        .answering(202));
    }

    private JsonNode invite(AdminRequest request) {
        By by = request.by();
        if (request.get(ROLE) != null || request.get(TEAMS) != null) {
            String account = request.need(JOINED);
            return joining.answer(new AdminRequest(
                    request.operator(),
                    Map.of("id", account),
                    Map.of(),
                    request.body().without(ACCOUNT)));
        }
        return json(invite(by, request.need(EMAIL), request.get(ACCOUNT)));
    }

    private JsonNode resetLink(AdminRequest request) {
        return json(resetLink(request.by(), request.id(), request.get(OperatorPeople.LOGIN)));
    }

    private static JsonNode json(MadeLink made) {
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

    private JsonNode testMail(AdminRequest request) {
        By by = request.by();
        String to = request.need(TO);
        testMail(by, to);
        return new AdminJson().text("to", to).node();
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
            Deed row = row(by, "account.invite", accountId == null ? "new account" : accountId, "email", email.strip());
            return made(email.strip(), links.handed().invite(email, accountId, by.once(), row));
        } catch (IllegalArgumentException e) {
            throw new ApiException(400, String.valueOf(e.getMessage()));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) {
            throw new ApiException(400, "The invitation could not be written, or too many mails wait to be sent.");
        }
    }

    /**
     * Creates a link that sets a person's new password. Needs a reason.
     *
     * @param login of the person; may be null if the account has only one person
     */
    public MadeLink resetLink(By by, String accountId, @Nullable String login) {
        deeds.account(accountId);
        List<Person> meant = people.ofAccount(accountId).stream()
                .filter(person -> login == null || person.login().equals(login))
                .toList();
        if (meant.size() != 1) {
            throw new ApiException(
                    404,
                    meant.isEmpty()
                            ? "No person with this login belongs to account " + accountId + "."
                            : "Several people sign in for the account " + accountId + ". Name the login.");
        }
        by.needReason();
        Person person = meant.getFirst();
        return made(
                person.login(),
                links.handed().resetLink(person, row(by, "account.reset_link", accountId, "person", person.id())));
    }

    /** Sends a mail that says nothing but that it came. */
    public void testMail(By by, String email) {
        try {
            links.handed().testMail(email, row(by, "mail.test", "mail", "to", email.strip()));
        } catch (IllegalArgumentException e) {
            throw new ApiException(400, String.valueOf(e.getMessage()));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) {
            throw new ApiException(400, "The mail could not be written, or too many wait to be sent.");
        }
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
