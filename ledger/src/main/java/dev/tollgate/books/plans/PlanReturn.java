package dev.tollgate.books.plans;

import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A period that a payment had bought and whose money goes back (K23): it has neither credits nor a price group. Its rows are only added.
 *
 * @param subscription the number of the plan
 * @param isBack asked once payments are judged: whether all of the money is back
 */
public record PlanReturn(String paymentId, long subscription, int period, BooleanSupplier isBack) {

    private static final String ADD = """
            INSERT INTO plan_return (account_id, payment_id, at, subscription, period, step, remains)
            SELECT ?, ?, ?, ?, ?, MAX(number), ? FROM plan_step WHERE account_id = ?""";

    /** Makes the change; null if it changes nothing: the period has passed, or its plan has ended, or that was done. */
    @Nullable
    Turn turn(@Nullable Subscription last, AccountTerms terms, Instant at) {
        return last != null && last.number() == subscription && last.mayReturn(period)
                ? new Turn(last, last.without(period, Plan.millis(at)), terms, at).returns(this)
                : null;
    }

    /** Adds the row. @param rest the plan from then on */
    void write(Statements statements, Subscription rest, Instant at) throws SQLException {
        String accountId = rest.accountId();
        statements.run(ADD, accountId, paymentId, at, subscription, period, rest.periods(), accountId);
    }

    static ExportFile file() {
        return ExportFile.of(
                "plan-returns.csv",
                "periods of plans whose money went back",
                "plan_return r",
                "r.account_id = :account",
                "r.payment_id r.at:TIME r.subscription r.period r.remains",
                "r.at r.payment_id");
    }
}
