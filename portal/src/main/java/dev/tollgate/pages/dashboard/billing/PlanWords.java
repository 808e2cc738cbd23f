package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.customers.payments.BoughtPeriods;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words for plans on pages, the customer's and the operator's. */
public final class PlanWords {

    private PlanWords() {}

    /** Returns the word for the length of a period. */
    public static String word(Period period) {
        return period.label().said();
    }

    /** Returns a price, such as {@code $9.00 a month}. */
    public static String price(Plan plan) {
        String period = word(plan.period());
        return plan.cents() == 0
                ? say("free, by the {period}", period)
                : say("{dollars} a {period}", PaymentTexts.dollars(plan.cents()), period);
    }

    /** Returns a bought period with its days in UTC, such as {@code Plan Pro, 29 November to 29 December 2026}; without the days until it is paid. */
    public static String bought(BoughtPeriod period) {
        BoughtPeriod.Credits credits = period.credits();
        if (credits == null) {
            return say("Plan {name}", period.plan());
        }
        ZonedDateTime from = credits.startsAt().atZone(ZoneOffset.UTC);
        ZonedDateTime until = credits.endsAt().atZone(ZoneOffset.UTC);
        return from.getYear() == until.getYear()
                ? say(
                        "Plan {name}, {from} to {until} {year}",
                        period.plan(),
                        TimeForm.LONG_DAY_WITHOUT_YEAR.format(from),
                        TimeForm.LONG_DAY_WITHOUT_YEAR.format(until),
                        TimeForm.YEAR.format(until))
                : say(
                        "Plan {name}, {from} to {until}",
                        period.plan(),
                        TimeForm.LONG_DAY.format(from),
                        TimeForm.LONG_DAY.format(until));
    }

    /** Returns what a payment has bought, for operators: if it is no period of the account's plan, it says so. @param period null for credits */
    public static Cell cell(@Nullable BoughtPeriod period, PaymentTexts payment) {
        if (period == null) {
            return Cell.EMPTY;
        }
        BoughtPeriod.Credits credits = period.credits();
        if (credits == null) {
            return Cell.of(bought(period));
        }
        String number = Long.toString(credits.number());
        return Cell.of(bought(period))
                .under(
                        payment.isBesidePlan()
                                ? say("grant {number}, apart from the plan", number)
                                : say("grant {number}", number))
                .under(refund(period, payment.payment(), Money.CREDITS));
    }

    /** Returns what a refund of the whole payment would take now, in a sentence; null if it is not paid, or something went back. */
    public static @Nullable String refund(BoughtPeriod period, Payment payment, Money money) {
        BoughtPeriod.Credits credits = period.credits();
        if (credits == null || credits.wasBack()) {
            return null;
        }
        String taken = taken(credits, payment, money);
        return credits.heldMicros() == 0
                ? taken
                : Joined.sentences(taken, say("Running calls keep what they need of it, which counts as spent."));
    }

    private static String taken(BoughtPeriod.Credits credits, Payment payment, Money money) {
        BoughtPeriods.Refund refund = credits.refund(payment);
        String number = Long.toString(credits.number());
        String own = money.withUnit(money.sum(refund.ownMicros()));
        String general = money.withUnit(money.sum(refund.generalMicros()));
        if (refund.missingMicros() > 0) {
            return say(
                    "A refund in full takes {own} of grant {number} and {general} of general credits. {missing} are spent already: the account would be banned.",
                    own,
                    number,
                    general,
                    money.withUnit(money.sum(refund.missingMicros())));
        }
        if (refund.ownMicros() + refund.generalMicros() == 0) {
            return say("A refund in full takes no credits: those of grant {number} have expired or ended.", number);
        }
        return refund.generalMicros() == 0
                ? say("A refund in full takes {own} of grant {number}.", own, number)
                : say(
                        "A refund in full takes {own} of grant {number} and {general} of general credits.",
                        own,
                        number,
                        general);
    }

    /** Returns the models that its credits pay for. */
    public static String models(Plan plan) {
        return plan.models().areEvery() ? say("all models") : Joined.facts(plan.models().all().stream());
    }

    /** Returns its limits, such as {@code at most 20.00 credits in 5 hours}. */
    public static List<String> limits(Plan plan, Money money) {
        return plan.limits().all().stream()
                .map(limit -> say(
                        "at most {amount} in {n} hour | at most {amount} in {n} hours",
                        money.withUnit(money.sum(limit.micros())),
                        limit.hours()))
                .toList();
    }
}
