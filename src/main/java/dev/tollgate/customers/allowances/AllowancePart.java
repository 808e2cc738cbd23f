package dev.tollgate.customers.allowances;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Goes before the parts whose changes depend on it. Writer's turn only. */
final class AllowancePart implements Part<Use> {

    private static final int FORGOTTEN_EACH = 20;

    /** Makes the row or takes it, and says what it has. */
    private static final String TAKE = "INSERT INTO allowance (name, ends_at, used) VALUES (?, 0, 0)"
            + " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING ends_at, used";

    static final String FIND = "SELECT ends_at, used FROM allowance WHERE name = ?";

    private static final String SET = "UPDATE allowance SET ends_at = ?, used = ? WHERE name = ?";
    private static final String OLD = "SELECT name FROM allowance WHERE ends_at < ? LIMIT " + FORGOTTEN_EACH;

    record Used(long endsAtMillis, int times) {}

    private static final Used NOT_USED = new Used(0, 0);

    @Override
    public Class<Use> type() {
        return Use.class;
    }

    @Override
    public void write(Statements statements, List<Use> changes) throws SQLException {
        Map<String, Used> rows = new TreeMap<>();
        for (Use use : changes) {
            use.allowances().forEach(allowance -> rows.put(allowance.name(), NOT_USED));
        }
        for (Map.Entry<String, Used> row : rows.entrySet()) {
            row.setValue(taken(statements, row.getKey()));
        }
        for (Use use : changes) {
            decide(use, rows);
        }
        for (Map.Entry<String, Used> row : rows.entrySet()) {
            statements.run(SET, row.getValue().endsAtMillis(), row.getValue().times(), row.getKey());
        }
        forget(statements, changes.getLast().at().toEpochMilli());
    }

    private static Used taken(Statements statements, String name) throws SQLException {
        Used used = statements.one(TAKE, AllowancePart::used, name);
        if (used == null) {
            throw new SQLException("an allowance has no row");
        }
        return used;
    }

    static Used used(ResultSet row) throws SQLException {
        return new Used(row.getLong(1), row.getInt(2));
    }

    private static void decide(Use use, Map<String, Used> rows) {
        long now = use.at().toEpochMilli();
        long waitMillis = 0;
        for (Allowance allowance : use.allowances()) {
            Used used = present(rows, allowance, now);
            if (used.times() >= allowance.most()) {
                waitMillis = Math.max(waitMillis, used.endsAtMillis() - now);
            }
        }
        if (waitMillis == 0) {
            for (Allowance allowance : use.allowances()) {
                Used used = present(rows, allowance, now);
                long end = used.times() == 0 ? now + allowance.window().toMillis() : used.endsAtMillis();
                rows.put(allowance.name(), new Used(end, used.times() + 1));
            }
        }
        use.left(Duration.ofMillis(waitMillis));
    }

    private static Used present(Map<String, Used> rows, Allowance allowance, long now) {
        Used used = rows.getOrDefault(allowance.name(), NOT_USED);
        return used.endsAtMillis() <= now ? NOT_USED : used;
    }

    /** Rows that another node holds are passed over: it may wait for ours. */
    private static void forget(Statements statements, long now) throws SQLException {
        List<String> names = statements.list(
                statements.dialect() == Dialect.SQLITE ? OLD : OLD + " FOR UPDATE SKIP LOCKED",
                row -> row.getString(1),
                now);
        for (String name : names) {
            statements.run("DELETE FROM allowance WHERE name = ?", name);
        }
    }
}
