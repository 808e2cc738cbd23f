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
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** People and their sessions: reads, and all that changes them. Thread-safe; blocks. */
public final class People implements AutoCloseable {

    public static final int NAME_CHARS_MAX = 100;

    /** An address that can be written to; whether it is anybody's shows when a mail arrives. */
    private static final Pattern EMAIL =
            Pattern.compile("[^\\s@<>\",;:\\\\()\\[\\]]{1,64}@[^\\s@<>\",;:\\\\()\\[\\]]{1,189}");

    private static final Duration SEEN_EVERY = Duration.ofMinutes(5);
    private static final int SESSIONS_MAX = 50;
    private static final int LOOKED_UP_MAX = 8;
    public static final int SETTINGS_DAY = 300;
    private static final String MADE_FROM = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final int MADE_CHARS = 25;

    private final Database database;
    private final Writer writer;
    private final Passwords passwords;
    private final SignInWaits waits;
    private final SecondFactor secondFactor;
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
        this.secondFactor = new SecondFactor(database, writer, secrets, waits, clock, random);
        this.clock = clock;
        this.random = random;
    }

    /** The second step of a sign-in, for people who have switched it on. */
    public SecondFactor secondFactor() {
        return secondFactor;
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

    public boolean hasOperator() {
        return database.read(sql -> one(sql, "WHERE person.role = ? LIMIT 1", Role.OPERATOR.text()))
                .isPresent();
    }

    private static Optional<Person> one(Reads sql, String where, String parameter) throws SQLException {
        return Optional.ofNullable(
                sql.one("SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + where, PersonSql::person, parameter));
    }

    /** For somebody who may be anybody: in turns by network, so that who sends many keeps only themselves waiting. */
    <T> T readFor(String network, Query<T> query) {
        return Records.read(() -> database.readFor("network " + network, query));
    }

    /** @param hash null where there is no such person */
    private record Known(@Nullable Person person, @Nullable String hash) {}

    private Known known(String column, String value, String network) {
        Known known = readFor(
                network,
                sql -> sql.one(
                        "SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + "WHERE person." + column + " = ?",
                        row -> new Known(PersonSql.person(row), row.getString("password_hash")),
                        value));
        return known == null ? new Known(null, null) : known;
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

    /** A token that is the same for the same seed, and that nobody without our key can make. */
    String drawnToken(String context, String seed) {
        return Tokens.next(secrets.drawn(context, seed));
    }

    /** Marks whoever was given start credits before marks were written with them; at each start. */
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
        return person.accountBlocked() ? new SignIn.Blocked() : begin(person, visit, List.of(), true);
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
        Duration wait = waits.signUp(visit);
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
            if (byLogin(login).isPresent()) { // somebody else came first
                return new SignIn.Taken();
            }
            throw e;
        }
        return begin(person(person.id()).orElseThrow(), visit, List.of(), true);
    }

    private static PeopleChange<Boolean> add(NewPerson person) {
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

    /**
     * A new token with each sign-in, so that one that was planted before opens nothing.
     *
     * @param isProved whether the password was shown now
     */
    SignIn begin(Person person, Visit visit, List<Change> before, boolean isProved) {
        String token = Tokens.nextOfSession(random, secrets);
        Instant now = clock.instant();
        NewSession session = new NewSession(
                Tokens.hash(token),
                person.id(),
                now,
                isProved ? now : Instant.EPOCH,
                person.hasSecondFactor(),
                visit.address(),
                visit.agent());
        List<Change> changes = new ArrayList<>(before);
        changes.add(PeopleChange.of(rows -> {
            rows.update(
                    "DELETE FROM session WHERE person_id = ? AND hash NOT IN"
                            + " (SELECT hash FROM session WHERE person_id = ? ORDER BY seen_at DESC LIMIT "
                            + (SESSIONS_MAX - 1) + ")",
                    person.id(),
                    person.id());
            rows.insertSession(session);
            return true;
        }));
        writer.commitAndWait(Unit.of(changes));
        return new SignIn.Welcome(token, person, person.hasSecondFactor());
    }

    // ---- sessions ----

    /**
     * Returns the session of the first cookie that has one; empty if none has, or it has ended. Others may plant cookies of our name, so
     * only cookies with our signature cause a look-up. An unsigned cookie of an earlier version counts if it is the only one.
     *
     * @param network the reads of strangers take turns by
     * @throws dev.tollgate.base.error.ApiException 503 where it cannot be read
     */
    public Optional<BrowserSession> session(List<String> cookies, String network) {
        return cookies.stream()
                .filter(cookie -> Tokens.isSigned(cookie, secrets) || (cookies.size() == 1 && Tokens.isToken(cookie)))
                .limit(LOOKED_UP_MAX)
                .flatMap(cookie -> session(cookie, network).stream())
                .findFirst();
    }

    private Optional<BrowserSession> session(String token, String network) {
        Optional<BrowserSession> found = Records.read(() -> database.readOnceFor(
                "network " + network,
                sql -> Optional.ofNullable(sql.one(
                        "SELECT " + PersonSql.SESSION + PersonSql.FROM_SESSION + "WHERE session.hash = ?",
                        PersonSql::session,
                        Tokens.hash(token)))));
        Instant now = clock.instant();
        Optional<BrowserSession> alive = found.filter(
                        session -> SessionTimes.of(session.person().role()).isAlive(session, now))
                .filter(session -> !session.person().accountBlocked());
        alive.filter(session -> session.seenAt().plus(SEEN_EVERY).isBefore(now))
                .ifPresent(session -> seen(session, now));
        return alive;
    }

    /** Those of some sessions, by their hashes, that have not ended. Looking is no use of a session. @param hashes at most 500 */
    public Set<String> alive(List<String> hashes) {
        if (hashes.isEmpty()) {
            return Set.of();
        }
        String text = "SELECT " + PersonSql.SESSION + PersonSql.FROM_SESSION + "WHERE session.hash IN ("
                + String.join(", ", Collections.nCopies(hashes.size(), "?")) + ")";
        Instant now = clock.instant();
        return database.read(sql -> sql.list(text, PersonSql::session, hashes.toArray())).stream()
                .filter(session -> SessionTimes.of(session.person().role()).isAlive(session, now)
                        && !session.person().accountBlocked())
                .map(BrowserSession::hash)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Nobody waits for it. */
    private void seen(BrowserSession session, Instant now) {
        var unused = writer.commit(Unit.of(PeopleChange.of(
                rows -> rows.update("UPDATE session SET seen_at = ? WHERE hash = ?", now, session.hash()))));
    }

    /** Those that are alive, the latest first. */
    public List<BrowserSession> sessions(String personId) {
        Instant now = clock.instant();
        String text = "SELECT " + PersonSql.SESSION + PersonSql.FROM_SESSION
                + "WHERE session.person_id = ? ORDER BY session.seen_at DESC";
        return database.read(sql -> sql.list(text, PersonSql::session, personId)).stream()
                .filter(session -> SessionTimes.of(session.person().role()).isAlive(session, now))
                .toList();
    }

    /** @return whether there was such a session of theirs */
    public boolean endSession(String personId, String hash) {
        return commit(PeopleChange.of(
                rows -> rows.update("DELETE FROM session WHERE person_id = ? AND hash = ?", personId, hash)));
    }

    /** @param butHash null to end all of them */
    public void endSessions(String personId, @Nullable String butHash) {
        commit(PeopleChange.of(rows -> {
            rows.endSessions(personId, butHash);
            return true;
        }));
    }

    /** Ends every session of an account's people, in one commit with what tells of it. */
    public void endSessionsOfAccount(String accountId, Change with) {
        writer.commitAndWait(Unit.of(endingSessions(accountId, () -> true), with));
    }

    /** That, as a part of what somebody else commits. @param condition asked when it is applied, once the ledger has decided */
    public static Change endingSessions(String accountId, BooleanSupplier condition) {
        return PeopleChange.of(rows -> condition.getAsBoolean()
                && rows.update(
                        "DELETE FROM session WHERE person_id IN (SELECT id FROM person WHERE account_id = ?)",
                        accountId));
    }

    /** Whether the password was shown so lately that deeds which want it may be done. */
    public boolean isProved(BrowserSession session) {
        return SessionTimes.isProved(session, clock.instant());
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
        commit(PeopleChange.of(rows ->
                rows.update("UPDATE session SET proved_at = ? WHERE hash = ?", clock.instant(), session.hash())));
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
            return new SignIn.Refused("password", "This is the present password. Choose another.");
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

    /** Of the first password of somebody who has none. */
    private SignIn.@Nullable Refused notProved(BrowserSession session) {
        return isProved(session)
                ? null
                : new SignIn.Refused("present", "Show first that it is you: sign in once more.");
    }

    private SignIn.@Nullable Refused unproved(BrowserSession session, String present, Visit visit) {
        switch (prove(session, present, visit)) {
            case SignIn.Wait wait -> {
                return new SignIn.Refused(
                        "present",
                        "Too many tries. Try again in " + (wait.left().toSeconds() + 1) + " seconds.");
            }
            case SignIn.Wrong wrong -> {
                return new SignIn.Refused("present", "The present password is wrong.");
            }
            default -> {}
        }
        return null;
    }

    /** @return false where somebody has changed the person since, and nothing was done */
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

    /**
     * Makes the first operator, with an account of their own, where there is no operator. Of servers that start together one makes it.
     *
     * @param chosen the password; null for one that is made, and has to be changed at the first sign-in
     * @return the password that was made, to be shown once; null where none was
     */
    public @Nullable String ensureOperator(@Nullable String chosen) {
        if (hasOperator()) {
            return null;
        }
        String password = chosen == null ? madePassword() : chosen;
        String hash = chosen == null ? passwords.hashOfRandom(password) : passwords.hashOf("", password);
        Instant now = clock.instant();
        CreateAccount account = new CreateAccount(OwnIds.account(random), "Operator", now);
        NewPerson operator = new NewPerson(
                Person.FIRST_OPERATOR_ID,
                account.id(),
                Person.FIRST_OPERATOR,
                null,
                "Operator",
                Role.OPERATOR,
                hash,
                chosen == null,
                "UTC",
                now);
        try {
            writer.commitAndWait(Unit.of(account, add(operator)));
            return chosen == null ? password : null;
        } catch (StoreException e) {
            if (hasOperator()) { // another node came first
                return null;
            }
            throw e;
        }
    }

    /**
     * Gives a role in the place of the present one, and ends all their sessions, which live as long as the role says.
     *
     * @param telling of whether it was done, which is known once it is asked on the writer's thread
     */
    public RoleChange setRole(String personId, Role role, Function<BooleanSupplier, Change> telling) {
        PeopleChange<RoleChange> change = PeopleChange.of(rows -> {
            Set<String> operators = rows.operators();
            if (role == Role.USER && operators.equals(Set.of(personId))) {
                return RoleChange.LAST;
            }
            boolean isNew = rows.update(
                    "UPDATE person SET role = ?, version = version + 1 WHERE id = ? AND role <> ?",
                    role.text(),
                    personId,
                    role.text());
            if (isNew) {
                rows.endSessions(personId, null);
            }
            return isNew ? RoleChange.DONE : RoleChange.SAME;
        });
        writer.commitAndWait(Unit.of(change, telling.apply(() -> change.outcome() == RoleChange.DONE)));
        return change.outcome();
    }

    /**
     * Gives an operator a password that was made, to be changed at the sign-in, the role too should it have been taken, and ends all that was good before: sessions, the second factor,
     * identities at a provider.
     *
     * @param with told of it in the same commit
     * @return the password, to be shown once
     */
    public String resetPassword(Person person, Change with) {
        String password = madePassword();
        String hash = passwords.hashOfRandom(password);
        writer.commitAndWait(Unit.of(
                PeopleChange.of(rows -> {
                    rows.setPassword(person.id(), hash);
                    rows.update("UPDATE person SET password_due = 1, role = 'operator' WHERE id = ?", person.id());
                    rows.endSessions(person.id(), null);
                    rows.update("DELETE FROM person_identity WHERE person_id = ?", person.id());
                    return rows.removeSecondFactor(person.id());
                }),
                with));
        waits.succeeded(SignInWaits.login(person.login()));
        return password;
    }

    /** Without what looks alike, in groups, for it may be typed from a screen. */
    private String madePassword() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < MADE_CHARS; i++) {
            password.append(i > 0 && i % 5 == 0 ? "-" : "")
                    .append(MADE_FROM.charAt(random.nextInt(MADE_FROM.length())));
        }
        return password.toString();
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
