package dev.tollgate.books.budgets;

import dev.tollgate.books.budgets.BudgetCalendar.Period;
import dev.tollgate.books.budgets.Budgets.Budget;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The SQL of budgets and of the windows that begin with them. The account's row is locked for changes. */
public record BudgetSql(Sql sql) {

    private static final String ZONE = "SELECT time_zone, time_zone_at FROM account WHERE id = ?";
    private static final String BUDGETS =
            "SELECT owner, kind, limit_micros, since FROM budget WHERE account_id = ? ORDER BY owner, kind";
    private static final String OWNER = """
            SELECT 1 FROM api_key WHERE account_id = ? AND id = ? AND deleted_at IS NULL
            UNION ALL SELECT 1 FROM member WHERE account_id = ? AND id = ? AND left_at IS NULL
            UNION ALL SELECT 1 FROM team WHERE account_id = ? AND id = ? AND archived_at IS NULL""";
    private static final String TEAMS = "SELECT id, name FROM team WHERE account_id = ? AND archived_at IS NULL";
    private static final String PRESENT =
            "SELECT owner, kind, starts_at, charged_micros, held_micros FROM budget_window WHERE account_id = ? AND ends_at > ?";
    private static final String OF_PATH = """
            SELECT owner, kind, charged_micros, held_micros FROM budget_window
            WHERE account_id = ? AND owner IN ('account', ?, ?, ?) AND starts_at <= ? AND ends_at > ?""";
    private static final String DELETE = "DELETE FROM budget WHERE account_id = ? AND owner = ? AND kind = ?";
    private static final String INSERT =
            "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES (?, ?, ?, ?, ?)";
    private static final String COPY = """
            INSERT INTO budget (account_id, owner, kind, limit_micros, since)
            SELECT account_id, ?, kind, limit_micros, since FROM budget WHERE account_id = ? AND owner = ?""";
    private static final String END_WINDOWS = """
            DELETE FROM budget_window WHERE account_id = ? AND (owner, kind, starts_at) IN (
                SELECT owner, kind, starts_at FROM budget_window
                WHERE account_id = ? AND ends_at < ? AND held_micros = 0 LIMIT ?)""";
    private static final String DELETE_WINDOWS = "DELETE FROM budget_window WHERE account_id = ?";

    /** Deletes the windows that neither a budget of their owner nor the budget of each member needs. */
    private static final String DELETE_NEEDLESS = """
            DELETE FROM budget_window WHERE account_id = ? AND NOT EXISTS (
                SELECT 1 FROM budget b
                WHERE b.account_id = budget_window.account_id AND b.kind = budget_window.kind AND b.since <= budget_window.starts_at
                    AND (b.owner = budget_window.owner OR b.owner = 'each_member' AND budget_window.owner IN (
                        SELECT member_id FROM api_key WHERE account_id = budget_window.account_id)))""";

    /**
     * Counts a window from the windows of keys: hours up to the first midnight (UTC), days up to the last one, and hours from there; or all
     * time. A window that is counted stays.
     */
    private static final String BEGIN_WINDOWS = """
            INSERT INTO budget_window (account_id, owner, kind, starts_at, ends_at, charged_micros, held_micros)
            SELECT o.account_id, o.owner, ?, ?, ?, CAST(SUM(w.charged_micros) AS BIGINT), CAST(SUM(w.held_micros) AS BIGINT)
            FROM (%s) AS o JOIN spend_window w ON w.key_id = o.key_id
            WHERE (w.kind = 'total' AND w.starts_at = ?
                    OR w.kind = 'day' AND w.starts_at >= ? AND w.starts_at < ?
                    OR w.kind = 'hour' AND w.starts_at >= ? AND w.starts_at < ?
                    OR w.kind = 'hour' AND w.starts_at >= ? AND w.starts_at < ?)
                AND NOT EXISTS (
                    SELECT 1 FROM budget_window b
                    WHERE b.account_id = o.account_id AND b.owner = o.owner AND b.kind = ? AND b.starts_at = ?)
            GROUP BY o.account_id, o.owner""";

    /** Inserts windows in which calls count: what is charged and held, account, owner, kind, start and end. */
    public static final RowStatement INSERT_WINDOW = RowStatement.insert(
            "budget_window",
            "charged_micros bigint",
            "held_micros bigint",
            "account_id text",
            "owner text",
            "kind text",
            "starts_at bigint",
            "ends_at bigint");
    /** Sets what is charged and held in a window: then account, owner, kind and start. */
    public static final RowStatement UPDATE_WINDOW =
            RowStatement.of("""
            UPDATE budget_window SET charged_micros = ?, held_micros = ?
            WHERE account_id = ? AND owner = ? AND kind = ? AND starts_at = ?""", """
            UPDATE budget_window w SET charged_micros = r.charged, held_micros = r.held
            FROM unnest(?, ?, ?, ?, ?, ?) AS r (charged, held, account_id, owner, kind, starts_at)
            WHERE w.account_id = r.account_id AND w.owner = r.owner AND w.kind = r.kind AND w.starts_at = r.starts_at""", "bigint", "bigint", "text", "text", "text", "bigint");

    private static final String OF_ACCOUNT =
            "SELECT account_id, 'account' AS owner, id AS key_id FROM api_key WHERE account_id = ?";
    private static final String OF_EACH_MEMBER =
            "SELECT account_id, member_id AS owner, id AS key_id FROM api_key WHERE account_id = ? AND member_id <> ''";
    private static final String OF_OWNER = """
            SELECT account_id, ? AS owner, id AS key_id FROM api_key
            WHERE account_id = ? AND (id = ? OR member_id = ? OR team_id = ?)""";

    private record Zone(ZoneId id, Instant setAt) {}

    /** Reads an account's budgets as of a version of its row. */
    public Budgets read(String accountId, long version) throws SQLException {
        Zone zone = Objects.requireNonNull(sql.one(
                ZONE, row -> new Zone(ZoneId.of(row.getString(1)), Instant.ofEpochMilli(row.getLong(2))), accountId));
        Map<String, Map<SpendWindow, Budget>> all = new TreeMap<>();
        sql.each(
                BUDGETS,
                row -> {
                    long limit = row.getLong(3);
                    @Nullable Long limitMicros = row.wasNull() ? null : limit;
                    all.computeIfAbsent(row.getString(1), owner -> new EnumMap<>(SpendWindow.class))
                            .put(SpendWindow.of(row.getString(2)), new Budget(limitMicros, row.getLong(4)));
                },
                accountId);
        Map<String, String> names = new HashMap<>();
        sql.each(TEAMS, row -> names.put(row.getString(1), row.getString(2)), accountId);
        return new Budgets(version, zone.id(), zone.setAt(), all, names);
    }

    /** Returns an account's budgets with their use at a time. */
    public BudgetsNow now(String accountId, Instant at) throws SQLException {
        Budgets budgets = read(accountId, 0);
        Map<List<Object>, WindowUse> uses = new HashMap<>();
        sql.each(
                PRESENT,
                row -> uses.put(
                        List.of(row.getString(1), row.getString(2), row.getLong(3)),
                        new WindowUse(row.getLong(4), row.getLong(5))),
                accountId,
                at.toEpochMilli());
        List<BudgetsNow.Line> lines = new ArrayList<>();
        List<BudgetsNow.Line> ofMembers = new ArrayList<>();
        for (String owner : budgets.owners()) {
            budgets.of(owner).forEach((window, budget) -> {
                Period period = budgets.calendar().at(window, at.toEpochMilli());
                WindowUse use = uses.get(List.<Object>of(owner, window.code(), period.startMillis()));
                lines.add(new BudgetsNow.Line(
                        owner, window, budget.limitMicros(), use == null ? WindowUse.NONE : use, period.end()));
            });
        }
        budgets.of(Budgets.EACH_MEMBER).forEach((window, budget) -> {
            Period period = budgets.calendar().at(window, at.toEpochMilli());
            uses.forEach((of, use) -> {
                String owner = (String) of.getFirst();
                boolean isOfWindow =
                        of.get(1).equals(window.code()) && of.get(2).equals(period.startMillis());
                if (isOfWindow && Budgets.isMember(owner) && !budgets.of(owner).containsKey(window)) {
                    ofMembers.add(new BudgetsNow.Line(owner, window, budget.limitMicros(), use, period.end()));
                }
            });
        });
        return new BudgetsNow(budgets.zone(), lines, ofMembers);
    }

    /** Returns the use of the budgets of a key, its member, its team and its account at a time, by owner; a missing window is unused. */
    public Map<String, Map<SpendWindow, WindowUse>> uses(
            String accountId, String keyId, String memberId, String teamId, long atMillis) throws SQLException {
        Map<String, Map<SpendWindow, WindowUse>> uses = new HashMap<>();
        sql.each(
                OF_PATH,
                row -> uses.computeIfAbsent(row.getString(1), owner -> new EnumMap<>(SpendWindow.class))
                        .put(SpendWindow.of(row.getString(2)), new WindowUse(row.getLong(3), row.getLong(4))),
                accountId,
                keyId,
                memberId,
                teamId,
                atMillis,
                atMillis);
        return uses;
    }

    /** Returns whether an account has an owner of budgets. */
    public boolean isOwner(String accountId, String owner) throws SQLException {
        return owner.equals(Budgets.ACCOUNT)
                || owner.equals(Budgets.EACH_MEMBER)
                || sql.has(OWNER, accountId, owner, accountId, owner, accountId, owner);
    }

    /**
     * Writes other budgets, deletes the windows that are no longer needed and counts the new ones from the windows of keys, which are written.
     * A window begins where its budget does. The account's row is changed by the same batch.
     */
    public void write(String accountId, Budgets old, Budgets next) throws SQLException {
        BudgetCalendar calendar = new BudgetCalendar(next.zone());
        boolean isMoved = !old.zone().equals(next.zone());
        Set<String> changed = new TreeSet<>(old.owners());
        changed.addAll(next.owners());
        changed.removeIf(owner -> old.of(owner).equals(next.of(owner)));
        for (String owner : changed) {
            for (SpendWindow window : old.of(owner).keySet()) {
                sql.run(DELETE, accountId, owner, window.code());
            }
            for (Map.Entry<SpendWindow, Budget> each : next.of(owner).entrySet()) {
                Budget budget = each.getValue();
                String kind = each.getKey().code();
                sql.run(INSERT, accountId, owner, kind, budget.limitMicros(), budget.sinceMillis());
            }
        }
        sql.run(isMoved ? DELETE_WINDOWS : DELETE_NEEDLESS, accountId);
        for (String owner : next.owners()) {
            for (Map.Entry<SpendWindow, Budget> each : next.of(owner).entrySet()) {
                if (isMoved || !old.of(owner).containsKey(each.getKey())) {
                    Period period = calendar.at(each.getKey(), each.getValue().sinceMillis());
                    count(accountId, owner, each.getKey(), period);
                    if (period.end() != null) { // by the clock of another server it may have begun
                        count(accountId, owner, each.getKey(), calendar.at(each.getKey(), period.endMillis()));
                    }
                }
            }
        }
    }

    /**
     * Gives the budgets of an owner to another one, who has none and has spent nothing; the first keeps them for running calls. For a unit that has
     * taken the account's row.
     *
     * @return whether there are any
     */
    public boolean copy(String accountId, String owner, String other) throws SQLException {
        return sql.run(COPY, other, accountId, owner) > 0;
    }

    /** Deletes windows of an account that ended before a time and hold nothing. @return their number, at most the given one */
    public int endWindows(String accountId, Instant before, int most) throws SQLException {
        return sql.run(END_WINDOWS, accountId, accountId, before, most);
    }

    private void count(String accountId, String owner, SpendWindow window, Period period) throws SQLException {
        String kind = window.code();
        long start = period.startMillis();
        long end = period.endMillis();
        boolean isTotal = window == SpendWindow.TOTAL;
        long firstMidnight = isTotal ? end : start + Math.floorMod(-start, BudgetCalendar.DAY_MILLIS);
        long lastMidnight =
                isTotal ? end : Math.max(firstMidnight, end - Math.floorMod(end, BudgetCalendar.DAY_MILLIS));
        List<Object> values = new ArrayList<>(List.of(kind, start, end));
        String owners =
                switch (owner) {
                    case Budgets.ACCOUNT -> OF_ACCOUNT;
                    case Budgets.EACH_MEMBER -> OF_EACH_MEMBER;
                    default -> {
                        values.add(owner);
                        yield OF_OWNER;
                    }
                };
        values.add(accountId);
        if (owners.equals(OF_OWNER)) {
            values.addAll(List.of(owner, owner, owner));
        }
        long hours = isTotal ? end : start;
        values.addAll(List.of(
                isTotal ? 0 : -1L,
                firstMidnight,
                lastMidnight,
                hours,
                Math.min(firstMidnight, end),
                Math.min(lastMidnight, end),
                end,
                kind,
                start));
        sql.run(BEGIN_WINDOWS.formatted(owners), values.toArray());
    }
}
