package dev.tollgate.customers.people;

import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.customers.people.identity.StartMarks;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The people who leave an account, the ends of their memberships, and the rows that go with them. Methods with statements run in the writer's turn. */
public final class Leavers {

    private static final String PEOPLE = """
            SELECT person.id, person.login, person.email, person.name, person.role,
                CASE WHEN EXISTS (SELECT 1 FROM member o WHERE o.person_id = person.id AND o.left_at IS NULL
                    AND o.account_id <> ?) THEN 1 ELSE 0 END
            FROM person%s""";
    private static final String MEMBER =
            "SELECT 1 FROM member WHERE account_id = ? AND person_id = ? AND left_at IS NULL";
    private static final String OTHER_OWNER = """
            SELECT 1 FROM member JOIN person ON person.id = member.person_id
            WHERE member.account_id = ? AND member.person_id <> ? AND member.left_at IS NULL AND member.role = 'owner' LIMIT 1""";
    private static final String END_MEMBERSHIP =
            "UPDATE member SET left_at = ? WHERE person_id = ? AND account_id = ? AND left_at IS NULL";

    private Leavers() {}

    /** A person who leaves an account. @param isElsewhere whether also a member of another account */
    public record Leaver(
            String id, String login, @Nullable String email, String name, boolean isOperator, boolean isElsewhere) {}

    /** Returns the members of an account that ends. */
    public static List<Leaver> all(Statements statements, String accountId) throws SQLException {
        return statements.list(
                PEOPLE.formatted(
                                " JOIN member ON member.person_id = person.id AND member.account_id = ? AND member.left_at IS NULL")
                        + " ORDER BY person.id",
                Leavers::leaver,
                accountId,
                accountId);
    }

    /**
     * Returns a person who leaves an account that others stay in.
     *
     * @throws IllegalStateException if the account would be left without a member or an owner, or if there is another account to leave first
     */
    public static Leaver one(Statements statements, String accountId, String personId) throws SQLException {
        Leaver leaver =
                statements.one(PEOPLE.formatted("") + " WHERE person.id = ?", Leavers::leaver, accountId, personId);
        if (leaver == null) {
            throw new IllegalStateException("there is no such person");
        }
        if (leaver.isElsewhere()) {
            throw new IllegalStateException("the person is a member of another account");
        }
        if (statements.has(MEMBER, accountId, personId) && !statements.has(OTHER_OWNER, accountId, personId)) {
            throw new IllegalStateException("an account keeps at least one owner");
        }
        return leaver;
    }

    private static Leaver leaver(ResultSet row) throws SQLException {
        return new Leaver(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5).equals("operator"),
                row.getInt(6) == 1);
    }

    /**
     * Locks the operators' rows first: if the last two operators leave at the same time, one of them stays.
     *
     * @throws IllegalStateException if no operator would remain
     */
    public static void requireAnOperatorLeft(Statements statements, List<Leaver> erased) throws SQLException {
        if (erased.stream().noneMatch(Leaver::isOperator)) {
            return;
        }
        String lock = statements.dialect() == Dialect.SQLITE ? "" : " FOR UPDATE";
        Set<String> operators = new HashSet<>(statements.list(
                "SELECT id FROM person WHERE role = 'operator' ORDER BY id" + lock, row -> row.getString(1)));
        erased.forEach(each -> operators.remove(each.id()));
        if (operators.isEmpty()) {
            throw new IllegalStateException("the last operator stays");
        }
    }

    /** Keeps the marks of a leaver's login and identities, so that a second account gets no start credits. @param mark makes them */
    public static void keepMarks(Statements statements, Leaver leaver, UnaryOperator<String> mark) throws SQLException {
        statements.run(StartMarks.StartMarksPart.INSERT, mark.apply(leaver.login()));
        List<String> identities = statements.list(
                "SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer",
                row -> Identity.name(row.getString(1), row.getString(2)),
                leaver.id());
        for (String identity : identities) {
            statements.run(StartMarks.StartMarksPart.INSERT, mark.apply(identity));
        }
    }

    /** Ends a membership, and the open invitations that the member has sent or received. */
    public static void endMembership(Statements statements, Leaver leaver, String accountId, Instant at)
            throws SQLException {
        Links.endInvitations(statements, at, accountId, leaver.id());
        statements.run(END_MEMBERSHIP, at, leaver.id(), accountId);
    }

    /** Returns the rows of people, for the export and the erasure of accounts, except the erasure of {@link #person}. */
    public static Holding holding() {
        return new Holding(
                        Stream.concat(
                                        Stream.of(
                                                ExportFile.of(
                                                        "person.csv",
                                                        "you and your settings",
                                                        "person p",
                                                        "p.id = :person",
                                                        """
                    p.id p.account_id p.login p.email p.confirmed_at p.name p.role p.password_due:YES_NO p.zone p.theme p.language
                    p.shortcuts:YES_NO p.balance_line:CREDITS p.key_notices:YES_NO p.money p.totp_secret:PRESENT p.version p.created_at""",
                                                        "p.id"),
                                                ExportFile.of(
                                                        "memberships.csv",
                                                        "your memberships in organizations",
                                                        "member o",
                                                        "o.person_id = :person",
                                                        "o.id o.account_id o.role o.notices:YES_NO o.created_at o.left_at",
                                                        "o.id")),
                                        signInFiles())
                                .toList(),
                        List.of())
                .with(
                        RowErasure.ofLogin("DELETE FROM person_link WHERE lower(email) = ?"),
                        RowErasure.ofPerson("DELETE FROM session WHERE person_id = ?"),
                        RowErasure.ofPerson("DELETE FROM person_link WHERE person_id = ?"),
                        RowErasure.ofPerson("DELETE FROM recovery_code WHERE person_id = ?"),
                        RowErasure.ofPerson("DELETE FROM person_identity WHERE person_id = ?"),
                        RowErasure.ofAccount("DELETE FROM person_link WHERE account_id = ?"));
    }

    private static Stream<ExportFile> signInFiles() {
        return Stream.of(
                ExportFile.of(
                        "sessions.csv",
                        "your sessions",
                        "session s",
                        "s.person_id = :person",
                        "s.account_id s.begun_at s.seen_at s.proved_at s.code_due:YES_NO s.address s.agent",
                        "s.hash"),
                ExportFile.of(
                        "links.csv",
                        "links that you received",
                        "person_link l",
                        "l.person_id = :person",
                        "l.kind l.email l.role l.teams l.made_at l.ends_at l.used_at l.mailed:YES_NO",
                        "l.hash"),
                ExportFile.of(
                        "recovery-codes.csv",
                        "one line for each recovery code, without the code",
                        "recovery_code c",
                        "c.person_id = :person",
                        "c.used_at",
                        "c.hash"),
                ExportFile.of(
                        "identities.csv",
                        "your identities at external sign-in services",
                        "person_identity d",
                        "d.person_id = :person",
                        "d.issuer d.subject d.label d.linked_at d.used_at",
                        "d.issuer"));
    }

    /** Returns the erasure of a person, after all rows that refer to it. */
    public static Holding person() {
        return Holding.erased(RowErasure.ofPerson("DELETE FROM person WHERE id = ?"));
    }
}
