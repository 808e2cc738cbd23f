package dev.tollgate.books.plans;

import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Subscription.End;
import dev.tollgate.books.plans.Subscription.Why;
import dev.tollgate.models.prices.AccountTerms;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A payment of a period of a plan (K16).
 *
 * @param version that the customer has seen, which may be closed or replaced by now
 * @param atOnce whether the period begins at once, whatever runs
 * @param credits makes the change that gives the payment's credits, under terms
 * @param isPaid asked once payments are judged: whether this one was paid
 */
public record Purchase(
        String accountId,
        String paymentId,
        Version version,
        boolean atOnce,
        Function<GrantTerms, Grant> credits,
        BooleanSupplier isPaid) {

    /**
     * Returns the change of the account's plan: the period is after the running plan, or from now on. Without a place there it is credits for one period beside
     * the plan, without a price group.
     */
    Turn turn(@Nullable Subscription last, AccountTerms terms, Instant at) {
        Subscription running = last != null && last.isRunning() ? last : null;
        Instant now = Plan.millis(at);
        if (running == null || atOnce && running.due() <= Subscription.DUE_MAX) {
            Instant begin = running == null ? now : running.during(now);
            long number = last == null ? 1 : last.number() + 1;
            Subscription first = new Subscription(
                    accountId, number, version, begin, 1, 1, begin, 1, 0, Map.of(), Set.of(), null, null);
            return new Turn(last, first, terms, at)
                    .replaces(running, new End(begin, Why.REPLACED))
                    .buys(this, first, step(begin, first, running == null ? Kind.ASSIGN : Kind.NOW))
                    .begins();
        }
        if (!atOnce && running.isOf(version) && running.remaining() < Subscription.PERIODS_MAX) {
            Subscription more = running.bought(now);
            return new Turn(running, more, terms, at).buys(this, more.in(more.periods()), step(now, more, Kind.AFTER));
        }
        return new Turn(running, running, terms, at).buys(this, null, null);
    }

    private PlanStep step(Instant at, Subscription its, Kind kind) {
        PlanStep.Bought bought = new PlanStep.Bought(paymentId, its.periods(), 0);
        return new PlanStep(accountId, at, its.number(), kind, 1, null, bought);
    }
}
