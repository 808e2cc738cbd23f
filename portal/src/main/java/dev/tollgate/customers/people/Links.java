package dev.tollgate.customers.people;

import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.people.Newcomers.Newcomer;
import dev.tollgate.customers.people.identity.StartCredits;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Links that work once: they confirm an address, set a new password, or create a person. They are mailed in the commit that creates them; if mails are
 * off, the operator hands them over. Thread-safe; blocks.
 */
public final class Links {

    public static final Duration FORGET_EVERY = Duration.ofHours(6);

    private static final int FORGOTTEN_EACH = 500;

    private static final String END_INVITATIONS = """
            UPDATE person_link SET used_at = ? WHERE account_id = ? AND kind = 'invite' AND used_at IS NULL AND (
                lower(email) IN (SELECT login FROM person WHERE id = ?)
                OR 'inv_' || substr(hash, 1, 16) IN (
                    SELECT subject FROM account_log WHERE account_id = ? AND actor = ? AND action = 'invitation.create'))""";

    private final People people;
    private final Writer writer;
    private final Outbox outbox;
    private final SignUp signUp;
    private final Newcomers newcomers;
    private final SecurityNotices notices;
    private final LinkRequests requests;
    private final HandedLinks handed;
    private final InstantSource clock;
    private final RandomGenerator random;

    public Links(
            People people,
            Database database,
            Writer writer,
            Outbox outbox,
            Letters letters,
            SignUp signUp,
            InstantSource clock,
            RandomGenerator random) {
        this.people = people;
        this.writer = writer;
        this.outbox = outbox;
        this.signUp = signUp;
        this.clock = clock;
        this.random = random;
        this.newcomers = new Newcomers(people, database, writer, signUp, clock, random);
        this.notices = new SecurityNotices(people.allowances(), outbox, letters);
        this.requests = new LinkRequests(people, writer, outbox, letters, notices, clock, random);
        this.handed = new HandedLinks(people, database, writer, outbox, letters, clock, random);
    }

    /** Deletes links that ended a day ago or earlier. */
    public void forgetOld() {
        PeopleChange<Integer> forget;
        do {
            forget = PeopleChange.of(rows -> rows.forgetLinks(clock.instant(), FORGOTTEN_EACH));
            writer.commitAndWait(Unit.of(forget));
        } while (forget.outcome() == FORGOTTEN_EACH);
    }

    /** Links that people request by mail. */
    public LinkRequests requests() {
        return requests;
    }

    /** Links that operators make for other people. */
    public HandedLinks handed() {
        return handed;
    }

    /** Mails about changed ways to sign in. */
    public SecurityNotices notices() {
        return notices;
    }

    Newcomers newcomers() {
        return newcomers;
    }

    /** Returns whether mails are sent at all. */
    public boolean isMailOn() {
        return outbox.isOn();
    }

    /** Returns the credits of a new account. */
    public StartCredits startCredits() {
        return signUp.credits();
    }

    /** Returns whether a link may make a person now: who was invited always; who has asked for it only while others may ask, too. */
    public boolean isOpenTo(PersonLink link) {
        return link.kind() == LinkKind.INVITE || signUp.isOpen();
    }

    /** Returns whether the account that a link makes begins with credits. */
    public boolean beginsWithCredits(PersonLink link) {
        return startCredits().micros() > 0
                && (link.isMailed() || !startCredits().isReal())
                && !people.startMarks().has(Visit.login(link.email()));
    }

    /** Returns the link of a token; empty if there is none, or it was used or has expired. */
    public Optional<PersonLink> find(String token, LinkKind kind, Visit visit) {
        if (!Tokens.isToken(token)) {
            return Optional.empty();
        }
        return people.readFor(
                visit.network(),
                sql -> Optional.ofNullable(sql.one("""
                    SELECT hash, kind, person_id, account_id, email, mailed, made_at, role FROM person_link
                    WHERE hash = ? AND kind = ? AND used_at IS NULL AND ends_at > ?\
                    """, Links::link, Tokens.hash(token), kind.text(), clock.millis())));
    }

    private static PersonLink link(ResultSet row) throws SQLException {
        return new PersonLink(
                row.getString("hash"),
                LinkKind.parse(row.getString("kind")),
                row.getString("person_id"),
                row.getString("account_id"),
                row.getString("email"),
                Columns.flag(row, "mailed"),
                Columns.time(row, "made_at"),
                role(row.getString("role")));
    }

    private static @Nullable MemberRole role(@Nullable String text) {
        return text == null ? null : MemberRole.parse(text);
    }

    /**
     * Makes the person that a link invites, with an account where it names none, and signs them in.
     *
     * @return {@link SignIn.Wrong} where the link is no longer good
     */
    public SignIn join(PersonLink link, String password, String typedName, String zone, Visit visit) {
        String login = Visit.login(link.email());
        String name = typedName.strip().isEmpty() ? login : typedName.strip();
        SignIn.Invalid refused = People.complaint(login, password, name);
        if (refused != null) {
            return refused;
        }
        String hash = people.passwords().hash(visit, password);
        if (people.isKnown(login, visit)) {
            return new SignIn.Taken();
        }
        Newcomer newcomer = new Newcomer(
                OwnIds.person(random),
                link.accountId(),
                login,
                link.email(),
                link.isMailed(),
                name,
                hash,
                People.zoneOf(zone),
                null,
                link.given());
        Instant now = clock.instant();
        SignIn wrong = newcomers.make(newcomer, visit, rows -> {
            use(rows, link, now);
            rows.joinTeams(link.hash(), newcomer.personId());
            return true;
        });
        if (wrong != null) {
            return wrong;
        }
        Person made = people.person(newcomer.personId()).orElseThrow();
        return made.accountBlocked() ? new SignIn.Blocked() : people.sessions().begin(made, visit, List.of(), true);
    }

    /**
     * Ends the open invitations to an account that a person has sent, or that are for the person's address. The log's row of an invitation has the begin
     * of its hash.
     */
    public static void endInvitations(Statements statements, Instant at, String accountId, String personId)
            throws SQLException {
        statements.run(END_INVITATIONS, at, accountId, personId, accountId, personId);
    }

    /** Marks a link as used. The second unit that uses a link is refused as a whole. */
    static void use(PeopleRows rows, PersonLink link, Instant now) throws SQLException {
        if (!rows.useLink(link.hash(), now)) {
            throw new IllegalStateException("this link was used");
        }
    }

    /**
     * Makes the link's address the confirmed address of its person.
     *
     * @return false if the link was used or has expired, or if another person has the address
     */
    public boolean confirm(PersonLink link) {
        Person person = people.person(String.valueOf(link.personId())).orElse(null);
        if (person == null) {
            return false;
        }
        String login = Visit.login(link.email());
        if (!login.equals(person.login()) && people.byLogin(login).isPresent()) {
            return false;
        }
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>(newcomers.creditsOfConfirming(person, login, now));
        PeopleChange<Boolean> change = PeopleChange.of(rows -> {
            rows.take(person.id());
            use(rows, link, now);
            boolean isTheirs = rows.update(
                    "UPDATE person SET email = ?, login = ?, confirmed_at = ?, version = version + 1 WHERE id = ?",
                    link.email(),
                    login,
                    now,
                    person.id());
            rows.withdrawLinks(person.id()); // the address before may be another's by now
            return isTheirs;
        });
        changes.add(change);
        changes.addAll(notices.addressChanged(person, link.email(), change::outcome));
        try {
            writer.commitAndWait(Unit.of(changes));
            return change.outcome();
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect()) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Sets a new password and ends all sessions. A link that came by mail confirms its address.
     *
     * @return what is wrong; null if it was done
     */
    public @Nullable SignIn reset(PersonLink link, String password, Visit visit) {
        Person person = people.person(String.valueOf(link.personId())).orElse(null);
        if (person == null) {
            return new SignIn.Wrong();
        }
        Sentence complaint = Passwords.complaint(password, person.login());
        if (complaint != null) {
            return new SignIn.Invalid("password", complaint);
        }
        String hash = people.passwords().hash(visit, password);
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>();
        if (link.isMailed() && link.email().equals(person.email())) {
            changes.addAll(newcomers.creditsOfConfirming(person, person.login(), now));
        }
        changes.add(PeopleChange.of(rows -> {
            rows.take(person.id());
            use(rows, link, now);
            rows.setPassword(person.id(), hash);
            rows.endSessions(person.id(), null);
            if (link.isMailed()) {
                rows.update(
                        "UPDATE person SET confirmed_at = COALESCE(confirmed_at, ?) WHERE id = ? AND email = ?",
                        now,
                        person.id(),
                        link.email());
            }
            return true;
        }));
        changes.addAll(notices.passwordChanged(person));
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) { // another request has used it
            return new SignIn.Wrong();
        }
        people.passwordSignIn().forgive(person, visit);
        return null;
    }

    /** Returns the recent state of sending. */
    public Outbox.State mailState() {
        return outbox.state();
    }
}
