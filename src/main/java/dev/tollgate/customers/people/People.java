package dev.tollgate.customers.people;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.allowances.Allowances;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Query;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Reads;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** People: how they are found, sign in and up, and what they change about themselves. Thread-safe; blocks. */
public final class People implements AutoCloseable {

    public static final int NAME_CHARS_MAX = 100;

    /** The form of an e-mail address. Only a mail that arrives proves that it exists. */
    private static final Pattern EMAIL =
            Pattern.compile("[^\\s@<>\",;:\\\\()\\[\\]]{1,64}@[^\\s@<>\",;:\\\\()\\[\\]]{1,189}");

    public static final int SETTINGS_DAY = 300;

    private final Database database;
    private final Writer writer;
    private final Passwords passwords;
    private final SignInWaits waits;
    private final SignUpLimit signUps;
    private final SecondFactor secondFactor;
    private final Sessions sessions;
    private final Operators operators;
    private final KnownBrowsers browsers;
    private final SecretBox secrets;
    private final Allowances allowances;
    private final InstantSource clock;
    private final RandomGenerator random;

    public People(
            Database database,
            Writer writer,
            Passwords passwords,
            SecretBox secrets,
            InstantSource clock,
            RandomGenerator random) {
        this.database = database;
        this.writer = writer;
        this.passwords = passwords;
        this.waits = new SignInWaits(clock);
        this.secrets = secrets;
        this.allowances = new Allowances(database, secrets, clock);
        this.browsers = new KnownBrowsers(secrets, clock, random);
        this.signUps = new SignUpLimit(waits);
        this.sessions = new Sessions(database, writer, secrets, clock, random);
        this.operators = new Operators(database, writer, passwords, waits, clock, random);
        this.secondFactor = new SecondFactor(database, writer, secrets, waits, clock, random);
        this.clock = clock;
        this.random = random;
    }

    /** The second step of a sign-in, for people who have switched it on. */
    public SecondFactor secondFactor() {
        return secondFactor;
    }

    /** The sessions that their sign-ins begin. */
    public Sessions sessions() {
        return sessions;
    }

    /** The people who operate the installation. */
    public Operators operators() {
        return operators;
    }

    /** The part that decides who is given start credits; before the ledger's. */
    public static Part<?> startMarksPart() {
        return new StartMarksPart();
    }

    /** The part that applies their changes; behind the ledger's, whose accounts they need. */
    public static Part<?> part() {
        return new WritePart<>(PeopleChange.class);
    }

    // ---- reading ----

    public Optional<Person> person(String id) {
        return database.read(sql -> one(sql, "WHERE person.id = ?", id));
    }

    public Optional<Person> byLogin(String login) {
        return database.read(sql -> one(sql, "WHERE person.login = ?", Visit.login(login)));
    }

    /** The people of an account, the first one first. */
    public List<Person> ofAccount(String accountId) {
        return database.read(sql -> sql.list(
                "SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON
                        + "WHERE person.account_id = ? ORDER BY person.created_at, person.id LIMIT 100",
                PersonSql::person,
                accountId));
    }

    static Optional<Person> one(Reads sql, String where, String parameter) throws SQLException {
        return Optional.ofNullable(
                sql.one("SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + where, PersonSql::person, parameter));
    }

    /** Reads for a visitor who has not signed in. Networks take turns, so a flood from one network delays only itself. */
    <T> T readFor(String network, Query<T> query) {
        return Records.read(() -> database.readFor("network " + network, query));
    }

    /** @param hash null where there is no such person */
    private record Known(@Nullable Person person, @Nullable String hash) {}

    private Known known(String column, String value, String network) {
        Optional<Known> known = readFor(
                network,
                sql -> Optional.ofNullable(sql.one(
                        "SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + "WHERE person." + column + " = ?",
                        row -> new Known(PersonSql.person(row), row.getString("password_hash")),
                        value)));
        return known.orElse(new Known(null, null));
    }

    /** Whether a person has this login; reads in turns by network. */
    boolean isKnown(String login, Visit visit) {
        return known(login, visit) != null;
    }

    @Nullable
    Person known(String login, Visit visit) {
        return known("login", login, visit.network()).person();
    }

    /** Whether a new login may have this form. Existing logins keep theirs. */
    static boolean isAddress(String typed) {
        return EMAIL.matcher(typed).matches()
                && Stream.of(typed.split("[@.]")).allMatch(LoginScripts::areOne)
                && LoginScripts.areOne(typed.substring(0, typed.indexOf('@')));
    }

    Passwords passwords() {
        return passwords;
    }

    SignInWaits waits() {
        return waits;
    }

    SignUpLimit signUps() {
        return signUps;
    }

    Allowances allowances() {
        return allowances;
    }

    boolean isKnownBrowser(Person person, Visit visit) {
        return browsers.id(person.id(), visit.knownBrowsers()) != null;
    }

    /** Counts a change of what a person may change about themselves. @return how long it has to wait; zero if it may be made */
    public Duration countChange(Person person) {
        return allowances.use(
                writer, List.of(allowances.of("settings.person", person.id(), SETTINGS_DAY, Duration.ofDays(1))));
    }

    /** The mark of a login or an identity that was given start credits: a print that only our key can make again. */
    public String startMark(String login) {
        return HexFormat.of().formatHex(secrets.print("credits to start with", login.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns a token derived from a seed and this server's key: the same seed gives the same token. */
    String drawnToken(String context, String seed) {
        return Tokens.next(secrets.drawn(context, seed));
    }

    /** Adds start marks for people who got start credits before marks were stored. Runs at each start. */
    public void markEarlierStarts() {
        new EarlierStarts(this, database, writer).mark();
    }

    List<String> startMarks(List<String> names) {
        return names.stream().map(this::startMark).toList();
    }

    /** Whether the same login or identity was given start credits before. For pages; the commit that gives them decides. */
    boolean isStartedBefore(String login) {
        return database.read(sql -> sql.has("SELECT 1 FROM started_before WHERE mark = ?", startMark(login)));
    }

    // ---- coming in ----

    /** @throws Passwords.Busy where too many sign in at once */
    public SignIn signIn(String typedLogin, String password, Visit visit) {
        String login = Visit.login(typedLogin);
        Known known = known("login", login, visit.network());
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

    /** Returns the cookie by which a browser is known for a person. */
    public String knownBrowser(Person person, Visit visit) {
        return browsers.cookie(person.id(), visit.knownBrowsers());
    }

    /**
     * Makes an account, a person who belongs to it, and their first session, in one commit.
     *
     * @param credits what the account begins with
     * @throws Passwords.Busy where too many sign in at once
     */
    public SignIn signUp(String email, String password, String name, String zone, StartCredits credits, Visit visit) {
        String login = Visit.login(email);
        SignIn.Refused refused = complaint(login, password, name.strip());
        if (refused != null) {
            return refused;
        }
        Duration wait = signUps.begin(visit);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String hash = passwords.hash(visit, password);
        if (known("login", login, visit.network()).person() != null) {
            return new SignIn.Taken();
        }
        return signUp(
                login,
                email.strip(),
                hash,
                name.strip().isEmpty() ? login : name.strip(),
                zoneOf(zone),
                credits,
                visit);
    }

    private SignIn signUp(
            String login, String email, String hash, String name, String zone, StartCredits credits, Visit visit) {
        Instant now = clock.instant();
        CreateAccount account = new CreateAccount(OwnIds.account(random), name, now);
        NewPerson person = new NewPerson(
                OwnIds.person(random), account.id(), login, email, name, Role.USER, hash, false, zone, now);
        List<Change> changes = new ArrayList<>();
        changes.add(account);
        changes.addAll(credits.changes(account.id(), false, startMarks(List.of(login)), now));
        changes.add(add(person));
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreException e) {
            if (byLogin(login).isPresent()) { // another sign-up was faster
                return new SignIn.Taken();
            }
            throw e;
        }
        return sessions.begin(person(person.id()).orElseThrow(), visit, List.of(), true);
    }

    static PeopleChange<Boolean> add(NewPerson person) {
        return PeopleChange.of(rows -> {
            rows.insert(person);
            return true;
        });
    }

    static SignIn.@Nullable Refused complaint(String login, String password, String name) {
        if (!isAddress(login)) {
            return new SignIn.Refused("email", "An e-mail address looks like name@example.org.");
        }
        String about = Passwords.complaint(password, login);
        if (about != null) {
            return new SignIn.Refused("password", about);
        }
        return nameComplaint(name) == null ? null : new SignIn.Refused("name", String.valueOf(nameComplaint(name)));
    }

    /** Returns what is wrong with a name; null if nothing is. An empty name is allowed. */
    public static @Nullable String nameComplaint(String name) {
        if (name.length() > NAME_CHARS_MAX) {
            return "A name has up to " + NAME_CHARS_MAX + " characters.";
        }
        String complaint = WrittenText.complaint(name);
        return complaint == null ? null : "The name " + complaint + ".";
    }

    static String zoneOf(String zone) {
        try {
            return ZoneId.of(zone).getId();
        } catch (DateTimeException e) {
            return "UTC";
        }
    }

    /** The password again, within a session; what others get wrong at the door does not keep it waiting. */
    public SignIn prove(BrowserSession session, String password, Visit visit) {
        Person person = session.person();
        SignInWaits.Name counted = SignInWaits.session(session.hash());
        Duration wait = waits.beginKnown(counted);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String hash = known("id", person.id(), visit.network()).hash();
        if (!passwords.matchesOf(person.id(), password, hash)) {
            return new SignIn.Wrong();
        }
        waits.succeeded(counted);
        sessions.proved(session);
        return new SignIn.Welcome("", person, false);
    }

    // ---- changes ----

    /**
     * Ends every other session, too.
     *
     * @param with what is committed with it
     * @return what is wrong with it; null where it was changed
     * @throws Passwords.Busy where too many sign in at once
     */
    public SignIn.@Nullable Refused changePassword(
            BrowserSession session, String present, String next, Visit visit, List<Change> with) {
        Person person = session.person();
        String complaint = Passwords.complaint(next, person.login());
        if (complaint != null) {
            return new SignIn.Refused("password", complaint);
        }
        if (present.equals(next)) {
            return new SignIn.Refused("password", "This is your current password. Choose another one.");
        }
        SignIn.Refused unproved = person.hasPassword() ? unproved(session, present, visit) : notProved(session);
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
    private SignIn.@Nullable Refused notProved(BrowserSession session) {
        return sessions.isProved(session)
                ? null
                : new SignIn.Refused("present", "Sign in again before you set a password.");
    }

    private SignIn.@Nullable Refused unproved(BrowserSession session, String present, Visit visit) {
        switch (prove(session, present, visit)) {
            case SignIn.Wait wait -> {
                return new SignIn.Refused(
                        "present",
                        "Too many tries. Try again in " + (wait.left().toSeconds() + 1) + " seconds.");
            }
            case SignIn.Wrong wrong -> {
                return new SignIn.Refused("present", "The current password is wrong.");
            }
            default -> {}
        }
        return null;
    }

    /** @return false if the person was changed after {@code read}; nothing is stored then */
    public boolean setPreferences(Person read, String name, Person.Preferences chosen) {
        String complaint = nameComplaint(name);
        if (complaint != null || name.isBlank()) {
            throw new IllegalArgumentException(complaint == null ? "A name is required." : complaint);
        }
        return commit(PeopleChange.of(rows -> rows.update(
                "UPDATE person SET name = ?, zone = ?, theme = ?, shortcuts = ?, balance_line = NULLIF(?, -1),"
                        + " key_notices = ?, version = version + 1 WHERE id = ? AND version = ?",
                name.strip(),
                chosen.zone().getId(),
                chosen.theme(),
                chosen.shortcuts() ? 1 : 0,
                chosen.balanceLineMicros() == null ? -1L : chosen.balanceLineMicros(),
                chosen.keyNotices() ? 1 : 0,
                read.id(),
                read.version())));
    }

    private <O> O commit(PeopleChange<O> change) {
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }

    @Override
    public void close() {
        passwords.close();
    }
}
