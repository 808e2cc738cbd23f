package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

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

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    /** Returns the lines of a call; null if it was not charged for use, or its price is unknown. */
    public static @Nullable PriceLines of(CallRow call) {
        return of(call.pricingJson(), call.usageJson(), call.chargeMicros());
    }

    /** @param pricingJson the task's pricing detail @param usageJson its usage */
    static @Nullable PriceLines of(@Nullable String pricingJson, @Nullable String usageJson, long chargeMicros) {
        if (pricingJson == null) {
            return null;
        }
        JsonNode detail = ApiJson.MAPPER.readTree(pricingJson);
        Rounding rounding = rounding(detail);
        if (rounding == null) {
            return null;
        }
        Pricing pricing = new Pricing(
                detail.path("price_version").asString(""),
                tariff(detail),
                detail.path("reasoning_billed").asBoolean(false),
                rounding);
        ChargeLines lines = new ChargeLines(
                pricing,
                usage(detail),
                conditions(detail),
                detail.path("hold_charged").asBoolean(false),
                chargeMicros);
        return rounding.form() == Rounding.Form.NEAREST_COMPONENT
                        && pricing.tariff().isPlain()
                ? lines.inUnits(usageJson)
                : lines.inCredits(usageJson);
    }

    /** Returns the rates of the call, which have its step and its tier already. */
    private static Tariff tariff(JsonNode detail) {
        return new Tariff(
                PriceRates.of(rate -> detail.has(rate.inTask())
                        ? micros(detail.path(rate.inTask()).decimalValue())
                        : null),
                null,
                detail.path("search_counts").asString("").equals("calls") ? SearchCounts.CALLS : SearchCounts.QUERIES,
                Tariff.Tiers.NONE);
    }

    private static Usage usage(JsonNode detail) {
        long completion = detail.path("completion_tokens").asLong(0);
        long cachedAudio = detail.path("cached_audio_tokens").asLong(0);
        return new Usage(
                ServiceTier.STANDARD,
                detail.path("prompt_tokens").asLong(0),
                0,
                completion,
                detail.path("reasoning_tokens").asLong(0),
                detail.path("cached_tokens").asLong(0) + cachedAudio,
                cachedAudio,
                detail.path("audio_tokens").asLong(0) + cachedAudio,
                0,
                completion,
                detail.path("searches").asLong(0));
    }

    private static String conditions(JsonNode detail) {
        List<String> conditions = new ArrayList<>();
        long step = detail.path("step").asLong(0);
        if (step > 0) {
            conditions.add("a long prompt, above " + Display.number(step) + " tokens");
        }
        String tier = detail.path("tier").asString("");
        if (!tier.isEmpty()) {
            conditions.add("the service tier " + tier);
        }
        return conditions.isEmpty() ? "" : "Rates of " + String.join(", and of ", conditions) + ".";
    }

    /** Reads the rule; null if the price has none of these. */
    private static @Nullable Rounding rounding(JsonNode detail) {
        JsonNode members = detail.path("rounding_rule");
        for (Rounding.Form form : Rounding.Form.values()) {
            if (members.path("rule").asString("").equals(form.word())) {
                return new Rounding(
                        form,
                        micros(members.path("step").decimalValue()),
                        micros(members.path("minimum").decimalValue()));
            }
        }
        return null;
    }

    private static long micros(BigDecimal credits) {
        return credits.multiply(MILLION).longValueExact();
    }
}
