package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.Allowances.Use;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Links that an operator makes for other people, to hand over or to mail, and the operator's test mail. Thread-safe; blocks. */
public record HandedLinks(
        People people,
        Database database,
        Writer writer,
        Outbox outbox,
        Letters letters,
        InstantSource clock,
        RandomGenerator random) {

    /** The limit of invitations is reached. */
    private static final Outcome<Invited> TOO_MANY = new Outcome.Refused<>(
            ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, sentence("Too many invitations were sent. Try again later."))
                    .retryAfter(Duration.ofHours(1)));

    private static final int NAME_CHARS = 16;

    /** A link that an operator has made. @param path the path to hand over; null if the link was mailed */
    public record Handed(PersonLink link, @Nullable String path) {}

    /** Creates a password reset link for the operator to hand over. A person who gets mails can request one without help. @param deed its row of the audit log */
    public Handed resetLink(Person person, Change deed) {
        String token = Tokens.next(random);
        String email = person.email();
        PersonLink link = new PersonLink(
                Tokens.hash(token),
                LinkKind.RESET,
                person.id(),
                null,
                email == null ? "" : email,
                false,
                clock.instant(),
                null);
        writer.commitAndWait(Unit.of(made(link), deed));
        return new Handed(link, link.kind().path(token));
    }

    /**
     * Invites a person, by mail if mail is on.
     *
     * @param accountId the account to join; null for a new account
     * @param once the idempotency key of the invitation; null creates a new one each time
     * @param deed its row of the audit log
     * @throws IllegalArgumentException with a sentence if the address is malformed or already has an account
     */
    public Handed invite(String typed, @Nullable String accountId, @Nullable String once, Change deed) {
        String email = typed.strip();
        requireAddress(email);
        if (people.byLogin(email).isPresent()) {
            throw new Mistake(sentence("This address has an account already."));
        }
        String token = once == null
                ? Tokens.next(random)
                : people.drawnToken("invitations", once + " " + accountId + " " + email);
        PersonLink link = new PersonLink(
                Tokens.hash(token), LinkKind.INVITE, null, accountId, email, outbox.isOn(), clock.instant(), null);
        String path = link.kind().path(token);
        Handed handed = new Handed(link, outbox.isOn() ? null : path);
        List<Change> changes = new ArrayList<>(List.of(made(link), deed));
        if (outbox.isOn()) {
            changes.add(outbox.needed(
                    null,
                    letters.to(
                            new Reader(email, accountId == null ? null : language(accountId)),
                            to -> letters.invitation(to, path, link.kind().good()))));
        }
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect() || once == null || !isMade(link)) {
                throw e;
            }
        }
        return handed;
    }

    /**
     * An invitation to an organization.
     *
     * @param accountName what the organization is called, for the mail
     * @param membersMax the most members and open invitations
     * @param teams the ids of teams that the person gets in
     * @param replaces the hash of the invitation that is sent again; null for a new one
     */
    public record ToJoin(
            String email,
            MemberRole role,
            String accountName,
            int membersMax,
            List<String> teams,
            @Nullable String replaces) {

        public ToJoin {
            teams = List.copyOf(teams);
        }

        /** Makes an invitation to no team. */
        public ToJoin(String email, MemberRole role, String accountName, int membersMax, @Nullable String replaces) {
            this(email, role, accountName, membersMax, List.of(), replaces);
        }
    }

    /** An invitation that was made. @param name in the log @param path to hand over; null if mails are on */
    public record Invited(String name, @Nullable String path) {}

    /**
     * Invites a person to an organization, by mail if mail is on. The answer does not show whether a person has the address.
     *
     * @param visit of who invites, which limits the mails; null for the operator, who has no limit
     */
    public Outcome<Invited> invite(ToJoin invitation, Acting by, @Nullable Visit visit) {
        String email = invitation.email().strip();
        SignIn.Invalid refused = LinkRequests.complaint(email);
        if (refused != null) {
            return Outcome.refused(409, refused.message());
        }
        List<Allowance> allowed = visit == null
                ? List.of()
                : new MailAllowances(people.allowances()).ofInvitations(by.accountId(), email, visit, outbox.isOn());
        Duration wait = people.allowances().wait(allowed);
        if (wait.isPositive() || outbox.isFull()) {
            return TOO_MANY;
        }
        return invite(invitation, by, email, people.allowances().using(allowed));
    }

    private Outcome<Invited> invite(ToJoin invitation, Acting by, String email, Use use) {
        String token = Tokens.next(random);
        boolean isMailed = outbox.isOn();
        PersonLink link = new PersonLink(
                Tokens.hash(token),
                LinkKind.INVITE,
                null,
                by.accountId(),
                email,
                isMailed,
                clock.instant(),
                invitation.role());
        String path = link.kind().path(token);
        Invited made = new Invited(name(link.hash()), isMailed ? null : path);
        PeopleChange<Outcome<Invited>> making = PeopleChange.of(
                rows -> use.isAllowed() ? make(rows, link, invitation, by.isOperator(), made) : TOO_MANY);
        BooleanSupplier isMade = () -> making.outcome().isDone();
        List<Change> changes = new ArrayList<>(List.of(use, making));
        if (isMailed) {
            Letter letter = letters.to(
                    new Reader(email, language(by.accountId())),
                    to -> letters.joining(
                            to, invitation.accountName(), path, link.kind().good()));
            changes.add(outbox.needed(by.accountId(), letter, isMade));
        }
        String after = AccountLog.json("role", invitation.role().text());
        changes.addAll(by.act(
                Right.SET_MEMBERS,
                "invitation.create",
                name(link.hash()),
                link.madeAt(),
                () -> isMade.getAsBoolean() ? new AccountLog.Changed(null, after) : null));
        writer.commitAndWait(Unit.of(changes));
        return making.outcome();
    }

    private @Nullable String language(String accountId) {
        return database.read(
                sql -> sql.one("SELECT language FROM account WHERE id = ?", row -> row.getString(1), accountId));
    }

    private static Outcome<Invited> make(
            PeopleRows rows, PersonLink link, ToJoin invitation, boolean isOfOperator, Invited made)
            throws SQLException {
        String replaces = invitation.replaces();
        if (replaces != null && !rows.withdrawInvitation(replaces, String.valueOf(link.accountId()), isOfOperator)) {
            return Outcome.refused(409, sentence("This invitation was accepted or revoked."));
        }
        if (rows.places(String.valueOf(link.accountId()), link.madeAt()) >= invitation.membersMax()) {
            return Outcome.refused(
                    409,
                    sentence(
                            "An organization has at most {most} members and open invitations.",
                            Long.toString(invitation.membersMax())));
        }
        rows.insertLink(link, invitation.teams());
        return new Outcome.Done<>(made);
    }

    /** Revokes an open invitation with a role to an organization; to do it twice is no error. */
    public void revoke(String hash, Acting by) {
        PeopleChange<Boolean> gone =
                PeopleChange.of(rows -> rows.withdrawInvitation(hash, by.accountId(), by.isOperator()));
        List<Change> changes = new ArrayList<>(List.of(gone));
        changes.addAll(by.act(
                Right.SET_MEMBERS,
                "invitation.revoke",
                name(hash),
                clock.instant(),
                () -> gone.outcome() ? new AccountLog.Changed(null, null) : null));
        writer.commitAndWait(Unit.of(changes));
    }

    /** Returns the name of an invitation in the log, which opens nothing and names no address. */
    public static String name(String hash) {
        return "inv_" + hash.substring(0, NAME_CHARS);
    }

    /**
     * Makes a signed-in person a member of the organization that has invited, and shows it in their session.
     *
     * @param membersMax the most members
     * @return what is wrong; null if it was done
     */
    public @Nullable Sentence accept(PersonLink link, BrowserSession session, Visit visit, int membersMax) {
        Person person = session.person();
        String accountId = String.valueOf(link.accountId());
        Instant now = clock.instant();
        PeopleChange<Optional<Sentence>> joining = PeopleChange.of(rows -> {
            rows.take(person.id());
            if (rows.isMember(person.id(), accountId)) {
                return Optional.of(sentence("You are a member of this organization already."));
            }
            if (rows.places(accountId, now) > membersMax) {
                return Optional.of(sentence("This organization has the maximum number of members."));
            }
            Links.use(rows, link, now);
            rows.insertMember(OwnIds.member(random), accountId, person.id(), link.given(), now);
            rows.joinTeams(link.hash(), person.id());
            rows.update("UPDATE session SET account_id = ? WHERE hash = ?", accountId, session.hash());
            return Optional.empty();
        });
        List<Change> changes = new ArrayList<>(List.of(joining));
        changes.addAll(Newcomers.joins(accountId, person.id(), link.given(), visit, now, () -> joining.outcome()
                .isEmpty()));
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) { // another request has used the link
            return sentence("This invitation was accepted or revoked.");
        }
        return joining.outcome().orElse(null);
    }

    private boolean isMade(PersonLink link) {
        return database.read(sql -> sql.has("SELECT 1 FROM person_link WHERE hash = ?", link.hash()));
    }

    /**
     * Sends a test mail.
     *
     * @param asker the id of the person who asks for it, whose language it has; any other text for none
     * @param deed its row of the audit log
     * @throws IllegalArgumentException with a sentence if mail is off or the address is malformed
     */
    public void testMail(String typed, String asker, Change deed) {
        if (!outbox.isOn()) {
            throw new Mistake(sentence("Mails are off: set mail.host, mail.from and public.url."));
        }
        String email = typed.strip();
        requireAddress(email);
        String language = people.person(asker)
                .map(person -> person.preferences().language())
                .orElse(null);
        writer.commitAndWait(
                Unit.of(outbox.needed(null, letters.to(new Reader(email, language), letters::test)), deed));
    }

    private static Change made(PersonLink link) {
        return PeopleChange.of(rows -> {
            rows.insertLink(link);
            return true;
        });
    }

    private static void requireAddress(String email) {
        SignIn.Invalid refused = LinkRequests.complaint(email);
        if (refused != null) {
            throw new Mistake(refused.message());
        }
    }
}
