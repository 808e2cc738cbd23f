package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.people.PeopleRows.NewPerson;
import dev.tollgate.customers.people.identity.StartMarks;
import dev.tollgate.customers.people.identity.StartMarks.StartMarksPart;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Query;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** People: how they are found and what they change about themselves. Thread-safe; blocks. */
public final class People implements AutoCloseable {

    public static final int NAME_CHARS_MAX = 100;

    /** The form of an e-mail address. Only a mail that arrives proves that it exists. */
    private static final Pattern EMAIL =
            Pattern.compile("[^\\s@<>\",;:\\\\()\\[\\]]{1,64}@[^\\s@<>\",;:\\\\()\\[\\]]{1,189}");

    public static final int SETTINGS_DAY = 300;

    /** The most members of an account. */
    public static final int MEMBERS_MAX = 200;

    private final Database database;
    private final Writer writer;
    private final Passwords passwords;
    private final SignInWaits waits;
    private final SecondFactor secondFactor;
    private final Sessions sessions;
    private final Operators operators;
    private final PasswordSignIn passwordSignIn;
    private final StartMarks startMarks;
    private final SecretBox secrets;
    private final Allowances allowances;

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
        this.sessions = new Sessions(database, writer, secrets, clock, random);
        this.operators = new Operators(database, writer, passwords, waits, clock, random);
        this.secondFactor = new SecondFactor(database, writer, secrets, waits, clock, random);
        this.startMarks = new StartMarks(database, secrets);
        this.passwordSignIn = new PasswordSignIn(
                this, writer, passwords, waits, sessions, new KnownBrowsers(secrets, clock, random), clock, random);
    }

    /** Sign-in and sign-up with a password. */
    public PasswordSignIn passwordSignIn() {
        return passwordSignIn;
    }

    /** The marks of people who got start credits. */
    public StartMarks startMarks() {
        return startMarks;
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

    private static final String OTHER_OPERATOR = "SELECT 1 FROM person WHERE role = 'operator' AND id <> ? LIMIT 1";

    /** Operators whom the end of an account would leave: those who are not in it, or also in another. */
    private static final String OPERATORS_OF_OTHERS = """
            SELECT 1 FROM person WHERE role = 'operator' AND (id NOT IN
                    (SELECT person_id FROM member WHERE account_id = ? AND left_at IS NULL)
                OR id IN (SELECT person_id FROM member WHERE account_id <> ? AND left_at IS NULL)) LIMIT 1""";

    /** Makes a change that ends all sessions and links: in restored books they may have been ended or used since (C32). */
    public static Change endAccess() {
        return PeopleChange.of(rows -> {
            rows.update("DELETE FROM session");
            return rows.update("DELETE FROM person_link");
        });
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
                "SELECT " + PersonSql.PERSON + " FROM member JOIN person ON person.id = member.person_id"
                        + " JOIN account ON account.id = member.account_id"
                        + " WHERE member.account_id = ? AND member.left_at IS NULL"
                        + " ORDER BY member.created_at, member.id LIMIT " + MEMBERS_MAX,
                PersonSql::person,
                accountId));
    }

    /** Returns people who were removed from an account and are in no other one, by login. */
    public List<Person> removedFrom(String accountId) {
        return database.read(sql -> sql.list(
                "SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON
                        + " WHERE person.account_id = ? AND member.id IS NULL ORDER BY person.login LIMIT "
                        + MEMBERS_MAX,
                PersonSql::person,
                accountId));
    }

    /** Returns whether a person is a member of any account. */
    public boolean isMember(String personId) {
        return database.read(
                sql -> sql.has("SELECT 1 FROM member WHERE person_id = ? AND left_at IS NULL LIMIT 1", personId));
    }

    /** Returns whether a person is a member of another account, too. */
    public boolean isElsewhere(Person person) {
        return database.read(sql -> sql.has(
                "SELECT 1 FROM member WHERE person_id = ? AND account_id <> ? AND left_at IS NULL LIMIT 1",
                person.id(),
                person.accountId()));
    }

    /** Returns whether an operator would remain without a person. @param personId null: without all people of the account */
    public boolean hasOtherOperator(String accountId, @Nullable String personId) {
        return database.read(sql -> personId == null
                ? sql.has(OPERATORS_OF_OTHERS, accountId, accountId)
                : sql.has(OTHER_OPERATOR, personId));
    }

    static Optional<Person> one(Reads sql, String where, String parameter) throws SQLException {
        return Optional.ofNullable(
                sql.one("SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + where, PersonSql::person, parameter));
    }

    /** Reads for a visitor who has not signed in. Networks take turns, so a flood from one network delays only itself. */
    <T> T readFor(String network, Query<T> query) {
        return Records.read(() -> database.readFor("network " + network, query));
    }

    /** @param hash null if there is no such person */
    record Known(@Nullable Person person, @Nullable String hash) {}

    Known known(String column, String value, String network) {
        Optional<Known> known = readFor(
                network,
                sql -> Optional.ofNullable(sql.one(
                        "SELECT " + PersonSql.PERSON + PersonSql.FROM_PERSON + "WHERE person." + column + " = ?",
                        row -> new Known(PersonSql.person(row), row.getString("password_hash")),
                        value)));
        return known.orElse(new Known(null, null));
    }

    /** Returns whether a person has this login; reads in turns by network. */
    boolean isKnown(String login, Visit visit) {
        return known(login, visit) != null;
    }

    @Nullable
    Person known(String login, Visit visit) {
        return known("login", login, visit.network()).person();
    }

    /** Returns whether a new login may have this form. Existing logins keep theirs. */
    public static boolean isAddress(String typed) {
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

    /** Counts a change of what a person may change about themselves. @return how long it has to wait; zero if it may be made */
    public Duration countChange(Person person) {
        return allowances.use(
                writer, List.of(allowances.of("settings.person", person.id(), SETTINGS_DAY, Duration.ofDays(1))));
    }

    /** Returns a token derived from a seed and this server's key: the same seed gives the same token. */
    String drawnToken(String context, String seed) {
        return Tokens.next(secrets.drawn(context, seed));
    }

    static PeopleChange<Boolean> add(NewPerson person) {
        return PeopleChange.of(rows -> {
            rows.insert(person);
            return true;
        });
    }

    static SignIn.@Nullable Invalid complaint(String login, String password, String name) {
        if (!isAddress(login)) {
            return new SignIn.Invalid("email", sentence("An e-mail address looks like name@example.org."));
        }
        Sentence about = Passwords.complaint(password, login);
        if (about != null) {
            return new SignIn.Invalid("password", about);
        }
        Sentence aboutName = nameComplaint(name);
        return aboutName == null ? null : new SignIn.Invalid("name", aboutName);
    }

    /** Returns what is wrong with a name; null if nothing is. An empty name is allowed. */
    public static @Nullable Sentence nameComplaint(String name) {
        if (name.length() > NAME_CHARS_MAX) {
            return sentence("A name has up to {max} characters.", NAME_CHARS_MAX);
        }
        Sentence complaint = WrittenText.complaint(name);
        return complaint == null ? null : sentence("The name {complaint}.", complaint);
    }

    static String zoneOf(String zone) {
        try {
            return ZoneId.of(zone).getId();
        } catch (DateTimeException e) {
            return "UTC";
        }
    }

    /** @return false if the person was changed after {@code read}; nothing is stored then */
    public boolean setPreferences(Person read, String name, Person.Preferences chosen) {
        Sentence complaint = nameComplaint(name);
        if (complaint != null || name.isBlank()) {
            throw new Mistake(complaint == null ? sentence("A name is required.") : complaint);
        }
        return commit(PeopleChange.of(rows -> rows.update(
                "UPDATE person SET name = ?, zone = ?, theme = ?, shortcuts = ?, balance_line = NULLIF(?, -1),"
                        + " key_notices = ?, money = ?, language = ?, version = version + 1 WHERE id = ? AND version = ?",
                name.strip(),
                chosen.zone().getId(),
                chosen.theme(),
                chosen.shortcuts() ? 1 : 0,
                chosen.balanceLineMicros() == null ? -1L : chosen.balanceLineMicros(),
                chosen.keyNotices() ? 1 : 0,
                chosen.money(),
                chosen.language(),
                read.id(),
                read.version())));
    }

    /** Sets the language of a person's pages and mails. Forms that are open stay good. @param tag null for the browser's */
    public void setLanguage(Person person, @Nullable String tag) {
        commit(PeopleChange.of(rows -> rows.update("UPDATE person SET language = ? WHERE id = ?", tag, person.id())));
    }

    /** Sets whether a person gets mails about budgets of the account that the person works in now; nothing without a membership. */
    public void setBudgetNotices(Person person, boolean notices) {
        Membership membership = person.membership();
        if (membership != null && membership.notices() != notices) {
            commit(PeopleChange.of(rows ->
                    rows.update("UPDATE member SET notices = ? WHERE id = ?", notices ? 1 : 0, membership.id())));
        }
    }

    /** Gives a member another role. */
    public static void setRole(Statements statements, String memberId, MemberRole role) throws SQLException {
        statements.run("UPDATE member SET role = ? WHERE id = ?", role.text(), memberId);
    }

    /** Ends a membership, in all teams, too. */
    public static void endMembership(Statements statements, String memberId, Instant at) throws SQLException {
        statements.run("UPDATE member SET left_at = ? WHERE id = ?", at, memberId);
        Teams.leaveAll(statements, memberId);
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
