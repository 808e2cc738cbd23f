package dev.tollgate.customers.departure;

import dev.tollgate.customers.people.Identity;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
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
            "DELETE FROM told_notice WHERE person_id = ?",
            "DELETE FROM dismissed WHERE person_id = ?",
            "DELETE FROM person WHERE id = ?");

    static final List<String> OF_AN_ADDRESS = List.of(
            "DELETE FROM outgoing_mail WHERE lower(recipient) = ?", "DELETE FROM person_link WHERE lower(email) = ?");

    static final List<String> OF_AN_ACCOUNT = List.of(
            "DELETE FROM person_link WHERE account_id = ?",
            "DELETE FROM outgoing_mail WHERE account_id = ?",
            "DELETE FROM billing_contact WHERE account_id = ?",
            "DELETE FROM kept_response WHERE account_id = ?",
            "DELETE FROM kept_share WHERE account_id = ?",
            "UPDATE payment SET url = NULL WHERE account_id = ?");

    static final String KEYS = """
            UPDATE api_key SET name = 'deleted', allow = '', disabled = 1, hash = 'deleted ' || id, old_hash = NULL, old_until = NULL,
                deleted_at = COALESCE(deleted_at, ?), version = version + 1
            WHERE account_id = ?""";

    static final String ACCOUNT = "UPDATE account SET name = ?, deleted_at = ? WHERE id = ?";

    private static final String MARK = "INSERT INTO started_before (mark) VALUES (?) ON CONFLICT (mark) DO NOTHING";

    private ErasureRows() {}

    private record Somebody(
            String id, String login, @Nullable String email, String name, boolean isOperator) {}

    static void erase(Statements statements, Erasure change) throws SQLException {
        lock(statements, change.accountId());
        List<Somebody> all = people(statements, change.accountId());
        List<Somebody> leaving = all.stream()
                .filter(each -> change.personId() == null || each.id().equals(change.personId()))
                .toList();
        if (change.personId() != null && (leaving.isEmpty() || leaving.size() == all.size())) {
            throw new IllegalStateException("an account keeps at least one person");
        }
        requireAnOperatorLeft(statements, leaving);
        boolean isStarted = isStarted(statements, change.accountId());
        for (Somebody each : leaving) {
            if (isStarted) {
                statements.run(MARK, change.mark(each.login()));
                for (String identity : identities(statements, each.id())) {
                    statements.run(MARK, change.mark(identity));
                }
            }
            erase(statements, each);
        }
        if (change.personId() == null) {
            end(statements, change);
        } else {
            callAnew(statements, change.accountId(), leaving.getFirst());
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

    /** Two who leave at once on two servers would each count the other as staying. */
    private static void lock(Statements statements, String accountId) throws SQLException {
        if (statements.dialect() != Dialect.SQLITE) {
            statements.has("SELECT 1 FROM account WHERE id = ? FOR UPDATE", accountId);
        }
    }

    private static List<String> identities(Statements statements, String personId) throws SQLException {
        return statements.list(
                "SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer",
                row -> Identity.name(row.getString(1), row.getString(2)),
                personId);
    }

    private static List<Somebody> people(Statements statements, String accountId) throws SQLException {
        return statements.list(
                "SELECT id, login, email, name, role FROM person WHERE account_id = ? ORDER BY id",
                row -> new Somebody(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5).equals("operator")),
                accountId);
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
                "SELECT 1 FROM requested_entry WHERE account_id = ? AND (request_id = ? OR request_id = ?)",
                accountId,
                "start-" + accountId,
                "sandbox-start-" + accountId);
    }
}
