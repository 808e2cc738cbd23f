package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.words.Joined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a call's charge; their amounts add up to the charge exactly. Made from the price that the call has kept, never from today's.
 *
 * @param rateHead the unit of the rates
 * @param amountHead the unit of the amounts above the sum
 * @param conditions a sentence on the rates of a long prompt or a service tier; empty if neither applies
 * @param version of the price
 * @param usage as it was printed, or empty
 */
public record PriceLines(
        String rateHead, String amountHead, List<Line> lines, String conditions, String version, String usage) {

    /**
     * @param about additional text
     * @param tokens empty for a line without tokens
     * @param rate empty for a line without a rate; with its unit if the column's head does not give it
     * @param isSum whether this is the last line
     */
    public record Line(String what, String about, String tokens, String rate, String amount, boolean isSum) {

        /** Makes a line that has an amount alone. */
        static Line of(String what, String about, String amount) {
            return new Line(what, about, "", "", amount, false);
        }
    }

    /** Returns the sentences on where the rates come from. */
    public String basis() {
        return Joined.sentences(
                say("Price version {version}, valid at the time of the call.", version),
                conditions.isEmpty() ? null : conditions);
    }

    /** Returns the lines of a call; null if it was not charged for use, or its price is unknown. */
    public static @Nullable PriceLines of(CallRow call) {
        Pricing pricing = call.pricing();
        return pricing == null || !call.isPriced()
                ? null
                : of(pricing, call.usage(), call.usageJson(), call.chargeMicros());
    }

    /** @param usageJson the task's usage */
    static PriceLines of(Pricing pricing, Usage usage, @Nullable String usageJson, long chargeMicros) {
        ChargeLines lines = new ChargeLines(
                pricing, usage, pricing.tariff().of(usage), conditions(pricing.tariff(), usage), chargeMicros);
        return pricing.rounding().form() == Rounding.Form.NEAREST_COMPONENT && lines.isPlain()
                ? lines.inUnits(usageJson)
                : lines.inCredits(usageJson);
    }

    private static String conditions(Tariff tariff, Usage usage) {
        long step = tariff.stepOf(usage);
        String prompt = step > 0 ? say("a long prompt, above {n} tokens", step) : "";
        String tier = usage.tier() == ServiceTier.STANDARD
                ? ""
                : say("the service tier {tier}", usage.tier().word());
        if (!prompt.isEmpty() && !tier.isEmpty()) {
            return say("Rates of {a}, and of {b}.", prompt, tier);
        }
        return prompt.isEmpty() && tier.isEmpty() ? "" : say("Rates of {conditions}.", prompt + tier);
    }
}
