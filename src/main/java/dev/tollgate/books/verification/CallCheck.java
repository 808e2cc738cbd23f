package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Each reservation with its entries and its task: resolved once, in the amounts that all three tell. */
final class CallCheck implements Check {

    private static final String COLUMNS = """
            SELECT r.id, r.account_id, r.key_id, %s, r.held_micros, %s,
                e.account_id, e.sequence, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros,
                t.account_id, t.key_id, t.status, t.charge_micros, t.usage_flags, t.pricing,
                r.first_sequence, r.last_sequence, r.created_at, e.created_at, t.created_at, t.completed_at, t.usage, t.error_code, t.course, t.costs
            FROM %s r
                LEFT JOIN task t ON t.id = r.id
                LEFT JOIN entry e ON e.reservation_id = r.id
            ORDER BY r.id""";
    private static final int ENTRY = 7;

    private final String subject;
    private final String sql;
    private final PriceCheck prices;
    private @Nullable AuditedCall call;

    private CallCheck(String subject, String sql, PriceCheck prices) {
        this.subject = subject;
        this.sql = sql;
        this.prices = prices;
    }

    /** @param prices that have been read before */
    static CallCheck ofEnded(PriceCheck prices) {
        return new CallCheck("calls", COLUMNS.formatted("r.state", "r.charged_micros", "reservation"), prices);
    }

    /** Returns the check of open calls, which have no task yet. */
    static CallCheck ofOpen() {
        return new CallCheck("open calls", COLUMNS.formatted("'open'", "0", "open_hold"), new PriceCheck());
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public String sql(Dialect dialect) {
        return sql;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String id = row.getString(1);
        AuditedCall current = call;
        if (current == null || !current.id().equals(id)) {
            end(findings);
            current = AuditedCall.read(row);
            call = current;
        }
        if (row.getString(ENTRY) != null) {
            current.entries().add(Movement.read(row, ENTRY), row.getLong(23), findings);
        }
    }

    @Override
    public void end(Findings findings) {
        if (call != null) {
            call.check(prices, findings);
        }
    }
}
