package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.Allowances.Use;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Links that people request by mail: to sign up, to set a new password, to confirm an address. Neither the answer nor its cost shows whether an
 * address is known. Thread-safe; blocks.
 */
public final class LinkRequests {

    private static final String NOBODY = "nobody@nowhere.invalid";
    private static final Duration FULL = Duration.ofMinutes(1);

    private final People people;
    private final Writer writer;
    private final Outbox outbox;
    private final Letters letters;
    private final SecurityNotices notices;
    private final MailAllowances mails;
    private final InstantSource clock;
    private final RandomGenerator random;

    LinkRequests(
            People people,
            Writer writer,
            Outbox outbox,
            Letters letters,
            SecurityNotices notices,
            InstantSource clock,
            RandomGenerator random) {
        this.people = people;
        this.writer = writer;
        this.outbox = outbox;
        this.letters = letters;
        this.notices = notices;
        this.mails = new MailAllowances(people.allowances());
        this.clock = clock;
        this.random = random;
    }

    /** Sends a mail that says how to go on, whether or not there is such a person. */
    public SignIn askToSignUp(String typed, Visit visit) {
        String email = typed.strip();
        SignIn.Invalid refused = complaint(email);
        if (refused != null) {
            return refused;
        }
        List<Allowance> allowed = mails.toUnconfirmed(email, visit);
        Duration wait = askWait(visit, allowed);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        boolean isKnown = people.isKnown(Visit.login(email), visit);
        Allowance toAddress = mails.toAddress(email);
        if (people.allowances().wait(List.of(toAddress)).isZero()) {
            String token = Tokens.next(random);
            PersonLink link = link(token, LinkKind.CONFIRM, null, email);
            Letter letter = isKnown
                    ? letters.alreadyThere(email)
                    : letters.signUp(email, link.kind().path(token), link.kind().good());
            Use use = people.allowances().using(with(allowed, toAddress));
            // For a known address the link opens nothing, because its token is sent to no one. The work is the same.
            writer.commitAndWait(Unit.of(use, made(link, use), outbox.needed(null, letter, use::isAllowed)));
            return use.isAllowed() ? new SignIn.Sent() : new SignIn.Wait(use.outcome());
        }
        return new SignIn.Sent();
    }

    private static List<Allowance> with(List<Allowance> allowances, Allowance another) {
        List<Allowance> all = new ArrayList<>(allowances);
        all.add(another);
        return all;
    }

    /** Sends a mail with a link if the person exists and has an address. */
    public SignIn askToReset(String typed, Visit visit) {
        String login = Visit.login(typed);
        Person person = people.known(login, visit);
        Duration wait = person != null && people.passwordSignIn().isKnownBrowser(person, visit)
                ? Duration.ZERO
                : people.waits().askReset(visit);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String email = person == null ? null : person.email();
        boolean canReach = email != null && Letter.canReach(email);
        List<Allowance> allowed = new ArrayList<>(List.of(mails.ofResets(login)));
        if (canReach && person != null && person.confirmedAt() == null) {
            allowed.addAll(mails.toUnconfirmed(String.valueOf(email), visit));
        }
        if (people.allowances().wait(allowed).isZero()) {
            String token = Tokens.next(random);
            String personId = canReach && person != null ? person.id() : null;
            PersonLink link = link(token, LinkKind.RESET, personId, canReach ? String.valueOf(email) : "");
            Use use = people.allowances().using(allowed);
            List<Change> changes = new ArrayList<>(List.of(use, made(link, use)));
            Letter letter = letters.reset(
                    canReach ? String.valueOf(email) : NOBODY,
                    link.kind().path(token),
                    link.kind().good());
            // Without a person the mail is composed and not stored, and the link has no owner: it costs what it costs
            // with a person
            // one.
            changes.add(
                    canReach && person != null
                            ? outbox.urgent(person.accountId(), letter, use::isAllowed)
                            : outbox.queue(null, letter, () -> false));
            writer.commitAndWait(Unit.of(changes));
        }
        return new SignIn.Sent();
    }

    private Duration askWait(Visit visit, List<Allowance> allowed) {
        Duration wait = people.waits().ask(visit);
        if (wait.isZero()) {
            wait = people.allowances().wait(allowed);
        }
        return wait.isZero() && outbox.isFull() ? FULL : wait;
    }

    /**
     * Sends a link that confirms an address, and a notice to the current address. Whether another person has the address shows only when the link
     * is used.
     *
     * @param typed the new address, or the current one
     * @return null if a mail is queued
     */
    public @Nullable SignIn askToConfirm(Person person, String typed, Visit visit) {
        String email = typed.strip();
        SignIn.Invalid refused = complaint(email);
        if (refused != null) {
            return refused;
        }
        List<Allowance> allowed = mails.toConfirm(person, email, visit);
        Duration wait = people.allowances().wait(allowed);
        if (wait.isPositive() || outbox.isFull()) {
            return new SignIn.Wait(wait.isPositive() ? wait : FULL);
        }
        Use use = people.allowances().using(allowed);
        String token = Tokens.next(random);
        PersonLink link = link(token, LinkKind.CONFIRM, person.id(), email);
        List<Change> changes = new ArrayList<>();
        changes.add(use);
        changes.add(withdrawOthers(person, email, use));
        changes.add(made(link, use));
        changes.add(outbox.needed(
                person.accountId(),
                letters.confirm(email, link.kind().path(token), link.kind().good()),
                use::isAllowed));
        changes.addAll(notices.addressChanging(person, email, use::isAllowed));
        try {
            writer.commitAndWait(Unit.of(changes));
            return use.isAllowed() ? null : new SignIn.Wait(use.outcome());
        } catch (StoreException e) {
            return new SignIn.Wait(FULL);
        }
    }

    /** Deletes earlier links to other addresses: a mistyped address may belong to a stranger, who could use its link. */
    private static Change withdrawOthers(Person person, String email, Use use) {
        return PeopleChange.of(rows -> use.isAllowed()
                && rows.update(
                        "DELETE FROM person_link WHERE person_id = ? AND kind = 'confirm' AND used_at IS NULL AND"
                                + " lower(email) <> ?",
                        person.id(),
                        Visit.login(email)));
    }

    static SignIn.@Nullable Invalid complaint(String email) {
        return People.isAddress(email) && Letter.canReach(email)
                ? null
                : new SignIn.Invalid("email", sentence("An e-mail address looks like name@example.org."));
    }

    private PersonLink link(String token, LinkKind kind, @Nullable String personId, String email) {
        return new PersonLink(Tokens.hash(token), kind, personId, null, email, true, clock.instant(), null);
    }

    private static Change made(PersonLink link, Use use) {
        return PeopleChange.of(rows -> {
            if (use.isAllowed()) {
                rows.insertLink(link);
            }
            return true;
        });
    }
}
