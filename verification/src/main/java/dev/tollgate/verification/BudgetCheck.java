package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks that each window of a budget has the charges and holds of its owner's calls that began in it, and that no window is there without a budget or
 * missing with one. Windows go 35 days after their end: an older one is not missed. The database adds up calls by the hour and sorts by owner, on disk if
 * there are many: all windows and budgets begin with a full hour ({@link BudgetCalendarCheck}). It keeps the windows of one owner at a time.
 */
final class BudgetCheck implements Check {

    private static final int BUDGET = 0;
    private static final int WINDOW = 1;

    // A call counts for its account, its key, and its key's member and team.
    private static final String SQL = """
            WITH limited AS (SELECT account_id FROM budget UNION SELECT account_id FROM budget_window),
            hours AS MATERIALIZED (
                SELECT account_id, key_id, created_at - created_at %% 3600000 AS starts_at,
                    SUM(charged_micros) AS charged_micros, SUM(held_micros) AS held_micros
                FROM (
                    SELECT account_id, key_id, created_at, charged_micros, 0 AS held_micros FROM call
                    WHERE account_id IN (SELECT account_id FROM limited)
                    UNION ALL
                    SELECT account_id, key_id, created_at, 0, held_micros FROM open_hold
                    WHERE account_id IN (SELECT account_id FROM limited)) AS calls
                GROUP BY account_id, key_id, created_at - created_at %% 3600000),
            -- The budgets in force: a member's own, else those of each member.
            budgets AS MATERIALIZED (
                SELECT account_id, owner, kind, since FROM budget WHERE owner <> 'each_member'
                UNION
                SELECT b.account_id, k.member_id, b.kind, b.since FROM budget b JOIN api_key k ON k.account_id = b.account_id
                WHERE b.owner = 'each_member' AND k.member_id <> '' AND NOT EXISTS (
                    SELECT 1 FROM budget own
                    WHERE own.account_id = b.account_id AND own.owner = k.member_id AND own.kind = b.kind)),
            owners AS MATERIALIZED (
                SELECT account_id, owner FROM budgets UNION SELECT account_id, owner FROM budget_window),
            owned AS (
                SELECT account_id, 'account' AS owner, starts_at, charged_micros, held_micros FROM hours
                UNION ALL
                SELECT account_id, key_id, starts_at, charged_micros, held_micros FROM hours
                UNION ALL
                SELECT h.account_id, k.member_id, h.starts_at, h.charged_micros, h.held_micros
                FROM hours h JOIN api_key k ON k.id = h.key_id WHERE k.member_id <> ''
                UNION ALL
                SELECT h.account_id, k.team_id, h.starts_at, h.charged_micros, h.held_micros
                FROM hours h JOIN api_key k ON k.id = h.key_id WHERE k.team_id <> '')
            SELECT account_id, owner, 0 AS part, kind, since AS starts_at, %1$s - 3024000000 AS ends_at,
                0 AS charged_micros, 0 AS held_micros
            FROM budgets
            UNION ALL
            SELECT account_id, owner, 1, kind, starts_at, ends_at, charged_micros, held_micros FROM budget_window
            UNION ALL
            SELECT account_id, owner, 2, '', starts_at, 0, SUM(charged_micros), SUM(held_micros) FROM owned
            WHERE (account_id, owner) IN (SELECT account_id, owner FROM owners)
            GROUP BY account_id, owner, starts_at
            ORDER BY 1, 2, 3, 4, 5""";

    /** A window that is stored, or is missing. */
    private static final class Window {

        private final long startsAt;
        private final long endsAt;
        private final long chargedMicros;
        private final long heldMicros;
        private long shouldHaveCharged;
        private long shouldHold;

        Window(long startsAt, long endsAt, long chargedMicros, long heldMicros) {
            this.startsAt = startsAt;
            this.endsAt = endsAt;
            this.chargedMicros = chargedMicros;
            this.heldMicros = heldMicros;
        }

        void add(long charged, long held) {
            shouldHaveCharged += charged;
            shouldHold += held;
        }
    }

    private String account = "";
    private String owner = "";

    /** The instant before which a window may be deleted. */
    private long keptFrom;

    /** The start of each budget by its kind. */
    private final Map<String, Long> budgets = new TreeMap<>();

    /** The windows of each kind by their start. */
    private final Map<String, TreeMap<Long, Window>> windows = new TreeMap<>();

    private final Map<String, Window> missing = new TreeMap<>();

    @Override
    public String subject() {
        return "budget windows";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL.formatted(dialect.nowMillis());
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        if (!row.getString(1).equals(account) || !row.getString(2).equals(owner)) {
            end(findings);
            account = row.getString(1);
            owner = row.getString(2);
        }
        String kind = row.getString(4);
        long startsAt = row.getLong(5);
        switch (row.getInt(3)) {
            case BUDGET -> {
                budgets.put(kind, startsAt);
                keptFrom = row.getLong(6);
            }
            case WINDOW ->
                windows.computeIfAbsent(kind, any -> new TreeMap<>())
                        .put(startsAt, new Window(startsAt, row.getLong(6), row.getLong(7), row.getLong(8)));
            default -> hour(startsAt, row.getLong(7), row.getLong(8));
        }
    }

    /** Adds the calls of an hour to the window of each budget that counts them. */
    private void hour(long hour, long charged, long held) {
        budgets.forEach((kind, since) -> {
            if (hour >= since) {
                Window window = window(kind, hour);
                if (window != null) {
                    window.add(charged, held);
                } else if (hour >= keptFrom) {
                    missing.computeIfAbsent(kind, any -> new Window(hour, 0, 0, 0))
                            .add(charged, held);
                }
            }
        });
    }

    private @Nullable Window window(String kind, long hour) {
        TreeMap<Long, Window> its = windows.get(kind);
        Map.Entry<Long, Window> before = its == null ? null : its.floorEntry(hour);
        return before == null || hour >= before.getValue().endsAt ? null : before.getValue();
    }

    /** Reports the differences of the last owner. */
    @Override
    public void end(Findings findings) {
        windows.forEach((kind, its) -> its.values().forEach(window -> {
            String name = name(kind, window);
            if (!budgets.containsKey(kind)) {
                findings.add(name + " is counted without a budget");
            }
            compare(name, window, findings);
        }));
        missing.forEach((kind, window) -> compare(name(kind, window), window, findings));
        budgets.clear();
        windows.clear();
        missing.clear();
    }

    private String name(String kind, Window window) {
        return account + ", budget of " + owner + ": the " + kind + " from " + Instant.ofEpochMilli(window.startsAt);
    }

    private static void compare(String name, Window window, Findings findings) {
        findings.same(name + " has charged", window.chargedMicros, "its calls were charged", window.shouldHaveCharged);
        findings.same(name + " holds", window.heldMicros, "its open calls hold", window.shouldHold);
    }
}
