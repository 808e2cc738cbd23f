package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.util.ArrayList;
import java.util.List;

/** The part of a call that its task stores: usage as printed, and the parts of its charge (D41), never the prompt or the response. */
final class TaskDetails {

    private TaskDetails() {}

    static TaskResult of(Books.Settlement settlement) {
        return new TaskResult(
                settlement.printed().ofTask(),
                flags(settlement),
                settlement.tokensMaxApplied(),
                pricing(settlement.model().pricing(), settlement.bill(), settlement.tier()),
                null,
                null,
                settlement.trace().json(),
                settlement.trace().costs().json());
    }

    private static List<String> flags(Books.Settlement settlement) {
        List<String> flags = new ArrayList<>(settlement.flags().size() + 1);
        for (UsageFlag flag : settlement.flags()) {
            flags.add(flag.wireName());
        }
        if (settlement.bill().shortfallMicros() > 0) {
            flags.add("shortfall");
        }
        return flags;
    }

    static TaskResult of(ApiError error) {
        return TaskResult.error(error.code().code(), error.message());
    }

    /** Writes what has a rate of its own and is not zero, and the searches, which cost the operator something at any rate. */
    private static void parts(Utf8Buffer json, Tariff tariff, PriceRates rates, Usage usage) {
        for (Rate rate : Rate.PARTS) {
            long tokens = rate.tokens(usage, tariff);
            if (tokens > 0 && tariff.has(rate)) {
                json.raw(",\"").raw(rate.brief()).raw("_tokens\":").number(tokens);
                json.raw(",\"").raw(rate.inTask()).raw("\":").credits(rate.of(rates));
            }
        }
        if (usage.searches() > 0) {
            json.raw(",\"searches\":").number(usage.searches());
        }
        if (usage.searches() > 0 && tariff.has(Rate.SEARCH)) {
            json.raw(",\"search_per_1000\":").credits(rates.searchMicros());
            json.raw(tariff.searchCounts() == Tariff.SearchCounts.CALLS ? ",\"search_counts\":\"calls\"" : "");
        }
        if (usage.tier() != ServiceTier.STANDARD) {
            json.raw(",\"tier\":").string(usage.tier().word());
        }
        if (tariff.isAbove(usage.promptTokens())) {
            json.raw(",\"step\":").number(tariff.stepOf(usage));
        }
    }

    /** Counts are raw tokens, prices credits per million of them, amounts credits (D41, D42). */
    private static WrittenJson pricing(Pricing pricing, Books.Bill bill, ServiceTier granted) {
        Usage usage = bill.usage();
        PriceRates rates = pricing.tariff().of(usage);
        Utf8Buffer json = Utf8Buffer.scratch();
        json.raw("{\"price_version\":").string(pricing.version());
        json.raw(",\"input_per_million\":").credits(rates.inputMicros());
        json.raw(",\"output_per_million\":").credits(rates.outputMicros());
        json.raw(",\"prompt_tokens\":").number(usage.inputTokens());
        json.raw(",\"completion_tokens\":").number(usage.candidatesTokens());
        json.raw(",\"reasoning_tokens\":").number(usage.thoughtsTokens());
        json.raw(",\"reasoning_billed\":").raw(Boolean.toString(pricing.reasoningBilled()));
        parts(json, pricing.tariff(), rates, usage);
        if (granted != usage.tier()) {
            json.raw(",\"tier_granted\":").string(granted.word());
        }
        json.raw(",\"exact\":").raw(pricing.exactCredits(usage).toPlainString());
        json.raw(",\"charged\":").credits(bill.chargeMicros());
        rounding(json, pricing.rounding());
        return json.raw(bill.isHoldCharged() ? ",\"hold_charged\":true}" : "}").written();
    }

    /** Writes the rule in words, which callers and servers of older versions read, and in the members of the price lists. */
    private static void rounding(Utf8Buffer json, Pricing.Rounding rounding) {
        json.raw(",\"rounding\":").string(rounding.describe());
        json.raw(",\"rounding_rule\":{\"rule\":").string(rounding.form().word());
        json.raw(",\"step\":").credits(rounding.stepMicros());
        json.raw(",\"minimum\":").credits(rounding.minimumMicros()).raw('}');
    }

    /** Returns the raw counts of every component, for a receipt: the names are in the order of RFC 8785. */
    static WrittenJson counts(Usage usage) {
        return Utf8Buffer.scratch()
                .raw("{\"audio_tokens\":")
                .number(usage.promptAudioTokens())
                .raw(",\"cached_audio_tokens\":")
                .number(usage.cachedAudioTokens())
                .raw(",\"cached_tokens\":")
                .number(usage.cachedTokens())
                .raw(",\"completion_tokens\":")
                .number(usage.candidatesTokens())
                .raw(",\"prompt_tokens\":")
                .number(usage.promptTokens())
                .raw(",\"reasoning_tokens\":")
                .number(usage.thoughtsTokens())
                .raw(",\"searches\":")
                .number(usage.searches())
                .raw(",\"tool_tokens\":")
                .number(usage.toolUsePromptTokens())
                .raw('}')
                .written();
    }
}
