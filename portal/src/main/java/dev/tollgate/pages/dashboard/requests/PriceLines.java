package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.frame.Display;
import java.util.ArrayList;
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
     * @param rate empty for a line without a rate
     * @param per the unit of the rate
     * @param isSum whether this is the last line
     */
    public record Line(
            String what, String about, String tokens, String rate, String per, String amount, boolean isSum) {

        /** Returns the unit of the rate if the column's head does not give it; otherwise nothing. */
        public String rateNote() {
            return per.equals(PER_THOUSAND) ? " " + per : "";
        }

        /** Makes a line that has an amount alone. */
        static Line of(String what, String about, String amount) {
            return new Line(what, about, "", "", "", amount, false);
        }
    }

    /** Returns the sentences on where the rates come from. */
    public String basis() {
        return "Price version " + version + ", valid at the time of the call."
                + (conditions.isEmpty() ? "" : " " + conditions);
    }

    /** The unit of a search's rate. */
    static final String PER_THOUSAND = "per thousand";

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
        List<String> conditions = new ArrayList<>();
        long step = tariff.stepOf(usage);
        if (step > 0) {
            conditions.add("a long prompt, above " + Display.number(step) + " tokens");
        }
        if (usage.tier() != ServiceTier.STANDARD) {
            conditions.add("the service tier " + usage.tier().word());
        }
        return conditions.isEmpty() ? "" : "Rates of " + String.join(", and of ", conditions) + ".";
    }
}
