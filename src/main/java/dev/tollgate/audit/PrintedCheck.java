package dev.tollgate.audit;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The usage that a caller was shown is that of the charge, in one of the forms in which usage is printed (D6, D60). */
final class PrintedCheck {

    private static final JsonMapper JSON = new JsonMapper();

    private PrintedCheck() {}

    static void check(String name, @Nullable String usageJson, ChargeDetail detail, Findings findings) {
        ChargeDetail.Tokens tokens = detail.tokens();
        if (usageJson == null) {
            findings.add(name + " has a price and no usage");
            return;
        }
        try {
            JsonNode usage = JSON.readTree(usageJson);
            long reasoning = usage.path("completion_tokens_details")
                    .path("reasoning_tokens")
                    .asLong(-1);
            if (reasoning != tokens.reasoning()
                    || usage.path("reasoning_tokens").asLong(reasoning) != reasoning
                    || !isPrinted(usage, detail)) {
                findings.add(name + " shows another usage than its price counts: " + tokens.prompt() + ", "
                        + tokens.completion() + " and " + tokens.reasoning() + " tokens");
            }
        } catch (JacksonException e) {
            findings.add(name + " has a usage that cannot be read");
        }
    }

    private static boolean isPrinted(JsonNode usage, ChargeDetail detail) {
        ChargeDetail.Tokens tokens = detail.tokens();
        long prompt = usage.path("prompt_tokens").asLong(-1);
        long completion = usage.path("completion_tokens").asLong(-1);
        long total = usage.path("total_tokens").asLong(-1);
        boolean inTokens = prompt == tokens.prompt()
                && (completion == tokens.completion() || completion == tokens.completion() + tokens.reasoning())
                && total == tokens.prompt() + tokens.completion() + tokens.reasoning();
        ChargeDetail.Units units = detail.units();
        boolean inUnits = units != null
                && prompt == units.input()
                && completion == units.output()
                && total == prompt + completion;
        return inTokens || inUnits;
    }
}
