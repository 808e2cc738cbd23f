package dev.tollgate.customers.people;

import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.people.PeopleRows.NewSession;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sessions in browsers: they begin with a sign-in, and end when they are too old or are ended. Thread-safe; blocks. */
public record Sessions(
        Database database, Writer writer, SecretBox secrets, InstantSource clock, RandomGenerator random) {

    private static final String OPEN = """
            UPDATE session SET account_id = ? WHERE hash = ? AND person_id = ? AND EXISTS
                (SELECT 1 FROM member WHERE member.account_id = ? AND member.person_id = ? AND member.left_at IS NULL)""";

    private static final Duration SEEN_EVERY = Duration.ofMinutes(5);
    private static final int SESSIONS_MAX = 50;
    private static final int LOOKED_UP_MAX = 8;

    /**
     * Begins a session with a new token, so a token planted before the sign-in opens nothing.
     *
     * @param isProved whether the person has just entered the password
     */
    SignIn begin(Person person, Visit visit, List<Change> before, boolean isProved) {
        String token = Tokens.nextOfSession(random, secrets);
        Instant now = clock.instant();
        NewSession session = new NewSession(
                Tokens.hash(token),
                person,
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

    /**
     * Returns the session of the first cookie that has one; empty if none has, or it has ended. Others may plant cookies of our name, so
     * only cookies with our signature cause a look-up.
     *
     * @param network the reads of strangers take turns by
     * @throws dev.tollgate.base.error.ApiException 503 if it cannot be read
     */
    public Optional<BrowserSession> find(List<String> cookies, String network) {
        return cookies.stream()
                .filter(cookie -> Tokens.isSigned(cookie, secrets))
                .limit(LOOKED_UP_MAX)
                .flatMap(cookie -> find(cookie, network).stream())
                .findFirst();
    }

    private Optional<BrowserSession> find(String token, String network) {
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
                .ifPresent(session -> recordUse(session, now));
        return alive;
    }

    /** Returns the sessions among some that have not ended, with who is in them; to look does not prolong them. @param hashes at most 500 */
    public Map<String, Person> alive(List<String> hashes) {
        if (hashes.isEmpty()) {
            return Map.of();
        }
        String text = "SELECT " + PersonSql.SESSION + PersonSql.FROM_SESSION + "WHERE session.hash IN ("
                + String.join(", ", Collections.nCopies(hashes.size(), "?")) + ")";
        Instant now = clock.instant();
        return database.read(sql -> sql.list(text, PersonSql::session, hashes.toArray())).stream()
                .filter(session -> SessionTimes.of(session.person().role()).isAlive(session, now)
                        && !session.person().accountBlocked())
                .collect(Collectors.toUnmodifiableMap(BrowserSession::hash, BrowserSession::person));
    }

    /** Notes the use without waiting for the commit. */
    private void recordUse(BrowserSession session, Instant now) {
        var unused = writer.commit(Unit.of(PeopleChange.of(
                rows -> rows.update("UPDATE session SET seen_at = ? WHERE hash = ?", now, session.hash()))));
    }

    /** Returns the live sessions of a person, the latest first. */
    public List<BrowserSession> of(String personId) {
        Instant now = clock.instant();
        String text = "SELECT " + PersonSql.SESSION + PersonSql.FROM_SESSION
                + "WHERE session.person_id = ? ORDER BY session.seen_at DESC";
        return database.read(sql -> sql.list(text, PersonSql::session, personId)).stream()
                .filter(session -> SessionTimes.of(session.person().role()).isAlive(session, now))
                .toList();
    }

    /** Ends one session. @return whether the person had it */
    public boolean end(String personId, String hash) {
        return commit(PeopleChange.of(
                rows -> rows.update("DELETE FROM session WHERE person_id = ? AND hash = ?", personId, hash)));
    }

    /** Ends all sessions of a person except one. @param butHash the hash of the session that stays; null if none does */
    public void endAll(String personId, @Nullable String butHash) {
        commit(PeopleChange.of(rows -> {
            rows.endSessions(personId, butHash);
            return true;
        }));
    }

    /** Ends every session in an account, in one commit with {@code with}. */
    public void endOfAccount(String accountId, Change with) {
        writer.commitAndWait(Unit.of(ending(accountId, () -> true), with));
    }

    /**
     * Returns a change that does the same. A session of a person who is also in another account goes on there if this one is blocked.
     *
     * @param condition asked on the writer's thread, once the ledger has decided
     */
    public static Change ending(String accountId, BooleanSupplier condition) {
        return PeopleChange.of(rows -> condition.getAsBoolean()
                && rows.update(
                        "DELETE FROM session WHERE person_id IN"
                                + " (SELECT person_id FROM member WHERE account_id = ? AND left_at IS NULL)"
                                + " AND EXISTS (SELECT 1 FROM person JOIN member ON member.id = " + MemberSql.OF_SESSION
                                + " WHERE person.id = session.person_id AND member.account_id = ?)",
                        accountId,
                        accountId));
    }

    /** Shows an account in a session. @return whether it is the person's, who is a member of the account */
    public static boolean open(Statements statements, String personId, String hash, String accountId)
            throws SQLException {
        return statements.run(OPEN, accountId, hash, personId, accountId, personId) == 1;
    }

    /** Returns whether the password was shown so recently that what asks for it may be done. */
    public boolean isProved(BrowserSession session) {
        return SessionTimes.isProved(session, clock.instant());
    }

    /** Notes that the password was shown in a session now. */
    void proved(BrowserSession session) {
        Instant now = clock.instant();
        commit(PeopleChange.of(
                rows -> rows.update("UPDATE session SET proved_at = ? WHERE hash = ?", now, session.hash())));
    }

    private <O> O commit(PeopleChange<O> change) {
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }

    /** The lifetimes of sessions: operators' are shorter, since more can be done with them. */
    record SessionTimes(Duration idle, Duration whole) {

        private static final SessionTimes USERS = new SessionTimes(Duration.ofDays(7), Duration.ofDays(30));
        private static final SessionTimes OPERATORS = new SessionTimes(Duration.ofHours(12), Duration.ofDays(7));
        private static final Duration CODE = Duration.ofMinutes(10);
        private static final Duration PROVED = Duration.ofMinutes(10);

        static SessionTimes of(Role role) {
            return role == Role.OPERATOR ? OPERATORS : USERS;
        }

        boolean isAlive(BrowserSession session, Instant now) {
            if (session.codeDue()) { // only so long as it takes to find the phone
                return now.isBefore(session.begunAt().plus(CODE));
            }
            return now.isBefore(session.seenAt().plus(idle))
                    && now.isBefore(session.begunAt().plus(whole));
        }

        static boolean isProved(BrowserSession session, Instant now) {
            return now.isBefore(session.provedAt().plus(PROVED));
        }
    }
}
