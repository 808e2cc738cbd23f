package dev.tollgate.books.plans;

import dev.tollgate.books.plans.PlansPart.PlanChange;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Ends the plan of an account that is deleted, whatever stands there. */
final class EndWithAccount extends PlanChange<Boolean> {

    // Not before its period, nor before its newest step.
    private static final String END = """
            UPDATE subscription SET ended_by = 'deleted', ended_at = (SELECT MAX(t.since) FROM (SELECT starts_at AS since
                UNION ALL SELECT CAST(? AS BIGINT)
                UNION ALL SELECT p.at FROM plan_step p WHERE p.account_id = subscription.account_id AND p.subscription = subscription.number) t)
            WHERE account_id = ? AND ended_at IS NULL""";

    private final String accountId;
    private final BooleanSupplier isClosed;
    private final Instant at;

    EndWithAccount(String accountId, BooleanSupplier isClosed, Instant at) {
        this.accountId = accountId;
        this.isClosed = isClosed;
        this.at = at;
    }

    @Override
    void decide(Statements statements, Set<String> changed) {
        changed.add(accountId);
        decide(true);
    }

    @Override
    void write(Statements statements) throws SQLException {
        if (isClosed.getAsBoolean()) {
            statements.run(END, at, accountId);
        }
    }
}
