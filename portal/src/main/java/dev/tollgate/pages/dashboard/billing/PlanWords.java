package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.words.Joined;
import java.util.List;

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

    /** Returns the models that its credits pay for. */
    public static String models(Plan plan) {
        return plan.models().areEvery() ? say("all models") : Joined.facts(plan.models().all().stream());
    }

    /** Returns its limits, such as {@code at most 20.00 credits in 5 hours}. */
    public static List<String> limits(Plan plan) {
        return plan.limits().all().stream()
                .map(limit -> say(
                        "at most {credits} credits in {n} hour | at most {credits} credits in {n} hours",
                        Display.charge(limit.micros()),
                        limit.hours()))
                .toList();
    }
}
