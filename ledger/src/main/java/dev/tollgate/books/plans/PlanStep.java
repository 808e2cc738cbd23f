package dev.tollgate.books.plans;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A step with the plan of an account, of an operator or of a payment: it begins, prolongs or ends one (K16, K20). Rows are only added. Immutable.
 *
 * @param at its time, which for a plan that it begins is the plan's anchor
 * @param subscription the number of the plan that it begins, prolongs or ends
 * @param periods that it adds; 0 for an end
 * @param requestId the operator's id of the request, which counts once; null: without one
 * @param bought what a payment has bought; null for an operator's step
 */
public record PlanStep(
        String accountId,
        Instant at,
        long subscription,
        Kind kind,
        int periods,
        @Nullable String requestId,
        @Nullable Bought bought) {

    /** Makes an operator's step. */
    PlanStep(String accountId, Instant at, long subscription, Kind kind, int periods, @Nullable String requestId) {
        this(accountId, at, subscription, kind, periods, requestId, null);
    }

    /** A period that a payment has bought. @param grant the number of its grant, whose begin may lie ahead; 0 until the ledger has decided */
    public record Bought(String paymentId, int period, long grant) {}

    /** The kind of a step. */
    public enum Kind {
        /** A plan for an account of which none runs. */
        ASSIGN,
        /** Periods after the running plan's; at once if none runs. */
        AFTER,
        /** Periods from now on, whatever runs. */
        NOW,
        END;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The name in the database, in JSON and in commands. */
        public String word() {
            return word;
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    static final String REQUESTED =
            "SELECT account_id, at, subscription, kind, periods, request_id FROM plan_step WHERE account_id = ? AND request_id = ?";

    /** The bought periods of a subscription {@code s} that have not passed and not fallen away, each with its grant and whether it is paid or returned. */
    static final String BOUGHT = """
            (SELECT STRING_AGG(p.period || ':' || p.grant_number || CASE WHEN EXISTS (
                    SELECT 1 FROM plan_return r WHERE r.account_id = p.account_id AND r.payment_id = p.payment_id) THEN ':returned' ELSE ':paid' END, ' ')
                FROM plan_step p WHERE p.account_id = s.account_id AND p.subscription = s.number AND p.period BETWEEN s.period AND s.periods
                    AND NOT EXISTS (SELECT 1 FROM plan_return r WHERE r.account_id = p.account_id AND r.subscription = p.subscription
                        AND r.step >= p.number AND r.remains < p.period))""";

    private static final String PAYMENTS = """
            SELECT p.payment_id FROM plan_step p
            WHERE p.account_id = ? AND p.subscription = ? AND p.period BETWEEN ? AND ? AND NOT EXISTS (
                SELECT 1 FROM plan_return r WHERE r.account_id = p.account_id AND r.payment_id = p.payment_id)
            ORDER BY p.period""";

    private static final String ADD = """
            INSERT INTO plan_step (account_id, number, at, subscription, kind, periods, request_id, payment_id, period, grant_number)
            SELECT ?, 1 + COALESCE(MAX(number), 0), ?, ?, ?, ?, ?, ?, ?, ? FROM plan_step WHERE account_id = ?""";

    static PlanStep read(ResultSet row) throws SQLException {
        return new PlanStep(
                row.getString(1),
                Columns.time(row, 2),
                row.getLong(3),
                Kind.of(row.getString(4)),
                row.getInt(5),
                row.getString(6));
    }

    /** Returns the payments of a plan's present period and later ones that did not go back, in the order of the periods. */
    static List<String> payments(Sql sql, Subscription its) throws SQLException {
        return sql.list(PAYMENTS, row -> row.getString(1), its.accountId(), its.number(), its.period(), its.periods());
    }

    /** Returns whether its request has not been taken before. */
    boolean isNew(Statements statements) throws SQLException {
        return requestId == null || !statements.has(REQUESTED, accountId, requestId);
    }

    /** Adds the row, as the account's next. */
    void write(Statements statements) throws SQLException {
        statements.run(
                ADD,
                accountId,
                at,
                subscription,
                kind.word,
                periods,
                requestId,
                bought == null ? null : bought.paymentId,
                bought == null ? null : bought.period,
                bought == null ? null : bought.grant,
                accountId);
    }

    /** Returns a payment's step with the number of the grant. */
    PlanStep paidBy(long grant) {
        Bought its = Objects.requireNonNull(bought);
        return new PlanStep(
                accountId, at, subscription, kind, periods, requestId, new Bought(its.paymentId, its.period, grant));
    }

    /** An earlier step with the plan as it is now. */
    public record Taken(PlanStep step, Subscription its) {}
}
