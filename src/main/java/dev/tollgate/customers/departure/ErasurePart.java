package dev.tollgate.customers.departure;

import dev.tollgate.customers.people.Identity;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Erases across the tables of all features; behind their parts, so that nothing of the same batch comes after it. */
final class ErasurePart implements Part<Erasure> {

    private static final String NAME = "deleted account";

    /** What is a person's alone, in the order of the references. */
    static final List<String> OF_A_PERSON = List.of(
            "DELETE FROM session WHERE person_id = ?",
            "DELETE FROM person_link WHERE person_id = ?",
            "DELETE FROM recovery_code WHERE person_id = ?",
            "DELETE FROM person_identity WHERE person_id = ?",
            "DELETE FROM told_notice WHERE person_id = ?",
            "DELETE FROM person WHERE id = ?");

    static final List<String> OF_AN_ADDRESS = List.of(
            "DELETE FROM outgoing_mail WHERE lower(recipient) = ?", "DELETE FROM person_link WHERE lower(email) = ?");

    static final List<String> OF_AN_ACCOUNT = List.of(
            "DELETE FROM person_link WHERE account_id = ?",
            "DELETE FROM outgoing_mail WHERE account_id = ?",
            "DELETE FROM billing_contact WHERE account_id = ?",
            "UPDATE payment SET url = NULL WHERE account_id = ?");

    static final String KEYS = """
            UPDATE api_key SET name = 'deleted', allow = '', disabled = 1, hash = 'deleted ' || id, old_hash = NULL, old_until = NULL,
                deleted_at = COALESCE(deleted_at, ?), version = version + 1
            WHERE account_id = ?""";

    static final String ACCOUNT = "UPDATE account SET name = ?, deleted_at = ? WHERE id = ?";

    private static final String MARK = "INSERT INTO started_before (mark) VALUES (?) ON CONFLICT (mark) DO NOTHING";

    private record Somebody(
            String id, String login, @Nullable String email, String name, boolean isOperator) {}

    @Override
    public Class<Erasure> type() {
        return Erasure.class;
    }

    @Override
    public void write(Statements statements, List<Erasure> changes) throws SQLException {
        for (Erasure change : changes) {
            boolean isWanted = change.isWanted();
            if (isWanted) {
                erase(statements, change);
            }
            change.done(isWanted);
        }
    }

    private static void erase(Statements statements, Erasure change) throws SQLException {
        lock(statements, change.accountId());
        List<Somebody> all = people(statements, change.accountId());
        List<Somebody> leaving = all.stream()
                .filter(each -> change.personId() == null || each.id().equals(change.personId()))
                .toList();
        if (change.personId() != null && (leaving.isEmpty() || leaving.size() == all.size())) {
            throw new IllegalStateException("the account would have nobody");
        }
        requireAnOperatorLeft(statements, leaving);
        boolean isStarted = isStarted(statements, change.accountId());
        for (Somebody each : leaving) {
            if (isStarted) {
                run(statements, MARK, change.mark(each.login()));
                for (String identity : identities(statements, each.id())) {
                    run(statements, MARK, change.mark(identity));
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
        PreparedStatement update = statements.of("UPDATE account SET name = id WHERE id = ? AND name IN (?, ?, ?)");
        update.setString(1, accountId);
        update.setString(2, who.login());
        update.setString(3, who.name());
        update.setString(4, who.email() == null ? who.login() : who.email());
        update.executeUpdate();
    }

    private static void erase(Statements statements, Somebody each) throws SQLException {
        for (String sql : OF_AN_ADDRESS) {
            run(statements, sql, each.login());
        }
        for (String sql : OF_A_PERSON) {
            run(statements, sql, each.id());
        }
    }

    private static void end(Statements statements, Erasure change) throws SQLException {
        for (String sql : OF_AN_ACCOUNT) {
            run(statements, sql, change.accountId());
        }
        PreparedStatement keys = statements.of(KEYS);
        keys.setLong(1, change.at().toEpochMilli());
        keys.setString(2, change.accountId());
        keys.executeUpdate();
        PreparedStatement account = statements.of(ACCOUNT);
        account.setString(1, NAME);
        account.setLong(2, change.at().toEpochMilli());
        account.setString(3, change.accountId());
        account.executeUpdate();
    }

    /** Two who leave at once on two servers would each count the other as staying. */
    private static void lock(Statements statements, String accountId) throws SQLException {
        if (statements.dialect() != Dialect.SQLITE) {
            PreparedStatement select = statements.of("SELECT 1 FROM account WHERE id = ? FOR UPDATE");
            select.setString(1, accountId);
            select.executeQuery().close();
        }
    }

    private static List<String> identities(Statements statements, String personId) throws SQLException {
        PreparedStatement select =
                statements.of("SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer");
        select.setString(1, personId);
        List<String> names = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                names.add(Identity.name(row.getString(1), row.getString(2)));
            }
        }
        return names;
    }

    private static List<Somebody> people(Statements statements, String accountId) throws SQLException {
        PreparedStatement select =
                statements.of("SELECT id, login, email, name, role FROM person WHERE account_id = ? ORDER BY id");
        select.setString(1, accountId);
        List<Somebody> people = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                people.add(new Somebody(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5).equals("operator")));
            }
        }
        return people;
    }

    /** The rows are locked, so that of the last two operators who leave at once one stays. */
    private static void requireAnOperatorLeft(Statements statements, List<Somebody> leaving) throws SQLException {
        if (leaving.stream().noneMatch(Somebody::isOperator)) {
            return;
        }
        String lock = statements.dialect() == Dialect.SQLITE ? "" : " FOR UPDATE";
        Set<String> operators = new HashSet<>();
        try (ResultSet row = statements
                .of("SELECT id FROM person WHERE role = 'operator' ORDER BY id" + lock)
                .executeQuery()) {
            while (row.next()) {
                operators.add(row.getString(1));
            }
        }
        leaving.forEach(each -> operators.remove(each.id()));
        if (operators.isEmpty()) {
            throw new IllegalStateException("the last operator stays");
        }
    }

    /** Whether the account was given credits to start with, by the ids that people's start credits have. */
    private static boolean isStarted(Statements statements, String accountId) throws SQLException {
        PreparedStatement select = statements.of(
                "SELECT 1 FROM requested_entry WHERE account_id = ? AND (request_id = ? OR request_id = ?)");
        select.setString(1, accountId);
        select.setString(2, "start-" + accountId);
        select.setString(3, "sandbox-start-" + accountId);
        try (ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    private static void run(Statements statements, String sql, String parameter) throws SQLException {
        PreparedStatement statement = statements.of(sql);
        statement.setString(1, parameter);
        statement.executeUpdate();
    }
}
