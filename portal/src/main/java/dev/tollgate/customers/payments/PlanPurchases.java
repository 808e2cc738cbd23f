package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanReturn;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Purchase;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Turn;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The periods of plans that customers buy: which payments they may begin (K15, K17), and what one buys once it is paid (K16). Thread-safe; blocks.
 *
 * @param isReal whether credits of the sandbox serve nothing, as the installation's calls cost money
 * @param clock the same on all servers that share the books
 */
public record PlanPurchases(Plans plans, PlanSweep sweep, BooleanSupplier isReal, InstantSource clock) {

    /** The fields of a purchase, as refusals name them. */
    public static final String PLAN = "plan";

    public static final String WHEN = "when";

    /** Returns why an account cannot begin to pay for a period; null if it can. */
    @Nullable
    ApiError refusal(String accountId, Version seen, boolean atOnce) {
        if (plans.onSale().stream().noneMatch(each -> each.sequence() == seen.sequence())) {
            return refused(
                    PLAN,
                    sentence(
                            "The plan {plan} has changed since this page was opened, or is not sold any more. Look at it again.",
                            seen.terms().name()));
        }
        Subscription running = sweep.present(accountId);
        if (running == null || !running.isRunning()) {
            return null;
        }
        Sentence why = atOnce ? refusedNow(running) : refusedAfter(running, seen);
        return why == null ? null : refused(WHEN, why);
    }

    private static ApiError refused(String field, Sentence why) {
        return ApiError.invalid(field, why).withStatus(409);
    }

    private static @Nullable Sentence refusedAfter(Subscription running, Version seen) {
        if (!running.isOf(seen)) {
            return sentence(
                    "Only more of the same can follow your plan {plan}. This one can begin now, or once yours has ended at {time}.",
                    running.version().terms().name(),
                    running.until());
        }
        return running.remaining() >= Subscription.AHEAD_MAX
                ? sentence(
                        "Your plan {plan} has {more} more periods, until {time}. Another can be bought once fewer than {max} are ahead.",
                        running.version().terms().name(),
                        Integer.toString(running.remaining()),
                        running.until(),
                        Integer.toString(Subscription.AHEAD_MAX))
                : null;
    }

    private static @Nullable Sentence refusedNow(Subscription running) {
        return running.due() > Subscription.DUE_MAX
                ? sentence(
                        "Your plan {plan} has {more} more periods until {time}. If a plan began now, their credits would be given at once, which is possible for {max} at most.",
                        running.version().terms().name(),
                        Integer.toString(running.remaining()),
                        running.until(),
                        Integer.toString(Subscription.DUE_MAX))
                : null;
    }

    /** Returns the version that a payment buys; null if it is not there, or if the payment buys general credits. */
    @Nullable
    Version version(Payment.@Nullable Bought bought) {
        return bought == null ? null : plans.version(bought.plan(), bought.version());
    }

    /**
     * Returns what a payment buys as things stand.
     *
     * @param isOfSandbox whether its credits pay only for responses of the sandbox
     * @param isBack whether all of its money is back before it is known to be paid
     */
    Offer offer(Payment payment, Version version, boolean isOfSandbox, boolean isBack) {
        boolean isBeside =
                isBack || isOfSandbox && isReal.getAsBoolean(); // else it would give a price group for nothing
        return new Offer(
                plans, version, isBeside ? null : sweep.present(payment.accountId()), isBeside, clock.instant());
    }

    /** Returns what a payment has bought of a plan, as that stands; null if it has bought none. */
    @Nullable
    Sold sold(Payment payment) {
        Payment.Bought bought = payment.bought();
        Long number = bought == null ? null : bought.subscription();
        Integer period = bought == null ? null : bought.period();
        return number == null || period == null
                ? null
                : new Sold(plans, sweep.present(payment.accountId()), number, period, clock.instant());
    }

    /** The period of a plan that a payment has bought. @param last the newest plan of the account */
    record Sold(Plans plans, @Nullable Subscription last, long number, int period, Instant at) {

        /** Makes the change by which the period ends if all of its money goes back; null if that changes nothing of a plan. */
        @Nullable
        Turn turn(Payment payment, BooleanSupplier isBack) {
            return plans.giveBack(last, new PlanReturn(payment.id(), number, period, isBack), at);
        }
    }

    /**
     * A purchase as things stand.
     *
     * @param last the newest plan of the account; null if it never had one
     * @param isBeside whether it buys credits beside the plan, whatever runs
     */
    record Offer(Plans plans, Version version, @Nullable Subscription last, boolean isBeside, Instant at) {

        /** Returns the terms of what it buys beside a plan. */
        GrantTerms beside() {
            return version.terms().beside(at);
        }

        /** Makes the change that the payment makes of the account's plan. Parameters as {@link Purchase} has them. */
        Turn turn(Payment payment, Function<GrantTerms, Grant> credits, BooleanSupplier isPaid) {
            Payment.Bought bought = payment.bought();
            boolean atOnce = bought != null && bought.atOnce();
            return plans.buy(
                    last, new Purchase(payment.accountId(), payment.id(), version, atOnce, credits, isPaid), at);
        }
    }
}
