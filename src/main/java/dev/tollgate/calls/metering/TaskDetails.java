package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import java.util.ArrayList;
import java.util.List;

/** What a task keeps of a call: usage as printed, and how its charge came about (D41). Never what was asked or answered. */
final class TaskDetails {

    private TaskDetails() {}

    static TaskResult of(Books.Settlement settlement) {
        return new TaskResult(
                settlement.printed().ofTask(),
                flags(settlement),
                settlement.tokensMaxApplied(),
                pricing(settlement.model().pricing(), settlement.bill()),
                null,
                null,
                settlement.trace().json());
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

    /** Counts are raw tokens, prices credits per million of them, amounts credits (D41, D42). */
    private static WrittenJson pricing(Pricing pricing, Books.Bill bill) {
        Usage usage = bill.usage();
        Utf8Buffer json = Utf8Buffer.scratch();
        json.raw("{\"price_version\":").string(pricing.version());
        json.raw(",\"input_per_million\":").credits(pricing.inputMicrosPerMillion());
        json.raw(",\"output_per_million\":").credits(pricing.outputMicrosPerMillion());
        json.raw(",\"prompt_tokens\":").number(usage.inputTokens());
        json.raw(",\"completion_tokens\":").number(usage.candidatesTokens());
        json.raw(",\"reasoning_tokens\":").number(usage.thoughtsTokens());
        json.raw(",\"reasoning_billed\":").raw(Boolean.toString(pricing.reasoningBilled()));
        json.raw(",\"exact\":").raw(pricing.exactCredits(usage).toPlainString());
        json.raw(",\"charged\":").credits(bill.chargeMicros());
        json.raw(",\"rounding\":").string(pricing.rounding().describe());
        return json.raw(bill.isHoldCharged() ? ",\"hold_charged\":true}" : "}").written();
    }
}
