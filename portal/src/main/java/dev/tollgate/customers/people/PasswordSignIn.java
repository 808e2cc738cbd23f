package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.customers.people.PeopleRows.NewPerson;
import dev.tollgate.customers.people.identity.StartCredits;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Signing in and up with a password, and what needs the password again within a session. Wrong passwords make the next try wait, but not in a browser
 * that the person has signed in with before. Thread-safe; blocks.
 */
public record PasswordSignIn(
        People people,
        Writer writer,
        Passwords passwords,
        SignInWaits waits,
        Sessions sessions,
        KnownBrowsers browsers,
        InstantSource clock,
        RandomGenerator random) {

    /** @throws Passwords.Busy if too many sign in at once */
    public SignIn signIn(String typedLogin, String password, Visit visit) {
        String login = Visit.login(typedLogin);
        People.Known known = people.known("login", login, visit.network());
        Person person = known.person();
        String browser = person == null ? null : browsers.id(person.id(), visit.knownBrowsers());
        SignInWaits.Name counted = browser == null ? SignInWaits.login(login) : SignInWaits.browser(browser);
        Duration wait = browser == null ? waits.begin(counted, visit) : waits.beginKnown(counted);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        boolean isRight;
        try {
            isRight = person == null || browser == null
                    ? passwords.matches(visit, password, known.hash())
                    : passwords.matchesOf(person.id(), password, known.hash());
        } catch (Passwords.Busy busy) {
            waits.unmade(counted, visit);
            throw busy;
        }
        if (!isRight || person == null) {
            return new SignIn.Wrong();
        }
        waits.succeeded(counted, visit);
        return person.accountBlocked() ? new SignIn.Blocked() : sessions.begin(person, visit, List.of(), true);
    }

    /** Ends the waits that wrong passwords caused: the person has proved their identity in another way. */
    void forgive(Person person, Visit visit) {
        waits.succeeded(SignInWaits.login(person.login()));
        String browser = browsers.id(person.id(), visit.knownBrowsers());
        if (browser != null) {
            waits.succeeded(SignInWaits.browser(browser));
        }
    }

    boolean isKnownBrowser(Person person, Visit visit) {
        return browsers.id(person.id(), visit.knownBrowsers()) != null;
    }

    /** Returns the cookie by which a browser is known for a person. */
    public String knownBrowser(Person person, Visit visit) {
        return browsers.cookie(person.id(), visit.knownBrowsers());
    }

    /**
     * Creates an account and its first person in one commit, then begins a session.
     *
     * @param credits the start credits of the account
     * @throws Passwords.Busy if too many sign in at once
     */
    public SignIn signUp(String email, String password, String name, String zone, StartCredits credits, Visit visit) {
        String login = Visit.login(email);
        SignIn.Invalid refused = People.complaint(login, password, name.strip());
        if (refused != null) {
            return refused;
        }
        Duration wait = people.waits().signUp(visit);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String hash = passwords.hash(visit, password);
        if (people.known("login", login, visit.network()).person() != null) {
            return new SignIn.Taken();
        }
        return signUp(
                login,
                email.strip(),
                hash,
                name.strip().isEmpty() ? login : name.strip(),
                People.zoneOf(zone),
                credits,
                visit);
    }

    private SignIn signUp(
            String login, String email, String hash, String name, String zone, StartCredits credits, Visit visit) {
        Instant now = clock.instant();
        CreateAccount account = new CreateAccount(OwnIds.account(random), name, now);
        NewPerson person = new NewPerson(
                OwnIds.person(random),
                account.id(),
                MemberRole.OWNER,
                login,
                email,
                name,
                Role.USER,
                hash,
                false,
                zone,
                visit.language(),
                now);
        List<Change> changes = new ArrayList<>();
        changes.add(account);
        changes.addAll(credits.changes(account.id(), false, people.startMarks().ofAll(List.of(login)), now));
        changes.add(People.add(person));
        changes.add(PeopleChange.of(rows -> {
            rows.setLanguageOfAccount(person);
            return true;
        }));
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreException e) {
            if (people.byLogin(login).isPresent()) { // another sign-up was faster
                return new SignIn.Taken();
            }
            throw e;
        }
        return sessions.begin(people.person(person.id()).orElseThrow(), visit, List.of(), true);
    }

    /** Checks the password again within a session. Wrong passwords at other sign-ins do not delay it. */
    public SignIn prove(BrowserSession session, String password, Visit visit) {
        Person person = session.person();
        SignInWaits.Name counted = SignInWaits.session(session.hash());
        Duration wait = waits.beginKnown(counted);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String hash = people.known("id", person.id(), visit.network()).hash();
        if (!passwords.matchesOf(person.id(), password, hash)) {
            return new SignIn.Wrong();
        }
        waits.succeeded(counted);
        sessions.proved(session);
        return new SignIn.Welcome("", person, false);
    }

    /**
     * Changes the password and ends all other sessions.
     *
     * @param with changes to commit with it
     * @return what is wrong; null if the password was changed
     * @throws Passwords.Busy if too many sign in at once
     */
    public SignIn.@Nullable Invalid changePassword(
            BrowserSession session, String present, String next, Visit visit, List<Change> with) {
        Person person = session.person();
        Sentence complaint = Passwords.complaint(next, person.login());
        if (complaint != null) {
            return new SignIn.Invalid("password", complaint);
        }
        if (present.equals(next)) {
            return new SignIn.Invalid("password", sentence("This is your current password. Choose another one."));
        }
        SignIn.Invalid unproved = person.hasPassword() ? unproved(session, present, visit) : notProved(session);
        if (unproved != null) {
            return unproved;
        }
        String hash = passwords.hashOf(person.id(), next);
        List<Change> changes = new ArrayList<>(with);
        changes.add(PeopleChange.of(rows -> {
            rows.setPassword(person.id(), hash);
            rows.endSessions(person.id(), session.hash());
            return true;
        }));
        writer.commitAndWait(Unit.of(changes));
        return null;
    }

    /** Checks the proof for the first password of a person who has none. */
    private SignIn.@Nullable Invalid notProved(BrowserSession session) {
        return sessions.isProved(session)
                ? null
                : new SignIn.Invalid("present", sentence("Sign in again before you set a password."));
    }

    private SignIn.@Nullable Invalid unproved(BrowserSession session, String present, Visit visit) {
        return switch (prove(session, present, visit)) {
            case SignIn.Wait(Duration left) ->
                new SignIn.Invalid(
                        "present",
                        ApiError.later(sentence("Too many tries."), left).forPeople());
            case SignIn.Wrong _ -> new SignIn.Invalid("present", sentence("The current password is wrong."));
            default -> null;
        };
    }
}
