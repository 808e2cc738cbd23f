package dev.tollgate.customers.figures;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All accounts as the operator lists and finds them. Thread-safe; blocks. */
public final class AccountList {

    /** The most that one page holds. */
    public static final int PAGE_MAX = 200;

    private static final String OPERATOR = "operator";

    /** The shortest prefix of a key that distinguishes keys: all begin alike. */
    private static final int KEY_CHARS_MIN = 6;

    /** The stored part of a key apart from its hash. */
    private static final int KEY_CHARS_SHOWN = 11;

    private static final String COLUMNS = """
            SELECT a.id, a.name, a.created_at, a.blocked, a.balance_micros, a.reserved_micros, a.consumed_micros,
                (SELECT p.login FROM member m JOIN person p ON p.id = m.person_id
                    WHERE m.account_id = a.id AND m.left_at IS NULL ORDER BY m.created_at, m.id LIMIT 1) AS login
            FROM account a\s""";
    private static final String ALL = """
            SELECT a.id, a.name, a.created_at, a.blocked, a.balance_micros, a.reserved_micros, a.consumed_micros, ''
            FROM account a ORDER BY a.last_number_at DESC, a.created_at DESC, a.id LIMIT ?""";
    private static final String ONE = COLUMNS + "WHERE a.id = ?";
    private static final String BY_KEY_ID =
            COLUMNS + "WHERE a.id = (SELECT k.account_id FROM api_key k WHERE k.id = ?)";

    /** A character after all others, so that a prefix is a range. */
    private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

    private final Database database;
    private final String byName;
    private final String byLogin;
    private final String byKey;

    public AccountList(Database database) {
        this.database = database;
        String order = database.dialect() == Dialect.POSTGRESQL ? " COLLATE \"C\"" : "";
        this.byName = COLUMNS + "WHERE lower(a.name)" + order + " >= lower(?) AND lower(a.name)" + order
                + " < lower(?) || ? ORDER BY lower(a.name)" + order + ", a.id LIMIT ?";
        this.byLogin = COLUMNS + "WHERE a.id IN (SELECT m.account_id FROM member m JOIN person p ON p.id = m.person_id"
                + " WHERE m.left_at IS NULL AND p.login" + order + " >= ? AND p.login" + order + " < ? ORDER BY p.login"
                + order + " LIMIT ?)";
        this.byKey = COLUMNS + "WHERE a.id IN (SELECT account_id FROM api_key WHERE prefix" + order + " >= ? AND prefix"
                + order + " < ? ORDER BY prefix" + order + " LIMIT ?)";
    }

    /**
     * An account of the list. Amounts are micro-credits.
     *
     * @param login the first person's login; null if no person can sign in to the account
     */
    public record Row(
            String id,
            String name,
            @Nullable String login,
            Instant createdAt,
            boolean blocked,
            long balanceMicros,
            long heldMicros,
            long consumedMicros) {}

    /** The most accounts that are read at once, about 200 bytes each. */
    public static final int ALL_MAX = 10_000;

    /** Returns the {@value #ALL_MAX} accounts with the latest calls and entries, without who signs in. */
    public List<Row> all() {
        return database.pages().read(OPERATOR, sql -> sql.list(ALL, AccountList::row, ALL_MAX));
    }

    /**
     * Returns the accounts that match a text: their id or a key's id equals it, or their name, mail or a key's visible prefix begins with it.
     * Sorted by name.
     *
     * @param limit 1 to {@value #PAGE_MAX}; further accounts are left out
     */
    public List<Row> find(String text, int limit) {
        requireLimit(limit);
        String wanted = text.strip();
        if (wanted.isEmpty()) {
            return List.of();
        }
        Map<String, Row> found = new LinkedHashMap<>();
        return database.pages().read(OPERATOR, sql -> {
            add(found, sql.list(ONE, AccountList::row, wanted));
            add(found, sql.list(BY_KEY_ID, AccountList::row, wanted));
            String login = wanted.toLowerCase(Locale.ROOT);
            add(found, sql.list(byLogin, AccountList::row, login, login + LAST, limit));
            add(found, sql.list(byName, AccountList::row, wanted, wanted, LAST, limit));
            if (wanted.length() >= KEY_CHARS_MIN) {
                String shown = wanted.substring(0, Math.min(wanted.length(), KEY_CHARS_SHOWN));
                add(found, sql.list(byKey, AccountList::row, shown, shown + LAST, limit));
            }
            return found.values().stream()
                    .sorted(Comparator.comparing(Row::name).thenComparing(Row::id))
                    .limit(limit)
                    .toList();
        });
    }

    /** Returns the names of accounts: by their name, else by who signs in, else by their id. @param ids at most {@value #PAGE_MAX} */
    public Map<String, String> names(Set<String> ids) {
        Map<String, String> names = new HashMap<>();
        rows(ids).forEach((id, row) -> {
            String login = row.login() == null ? id : row.login();
            names.put(id, row.name().isBlank() ? login : row.name());
        });
        return names;
    }

    /** Returns accounts by their ids. @param ids at most {@value #PAGE_MAX} */
    public Map<String, Row> rows(Set<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        requireLimit(ids.size());
        String these = COLUMNS + "WHERE a.id IN (" + String.join(", ", Collections.nCopies(ids.size(), "?")) + ")";
        Map<String, Row> rows = new HashMap<>();
        database.pages()
                .read(OPERATOR, sql -> sql.list(these, AccountList::row, ids.toArray()))
                .forEach(row -> rows.put(row.id(), row));
        return rows;
    }

    private static void requireLimit(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " accounts");
        }
    }

    private static void add(Map<String, Row> found, List<Row> rows) {
        rows.forEach(row -> found.putIfAbsent(row.id(), row));
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getString(2),
                row.getString(8),
                Columns.time(row, 3),
                Columns.flag(row, 4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7));
    }
}
