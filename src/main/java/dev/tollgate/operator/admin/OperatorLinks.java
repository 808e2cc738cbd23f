package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.storage.StoreException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Links that an operator makes for others, and whether mails arrive. Each deed in one commit with its row of the audit log. Thread-safe; blocks. */
public final class OperatorLinks {

    private final Deeds deeds;
    private final People people;
    private final Links links;
    private final @Nullable URI site;
    private final InstantSource clock;

    /**
     * How links are made, and what stands before them.
     *
     * @param site where people find this server; null where that was not said
     */
    public record Making(Links links, @Nullable URI site) {}

    OperatorLinks(Deeds deeds, People people, Making making, InstantSource clock) {
        this.deeds = deeds;
        this.people = people;
        this.links = making.links();
        this.site = making.site();
        this.clock = clock;
    }

    /** How mails go. */
    public Links links() {
        return links;
    }

    /**
     * Invites somebody. Needs a reason.
     *
     * @param accountId that they are to belong to; null: an account of their own
     */
    public MadeLink invite(By by, String email, @Nullable String accountId) throws Refused {
        if (accountId != null) {
            deeds.requireNotDeleted(accountId);
        }
        try {
            Deed deed = deed(
                    by,
                    "account.invite",
                    accountId == null ? "new account" : accountId,
                    by.needReason(),
                    new DeedJson().text("email", email.strip()).end());
            return made(email.strip(), links.invite(email, accountId, once(by), deed));
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            throw new Refused("The invitation could not be written, or too many mails wait to be sent.");
        }
    }

    /**
     * Makes a link with which somebody sets a new password. Needs a reason.
     *
     * @param login whose; may be null where one person alone signs in for the account
     */
    public MadeLink resetLink(By by, String accountId, @Nullable String login) throws Refused {
        deeds.account(accountId);
        List<Person> meant = people.ofAccount(accountId).stream()
                .filter(person -> login == null || person.login().equals(login))
                .toList();
        if (meant.size() != 1) {
            throw new Refused(
                    Refused.Why.NOT_FOUND,
                    meant.isEmpty()
                            ? "Nobody signs in so for the account " + accountId + "."
                            : "Several people sign in for the account " + accountId + ": say whose login it is.");
        }
        Person person = meant.getFirst();
        try {
            Deed deed = deed(
                    by,
                    "account.reset_link",
                    accountId,
                    by.needReason(),
                    new DeedJson().text("person", person.id()).end());
            return made(person.login(), links.resetLink(person, deed));
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    /** The same for whoever signs in so, of whatever account. Needs a reason. */
    public MadeLink resetLink(By by, String login) throws Refused {
        Person person = people.byLogin(login)
                .orElseThrow(() -> new Refused(Refused.Why.NOT_FOUND, "Nobody signs in as '" + login + "'."));
        return resetLink(by, person.accountId(), person.login());
    }

    /** Sends a mail that says nothing but that it came. */
    public void testMail(By by, String email) throws Refused {
        try {
            links.testMail(
                    email,
                    deed(
                            by,
                            "mail.test",
                            "mail",
                            by.reason(),
                            new DeedJson().text("to", email.strip()).end()));
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            throw new Refused("The mail could not be written, or too many wait to be sent.");
        }
    }

    private Deed deed(By by, String action, String subject, @Nullable String reason, String after) {
        return new Deed(by.actor(), action, subject, reason, clock.instant(), () -> new Deed.Changed(null, after));
    }

    private static @Nullable String once(By by) {
        return by.requestId() == null
                ? null
                : by.actor().who() + " " + by.requestId().text();
    }

    private MadeLink made(String email, Links.Handed handed) {
        String path = handed.path();
        return new MadeLink(email, path, path == null ? null : site == null ? path : site + path);
    }
}
