package dev.tollgate.customers.people;

import dev.tollgate.books.ledger.Account;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of this package as the writer sees them. Writer's turn only. */
record PeopleRows(Statements statements) {

    private static final Duration LINKS_KEPT = Duration.ofDays(1);

    /** @throws SQLException also where the login or the id is taken */
    void insert(NewPerson person) throws SQLException {
        statements.run(
                """
                INSERT INTO person (id, account_id, login, email, name, role, password_hash, password_due, zone, language, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                person.id(),
                person.accountId(),
                person.login(),
                person.email(),
                person.name(),
                person.role().text(),
                person.passwordHash(),
                person.passwordDue(),
                person.zone(),
                person.language(),
                person.at());
        insertMember(
                "mem_" + person.id().substring(4), person.accountId(), person.id(), person.memberRole(), person.at());
    }

    /** Sets the language of a new account to the language of the person who has signed up with it. */
    void setLanguageOfAccount(NewPerson person) throws SQLException {
        if (person.language() != null) {
            Account.Change.LANGUAGE.run(statements, person.language(), person.accountId());
        }
    }

    /** Inserts a person, after the other servers' people. @return whether there was no such person */
    boolean insertFirst(NewPerson person) throws SQLException {
        statements.lockTable("person");
        boolean isFirst = statements.one("SELECT 1 FROM person WHERE id = ?", row -> 1, person.id()) == null;
        if (isFirst) {
            insert(person);
        }
        return isFirst;
    }

    /** @throws SQLException also if the person is a member of the account */
    void insertMember(String id, String accountId, String personId, MemberRole role, Instant at) throws SQLException {
        update(
                "INSERT INTO member (id, account_id, person_id, role, created_at) VALUES (?, ?, ?, ?, ?)",
                id,
                accountId,
                personId,
                role.text(),
                at);
    }

    /** Puts a person who has accepted an invitation in its teams, as far as they are not archived. */
    void joinTeams(String linkHash, String personId) throws SQLException {
        Teams.join(statements, linkHash, personId);
    }

    /** Returns the number of an account's members and open invitations. */
    int places(String accountId, Instant now) throws SQLException {
        return (int) (statements.number(
                        "SELECT COUNT(*) FROM member JOIN person ON person.id = member.person_id"
                                + " WHERE member.account_id = ? AND member.left_at IS NULL",
                        accountId)
                + statements.number(
                        "SELECT COUNT(*) FROM person_link WHERE account_id = ? AND kind = 'invite' AND used_at IS NULL"
                                + " AND ends_at > ?",
                        accountId,
                        now));
    }

    boolean isMember(String personId, String accountId) throws SQLException {
        return statements.has(
                "SELECT 1 FROM member WHERE account_id = ? AND person_id = ? AND left_at IS NULL", accountId, personId);
    }

    /**
     * @param areAll whether also one of the operator's that names no role
     * @return whether there was such an open invitation to the account
     */
    boolean withdrawInvitation(String hash, String accountId, boolean areAll) throws SQLException {
        return update(
                "DELETE FROM person_link WHERE hash = ? AND account_id = ? AND kind = 'invite' AND used_at IS NULL"
                        + (areAll ? "" : " AND role IS NOT NULL"),
                hash,
                accountId);
    }

    void insertSession(NewSession session) throws SQLException {
        statements.run(
                """
                INSERT INTO session (hash, person_id, account_id, begun_at, seen_at, proved_at, code_due, address, agent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                session.hash(),
                session.person().id(),
                session.person().membership() == null ? null : session.person().accountId(),
                session.at(),
                session.at(),
                session.provedAt(),
                session.codeDue(),
                session.address(),
                session.agent());
    }

    /** Deletes links that ended a day ago or earlier. @return their number */
    int forgetLinks(Instant now, int most) throws SQLException {
        return statements.run(
                "DELETE FROM person_link WHERE hash IN (SELECT hash FROM person_link WHERE ends_at < ? ORDER BY ends_at LIMIT ?)",
                now.minus(LINKS_KEPT),
                most);
    }

    /** Inserts a link, and deletes a few that ended long ago. */
    void insertLink(PersonLink link) throws SQLException {
        insertLink(link, List.of());
    }

    /** @param teams the ids of the teams that an invitation puts a person in */
    void insertLink(PersonLink link, List<String> teams) throws SQLException {
        forgetLinks(link.madeAt(), 50);
        update(
                "INSERT INTO person_link (hash, kind, person_id, account_id, email, made_at, ends_at, mailed, role, teams)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                link.hash(),
                link.kind().text(),
                link.personId(),
                link.accountId(),
                link.email(),
                link.madeAt(),
                link.endsAt(),
                link.isMailed() ? 1 : 0,
                link.role() == null ? null : link.role().text(),
                String.join(",", teams));
    }

    /** @return whether it was good until now; from now on it is not */
    boolean useLink(String hash, Instant now) throws SQLException {
        return update(
                "UPDATE person_link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND ends_at > ?",
                now,
                hash,
                now);
    }

    /** @throws SQLException also if the identity has a person, or the person has an identity of this issuer */
    void insertIdentity(String personId, Identity identity, Instant now) throws SQLException {
        update(
                "INSERT INTO person_identity (issuer, subject, person_id, label, linked_at) VALUES (?, ?, ?, ?, ?)",
                identity.issuer(),
                identity.subject(),
                personId,
                identity.label(),
                now);
    }

    /** @return false if the person does not have this identity */
    boolean useIdentity(String personId, Identity identity, Instant now) throws SQLException {
        return update(
                "UPDATE person_identity SET used_at = ? WHERE issuer = ? AND subject = ? AND person_id = ?",
                now,
                identity.issuer(),
                identity.subject(),
                personId);
    }

    /** @return false if nothing was removed: a person without a password keeps the identity */
    boolean removeIdentity(String personId, String issuer) throws SQLException {
        return update(
                "DELETE FROM person_identity WHERE person_id = ? AND issuer = ? AND EXISTS"
                        + " (SELECT 1 FROM person WHERE person.id = person_identity.person_id"
                        + " AND person.password_hash <> '')",
                personId,
                issuer);
    }

    /** @return whether there was a row that had not waited longer than this change knows */
    boolean update(String sql, @Nullable Object... parameters) throws SQLException {
        return statements.run(sql, parameters) > 0;
    }

    /** Takes the person's row, before what belongs to them: in one order everywhere, or two servers could wait for each other. */
    void take(String personId) throws SQLException {
        update("UPDATE person SET version = version WHERE id = ?", personId);
    }

    /** Ends all sessions of a person but one. */
    void endSessions(String personId, @Nullable String butHash) throws SQLException {
        update("DELETE FROM session WHERE person_id = ? AND hash <> ?", personId, butHash == null ? "" : butHash);
    }

    void setPassword(String personId, String passwordHash) throws SQLException {
        update(
                "UPDATE person SET password_hash = ?, password_due = 0, version = version + 1 WHERE id = ?",
                passwordHash,
                personId);
        withdrawLinks(personId);
    }

    /**
     * Links that would still change who gets in are good no more: those for a password, and those to another address than the present one. Who has
     * asked for them may be who was just shut out.
     */
    void withdrawLinks(String personId) throws SQLException {
        update(
                "DELETE FROM person_link WHERE person_id = ? AND used_at IS NULL"
                        + " AND (kind = 'reset' OR lower(email) <> (SELECT login FROM person WHERE id = ?))",
                personId,
                personId);
    }

    /** Returns the ids of all operators and locks their rows, so a concurrent change sees the result of this one. */
    Set<String> operators() throws SQLException {
        String lock = statements.dialect() == Dialect.SQLITE ? "" : " FOR UPDATE OF person";
        return Set.copyOf(statements.list(
                "SELECT person.id FROM person WHERE person.role = 'operator' AND NOT EXISTS"
                        + " (SELECT 1 FROM member JOIN account ON account.id = member.account_id"
                        + " WHERE member.id = " + MemberSql.HOME + " AND account.blocked = 1) ORDER BY person.id"
                        + lock,
                row -> row.getString(1)));
    }

    void setRecoveryCodes(String personId, List<String> hashes) throws SQLException {
        update("DELETE FROM recovery_code WHERE person_id = ?", personId);
        for (String hash : hashes) {
            update("INSERT INTO recovery_code (person_id, hash) VALUES (?, ?)", personId, hash);
        }
    }

    /** @return whether there was one; sessions that wait for its code end, for there is none any more */
    boolean removeSecondFactor(String personId) throws SQLException {
        boolean was = update(
                "UPDATE person SET totp_secret = NULL, version = version + 1 WHERE id = ? AND totp_secret IS NOT NULL",
                personId);
        setRecoveryCodes(personId, List.of());
        update("DELETE FROM session WHERE person_id = ? AND code_due = 1", personId);
        return was;
    }

    /** A row to be made. @param memberRole in the account @param passwordDue whether the password was given to them, and has to be changed @param language a tag; null for none */
    record NewPerson(
            String id,
            String accountId,
            MemberRole memberRole,
            String login,
            @Nullable String email,
            String name,
            Role role,
            String passwordHash,
            boolean passwordDue,
            String zone,
            @Nullable String language,
            Instant at) {}

    /** A row to be made. @param provedAt when the password or a code was shown; long ago where nothing was */
    record NewSession(
            String hash, Person person, Instant at, Instant provedAt, boolean codeDue, String address, String agent) {}
}
