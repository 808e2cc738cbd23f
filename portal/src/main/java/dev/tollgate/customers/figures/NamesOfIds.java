package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Account;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The present names of ids: records store ids, and people read names. Thread-safe; blocks. */
public record NamesOfIds(Database database) {

    /** The most that are looked up at once. */
    public static final int IDS_MAX = 3_000;

    private static final String OPERATOR = "operator";

    /** The name of an account {@code a} in SQL: the first person's login if it has none. */
    public static final String ACCOUNT_NAME = """
            CASE WHEN TRIM(a.name) <> '' THEN a.name
                ELSE COALESCE((SELECT f.login FROM member m JOIN person f ON f.id = m.person_id
                    WHERE m.account_id = a.id AND m.left_at IS NULL ORDER BY m.created_at, m.id LIMIT 1), a.id) END""";

    private static final List<String> TABLES = List.of(
            "SELECT a.id, 'ACCOUNT', '', a.id, " + ACCOUNT_NAME + " FROM account a WHERE a.id IN (%s)",
            "SELECT person.id, 'PERSON', person.login, a.id, " + ACCOUNT_NAME
                    + " FROM person LEFT JOIN member ON member.id = " + MemberSql.HOME
                    + " JOIN account a ON a.id = COALESCE(member.account_id, person.account_id) WHERE person.id IN (%s)",
            "SELECT k.id, 'KEY', k.name, a.id, " + ACCOUNT_NAME
                    + " FROM api_key k JOIN account a ON a.id = k.account_id WHERE k.id IN (%s)",
            "SELECT member.id, 'MEMBER', person.login, a.id, " + ACCOUNT_NAME
                    + " FROM member JOIN person ON person.id = member.person_id JOIN account a ON a.id = member.account_id WHERE member.id IN (%s)",
            "SELECT team.id, 'TEAM', team.name, a.id, " + ACCOUNT_NAME
                    + " FROM team JOIN account a ON a.id = team.account_id WHERE team.id IN (%s)",
            "SELECT t.id, 'CALL', '', a.id, " + ACCOUNT_NAME
                    + " FROM call t JOIN account a ON a.id = t.account_id WHERE t.id IN (%s)");

    private static final String INVITED = "SELECT 'PERSON', l.email, a.id, " + ACCOUNT_NAME
            + " FROM person_link l JOIN account a ON a.id = l.account_id WHERE l.hash >= ? AND l.hash < ?";

    /** Stands before the first digits of a link's hash, which name an invitation. */
    private static final String INVITATION = "inv_";

    /** A sign above the digits of a hash. */
    private static final String ABOVE = "g";

    /**
     * The thing that an id names.
     *
     * @param name a person's login, the address of an invitation, the name of a key or a team; else empty
     */
    public record Named(Kind kind, String name, String accountId, String accountName) {

        public boolean isDeleted() {
            return accountName.equals(Account.DELETED);
        }
    }

    /** The kinds of things that have ids. */
    public enum Kind {
        ACCOUNT,
        PERSON,
        MEMBER,
        TEAM,
        KEY,
        CALL
    }

    /** Returns the names of the ids that still exist. @param ids at most {@value #IDS_MAX}; others than ids are none */
    public Map<String, Named> of(Set<String> ids) {
        if (ids.size() > IDS_MAX) {
            throw new IllegalArgumentException("at most " + IDS_MAX + " ids at once, not " + ids.size());
        }
        if (ids.isEmpty()) {
            return Map.of();
        }
        String these = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return database.pages().read(OPERATOR, sql -> {
            Map<String, Named> names = new HashMap<>();
            for (String table : TABLES) {
                sql.each(table.formatted(these), row -> names.put(row.getString(1), named(row, 2)), ids.toArray());
            }
            for (String id : ids) {
                if (id.startsWith(INVITATION)) {
                    String hash = id.substring(INVITATION.length());
                    sql.each(INVITED, row -> names.put(id, named(row, 1)), hash, hash + ABOVE);
                }
            }
            return names;
        });
    }

    private static Named named(ResultSet row, int first) throws SQLException {
        return new Named(
                Kind.valueOf(row.getString(first)),
                row.getString(first + 1),
                row.getString(first + 2),
                row.getString(first + 3));
    }
}
