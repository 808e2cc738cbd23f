package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import dev.tollgate.tasks.TaskResult;
import dev.tollgate.usage.UsageJson;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What a task keeps of a call: usage as printed, and how its charge came about (D41). Never what was asked or answered. */
final class TaskDetails {

    private static final JsonFactory JSON = new JsonFactory();

    private TaskDetails() {}

    static TaskResult of(Books.Settlement settlement) {
        return new TaskResult(
                UsageJson.ofTask(settlement.model().printed(settlement.bill().usage())),
                flags(settlement),
                settlement.tokensMaxApplied(),
                pricing(settlement.model().pricing(), settlement.bill()),
                null,
                null);
    }

    private static List<String> flags(Books.Settlement settlement) {
        List<String> flags = new ArrayList<>(settlement.flags().size() + 1);
        for (UsageMeter.Flag flag : settlement.flags()) {
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
    private static String pricing(Pricing pricing, Books.Bill bill) {
        Usage usage = bill.usage();
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("price_version", pricing.version());
            number(json, "input_per_million", credits(pricing.inputMicrosPerMillion()));
            number(json, "output_per_million", credits(pricing.outputMicrosPerMillion()));
            json.writeNumberProperty("prompt_tokens", usage.inputTokens());
            json.writeNumberProperty("completion_tokens", usage.candidatesTokens());
            json.writeNumberProperty("reasoning_tokens", usage.thoughtsTokens());
            json.writeBooleanProperty("reasoning_billed", pricing.reasoningBilled());
            number(json, "exact", pricing.exactCredits(usage));
            number(json, "charged", credits(bill.chargeMicros()));
            json.writeStringProperty("rounding", pricing.rounding().describe());
            if (bill.isHoldCharged()) {
                json.writeBooleanProperty("hold_charged", true);
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static BigDecimal credits(long micros) {
        return BigDecimal.valueOf(micros, 6);
    }

    private static void number(JsonGenerator json, String name, BigDecimal value) {
        json.writeName(name);
        json.writeNumber(value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString());
    }
}
