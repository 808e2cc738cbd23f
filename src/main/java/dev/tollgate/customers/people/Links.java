package dev.tollgate.customers.people;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.customers.allowances.Allowance;
import dev.tollgate.customers.allowances.Use;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
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
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Links that are good once: to confirm an address, to set a new password, to come in. They go out by mail where mails are sent, in the commit
 * that makes them; else the operator hands them over. Whether an address is known shows neither in an answer nor in what it costs. Thread-safe;
 * blocks.
 */
public final class Links {

    private static final String NOBODY = "nobody@nowhere.invalid";
    private static final Duration FULL = Duration.ofMinutes(1);

    private final People people;
    private final Database database;
    private final Writer writer;
    private final Outbox outbox;
    private final Letters letters;
    private final SignUp signUp;
    private final MailAllowances mails;
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
        this.database = database;
        this.writer = writer;
        this.outbox = outbox;
        this.letters = letters;
        this.signUp = signUp;
        this.mails = new MailAllowances(people.allowances());
        this.clock = clock;
        this.random = random;
    }

    /** Whether mails are sent at all. */
    public boolean isMailOn() {
        return outbox.isOn();
    }

    /** What a new account begins with. */
    public StartCredits startCredits() {
        return signUp.credits();
    }

    /** Whether a link may make a person now: who was invited always; who has asked for it only while others may ask, too. */
    public boolean isOpenTo(PersonLink link) {
        return link.kind() == LinkKind.INVITE || signUp.isOpen();
    }

    /** Whether the account that a link makes begins with credits. */
    public boolean beginsWithCredits(PersonLink link) {
        return startCredits().micros() > 0
                && (link.isMailed() || !startCredits().isReal())
                && !people.isStartedBefore(Visit.login(link.email()));
    }

    // ---- asked for at the door ----

    /** Sends a mail that says how to go on, whether or not there is such a person. */
    public SignIn askToSignUp(String typed, Visit visit) {
        String email = typed.strip();
        SignIn.Refused refused = complaint(email);
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
            PersonLink link = link(token, LinkKind.CONFIRM, null, null, email, true);
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
        Duration wait = person != null && people.isKnownBrowser(person, visit)
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
            PersonLink link = link(token, LinkKind.RESET, personId, null, canReach ? String.valueOf(email) : "", true);
            Use use = people.allowances().using(allowed);
            List<Change> changes = new ArrayList<>(List.of(use, made(link, use)));
            Letter letter = letters.reset(
                    canReach ? String.valueOf(email) : NOBODY,
                    link.kind().path(token),
                    link.kind().good());
            // Without a person the mail is made and not written, and the link is nobody's: it costs what it costs with
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

    private static SignIn.@Nullable Refused complaint(String email) {
        return People.isAddress(email) && Letter.canReach(email)
                ? null
                : new SignIn.Refused("email", "An e-mail address looks like name@example.org.");
    }

    // ---- used ----

    /** Returns the link of a token; empty if there is none, or it was used or has expired. */
    public Optional<PersonLink> find(String token, LinkKind kind, Visit visit) {
        if (!Tokens.isToken(token)) {
            return Optional.empty();
        }
        return people.readFor(
                visit.network(),
                sql -> Optional.ofNullable(sql.one("""
                    SELECT hash, kind, person_id, account_id, email, mailed, made_at FROM person_link
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
                Columns.time(row, "made_at"));
    }

    /**
     * Makes the person that a link invites, with an account where it names none, and signs them in.
     *
     * @return {@link SignIn.Wrong} where the link is no longer good
     */
    public SignIn join(PersonLink link, String password, String typedName, String zone, Visit visit) {
        String login = Visit.login(link.email());
        String name = typedName.strip().isEmpty() ? login : typedName.strip();
        SignIn.Refused refused = People.complaint(login, password, name);
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
                null);
        Instant now = clock.instant();
        SignIn wrong = make(newcomer, visit, rows -> {
            use(rows, link, now);
            return true;
        });
        if (wrong != null) {
            return wrong;
        }
        Person made = people.person(newcomer.personId()).orElseThrow();
        return made.accountBlocked() ? new SignIn.Blocked() : people.sessions().begin(made, visit, List.of(), true);
    }

    /**
     * Makes a person, with an account and what it begins with where they belong to none.
     *
     * @param with runs in the same change, after them; what it throws undoes all
     * @return null where they are there now
     */
    @Nullable
    SignIn make(Newcomer newcomer, Visit visit, PeopleChange.Step<Boolean> with) {
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>();
        String accountId = newcomer.accountId();
        if (accountId == null) {
            CreateAccount account = new CreateAccount(OwnIds.account(random), cut(newcomer.name()), now);
            accountId = account.id();
            changes.add(account);
            String identity = newcomer.identity();
            List<String> names = identity == null ? List.of(newcomer.login()) : List.of(newcomer.login(), identity);
            changes.addAll(startCredits().changes(accountId, newcomer.isConfirmed(), people.startMarks(names), now));
        }
        NewPerson person = new NewPerson(
                newcomer.personId(),
                accountId,
                newcomer.login(),
                newcomer.email(),
                newcomer.name(),
                Role.USER,
                newcomer.hash(),
                false,
                newcomer.zone(),
                now);
        changes.add(PeopleChange.of(rows -> {
            rows.insert(person);
            if (newcomer.isConfirmed()) {
                rows.update("UPDATE person SET confirmed_at = ? WHERE id = ?", now, person.id());
            }
            return with.run(rows);
        }));
        try {
            writer.commitAndWait(Unit.of(changes));
            return null;
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect()) {
                throw e;
            }
            return people.isKnown(newcomer.login(), visit) ? new SignIn.Taken() : new SignIn.Wrong();
        }
    }

    private static String cut(String name) {
        return name.length() <= CreateAccount.NAME_CHARS_MAX
                ? name
                : WrittenText.cleaned(name.substring(0, CreateAccount.NAME_CHARS_MAX));
    }

    /** One use of a link is all there is: a unit that comes second is refused as a whole. */
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
        List<Change> changes = new ArrayList<>(creditsOfConfirming(person, login, now));
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
        String old = person.email();
        if (old != null && !old.equalsIgnoreCase(link.email()) && isMailOn() && Letter.canReach(old)) {
            Use use = people.allowances().using(mails.ofSecurity(person));
            changes.add(use);
            changes.add(outbox.urgent(
                    person.accountId(), letters.addressChanged(old), () -> change.outcome() && use.isAllowed()));
        }
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

    /** Returns the grant of start credits if it waited for a confirmed address. */
    private List<Change> creditsOfConfirming(Person person, String login, Instant now) {
        if (person.confirmedAt() != null || FreeCredits.isStarted(database, person.accountId())) {
            return List.of();
        }
        List<String> names = new ArrayList<>(identities(person.id()));
        names.add(login);
        return startCredits().changes(person.accountId(), true, people.startMarks(names), now);
    }

    private List<String> identities(String personId) {
        return database.read(sql -> sql.list(
                "SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer LIMIT 20",
                row -> Identity.name(row.getString(1), row.getString(2)),
                personId));
    }

    /**
     * Sets a new password and ends all sessions. A link that came by mail confirms its address.
     *
     * @return what is wrong; null where it was done
     */
    public @Nullable SignIn reset(PersonLink link, String password, Visit visit) {
        Person person = people.person(String.valueOf(link.personId())).orElse(null);
        if (person == null) {
            return new SignIn.Wrong();
        }
        String complaint = Passwords.complaint(password, person.login());
        if (complaint != null) {
            return new SignIn.Refused("password", complaint);
        }
        String hash = people.passwords().hash(visit, password);
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>();
        if (link.isMailed() && link.email().equals(person.email())) {
            changes.addAll(creditsOfConfirming(person, person.login(), now));
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
        changes.addAll(passwordChanged(person));
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) { // another request has used it
            return new SignIn.Wrong();
        }
        people.forgive(person, visit);
        return null;
    }

    // ---- of who is signed in ----

    /** Returns the mail that reports a changed password; none if mails are off or the person has no address. */
    public List<Change> passwordChanged(Person person) {
        return notice(person, letters::passwordChanged);
    }

    /** Returns the mail that reports a new sign-in method; none if mails are off or the person has no address. */
    public List<Change> identityConnected(Person person, String provider) {
        return notice(person, email -> letters.identityConnected(email, provider));
    }

    private List<Change> notice(Person person, Function<String, Letter> letter) {
        String email = person.email();
        if (!isMailOn() || email == null || !Letter.canReach(email)) {
            return List.of();
        }
        Use use = people.allowances().using(mails.ofSecurity(person));
        return List.of(use, outbox.urgent(person.accountId(), letter.apply(email), use::isAllowed));
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
        SignIn.Refused refused = complaint(email);
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
        PersonLink link = link(token, LinkKind.CONFIRM, person.id(), null, email, true);
        List<Change> changes = new ArrayList<>();
        changes.add(use);
        changes.add(withdrawOthers(person, email, use));
        changes.add(made(link, use));
        changes.add(outbox.needed(
                person.accountId(),
                letters.confirm(email, link.kind().path(token), link.kind().good()),
                use::isAllowed));
        String old = person.email();
        if (old != null && !old.equalsIgnoreCase(email) && Letter.canReach(old)) {
            Use notice = people.allowances().using(mails.ofSecurity(person));
            changes.add(notice);
            changes.add(outbox.urgent(
                    person.accountId(), letters.addressChanging(old), () -> use.isAllowed() && notice.isAllowed()));
        }
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

    // ---- of operators ----

    /** A link that an operator has made. @param path to hand over; null where it went by mail */
    public record Handed(PersonLink link, @Nullable String path) {}

    /** Creates a password reset link for the operator to hand over. A person who gets mails can request one without help. @param deed its row of the audit log */
    public Handed resetLink(Person person, Change deed) {
        String token = Tokens.next(random);
        String email = person.email();
        PersonLink link = link(token, LinkKind.RESET, person.id(), null, email == null ? "" : email, false);
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
        if (complaint(email) != null) {
            throw new IllegalArgumentException("An e-mail address looks like name@example.org.");
        }
        if (people.byLogin(email).isPresent()) {
            throw new IllegalArgumentException("This address has an account already.");
        }
        String token = once == null
                ? Tokens.next(random)
                : people.drawnToken("invitations", once + " " + accountId + " " + email);
        PersonLink link = link(token, LinkKind.INVITE, null, accountId, email, isMailOn());
        String path = link.kind().path(token);
        Handed handed = new Handed(link, isMailOn() ? null : path);
        List<Change> changes = new ArrayList<>(List.of(made(link), deed));
        if (isMailOn()) {
            changes.add(outbox.needed(
                    null, letters.invitation(email, path, link.kind().good())));
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

    private boolean isMade(PersonLink link) {
        return database.read(sql -> sql.has("SELECT 1 FROM person_link WHERE hash = ?", link.hash()));
    }

    /**
     * A mail that says nothing but that it came.
     *
     * @param deed of the audit log
     * @throws IllegalArgumentException with a sentence, where mail is off or this is no address
     */
    public void testMail(String typed, Change deed) {
        if (!isMailOn()) {
            throw new IllegalArgumentException("Mails are off: set mail.host, mail.from and public.url.");
        }
        if (complaint(typed.strip()) != null) {
            throw new IllegalArgumentException("An e-mail address looks like name@example.org.");
        }
        writer.commitAndWait(Unit.of(outbox.needed(null, letters.test(typed.strip())), deed));
    }

    /** How sending went lately. */
    public Outbox.State mailState() {
        return outbox.state();
    }

    // ---- made ----

    private PersonLink link(
            String token,
            LinkKind kind,
            @Nullable String personId,
            @Nullable String accountId,
            String email,
            boolean isMailed) {
        return new PersonLink(Tokens.hash(token), kind, personId, accountId, email, isMailed, clock.instant());
    }

    private static Change made(PersonLink link, Use use) {
        return PeopleChange.of(rows -> {
            if (use.isAllowed()) {
                rows.insertLink(link);
            }
            return true;
        });
    }

    private static Change made(PersonLink link) {
        return PeopleChange.of(rows -> {
            rows.insertLink(link);
            return true;
        });
    }
}
