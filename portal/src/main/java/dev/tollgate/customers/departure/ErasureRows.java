package dev.tollgate.customers.departure;

import dev.tollgate.customers.people.Identity;
import dev.tollgate.customers.people.Links;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Erases across the tables of all features. */
final class ErasureRows {

    private static final String NAME = "deleted account";

    /** The tables of rows that belong to one person, in the order of their references. */
    static final List<String> OF_A_PERSON = List.of(
            "DELETE FROM session WHERE person_id = ?",
            "DELETE FROM person_link WHERE person_id = ?",
            "DELETE FROM recovery_code WHERE person_id = ?",
            "DELETE FROM person_identity WHERE person_id = ?",
            "DELETE FROM told WHERE owner = ?",
            "DELETE FROM dismissed WHERE person_id = ?",
            "UPDATE account_log SET address = NULL WHERE actor = ? AND address IS NOT NULL",
            "DELETE FROM person WHERE id = ?");

    static final String MEMBERSHIP =
            "UPDATE member SET left_at = ? WHERE person_id = ? AND account_id = ? AND left_at IS NULL";

    static final List<String> OF_AN_ADDRESS = List.of(
            "DELETE FROM outgoing_mail WHERE lower(recipient) = ?", "DELETE FROM person_link WHERE lower(email) = ?");

    static final List<String> OF_AN_ACCOUNT = List.of(
            "DELETE FROM person_link WHERE account_id = ?",
            "DELETE FROM outgoing_mail WHERE account_id = ?",
            "DELETE FROM billing_contact WHERE account_id = ?",
            "UPDATE account_log SET address = NULL, before_json = NULL, after_json = NULL WHERE account_id = ?",
            "DELETE FROM member_notice WHERE account_id = ?",
            "DELETE FROM told WHERE owner = ?",
            "DELETE FROM refusal WHERE account_id = ?",
            "DELETE FROM webhook WHERE account_id = ?",
            "DELETE FROM webhook_delivery WHERE account_id = ?",
            "DELETE FROM team_member WHERE team_id IN (SELECT id FROM team WHERE account_id = ?)",
            "UPDATE team SET name = 'deleted' WHERE account_id = ?",
            "UPDATE label SET value = '', proof = 0 WHERE account_id = ?",
            "DELETE FROM kept_response WHERE account_id = ?",
            // Up to 1 GiB, which the file store's sweep deletes in small steps.
            "UPDATE stored_file SET expires_at = 0 WHERE account_id = ?",
            "DELETE FROM kept_share WHERE account_id = ?",
            "UPDATE payment SET url = NULL WHERE account_id = ?");

    static final String KEYS = """
            UPDATE api_key SET name = 'deleted', allow = '', tags = '', disabled = 1, hash = 'deleted ' || id, old_hash = NULL,
                old_until = NULL,
                deleted_at = COALESCE(deleted_at, ?), version = version + 1
            WHERE account_id = ?""";

    static final String ACCOUNT = "UPDATE account SET name = ?, tag_names = '', deleted_at = ? WHERE id = ?";

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
    private static final String MARK = "INSERT INTO started_before (mark) VALUES (?) ON CONFLICT (mark) DO NOTHING";

    private ErasureRows() {}

    /** @param isElsewhere whether also a member of another account */
    private record Somebody(
            String id, String login, @Nullable String email, String name, boolean isOperator, boolean isElsewhere) {}

    static void erase(Statements statements, Erasure change) throws SQLException {
        List<Somebody> members = members(statements, change.accountId());
        String personId = change.personId();
        List<Somebody> leaving = personId == null ? members : person(statements, change.accountId(), personId);
        if (personId != null) {
            requireMayLeave(statements, change.accountId(), leaving);
        }
        List<Somebody> erased =
                leaving.stream().filter(each -> !each.isElsewhere()).toList();
        requireAnOperatorLeft(statements, erased);
        boolean isStarted = isStarted(statements, change.accountId());
        for (Somebody each : leaving) {
            if (isStarted) {
                statements.run(MARK, change.mark(each.login()));
                for (String identity : identities(statements, each.id())) {
                    statements.run(MARK, change.mark(identity));
                }
            }
            Links.endInvitations(statements, change.at(), change.accountId(), each.id());
            statements.run(MEMBERSHIP, change.at(), each.id(), change.accountId());
        }
        for (Somebody each : erased) {
            erase(statements, each);
        }
        if (personId == null) {
            end(statements, change);
        } else {
            callAnew(statements, change.accountId(), leaving.getFirst());
        }
    }

    /** @throws IllegalStateException if the account would be left without a member or an owner, or if there is another account to leave first */
    private static void requireMayLeave(Statements statements, String accountId, List<Somebody> leaving)
            throws SQLException {
        if (leaving.isEmpty()) {
            throw new IllegalStateException("there is no such person");
        }
        Somebody each = leaving.getFirst();
        if (each.isElsewhere()) {
            throw new IllegalStateException("the person is a member of another account");
        }
        if (statements.has(MEMBER, accountId, each.id()) && !statements.has(OTHER_OWNER, accountId, each.id())) {
            throw new IllegalStateException("an account keeps at least one owner");
        }
    }

    /** An account that was called after who leaves it. */
    private static void callAnew(Statements statements, String accountId, Somebody who) throws SQLException {
        statements.run(
                "UPDATE account SET name = id WHERE id = ? AND name IN (?, ?, ?)",
                accountId,
                who.login(),
                who.name(),
                who.email() == null ? who.login() : who.email());
    }

    private static void erase(Statements statements, Somebody each) throws SQLException {
        for (String sql : OF_AN_ADDRESS) {
            statements.run(sql, each.login());
        }
        for (String sql : OF_A_PERSON) {
            statements.run(sql, each.id());
        }
    }

    private static void end(Statements statements, Erasure change) throws SQLException {
        for (String sql : OF_AN_ACCOUNT) {
            statements.run(sql, change.accountId());
        }
        statements.run(KEYS, change.at(), change.accountId());
        statements.run(ACCOUNT, NAME, change.at(), change.accountId());
    }

    private static List<String> identities(Statements statements, String personId) throws SQLException {
        return statements.list(
                "SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer",
                row -> Identity.name(row.getString(1), row.getString(2)),
                personId);
    }

    private static List<Somebody> members(Statements statements, String accountId) throws SQLException {
        return statements.list(
                PEOPLE.formatted(
                                " JOIN member ON member.person_id = person.id AND member.account_id = ? AND member.left_at IS NULL")
                        + " ORDER BY person.id",
                ErasureRows::somebody,
                accountId,
                accountId);
    }

    private static List<Somebody> person(Statements statements, String accountId, String personId) throws SQLException {
        return statements.list(
                PEOPLE.formatted("") + " WHERE person.id = ?", ErasureRows::somebody, accountId, personId);
    }

    private static Somebody somebody(ResultSet row) throws SQLException {
        return new Somebody(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5).equals("operator"),
                row.getInt(6) == 1);
    }

    /** Locks the operators' rows first: if the last two operators leave at the same time, one of them stays. */
    private static void requireAnOperatorLeft(Statements statements, List<Somebody> leaving) throws SQLException {
        if (leaving.stream().noneMatch(Somebody::isOperator)) {
            return;
        }
        String lock = statements.dialect() == Dialect.SQLITE ? "" : " FOR UPDATE";
        Set<String> operators = new HashSet<>(statements.list(
                "SELECT id FROM person WHERE role = 'operator' ORDER BY id" + lock, row -> row.getString(1)));
        leaving.forEach(each -> operators.remove(each.id()));
        if (operators.isEmpty()) {
            throw new IllegalStateException("the last operator stays");
        }
    }

    /** Returns whether the account was given credits to start with, by the ids that people's start credits have. */
    private static boolean isStarted(Statements statements, String accountId) throws SQLException {
        return statements.has(
                "SELECT 1 FROM entry WHERE account_id = ? AND (request_id = ? OR request_id = ?)",
                accountId,
                "start-" + accountId,
                "sandbox-start-" + accountId);
    }
}
