package dev.tollgate.books.verification;

import org.jspecify.annotations.Nullable;

/** Checks that the usage sent to the caller equals the charged usage, in one of the printed forms (D6, D60). */
final class PrintedCheck {

    private PrintedCheck() {}

    static void check(String name, @Nullable String usageJson, ChargeDetail detail, Findings findings) {
        ChargeDetail.Tokens tokens = detail.tokens();
        if (usageJson == null) {
            findings.add(name + " has a price and no usage");
            return;
        }
        boolean isSame = Member.number(usageJson, "reasoning_tokens") == tokens.reasoning()
                && Member.lastNumber(usageJson, "reasoning_tokens") == tokens.reasoning()
                && (tokens.cached() == 0 || Member.number(usageJson, "cached_tokens") == tokens.cached())
                && isPrinted(usageJson, detail);
        if (!isSame) {
            findings.add(name + " shows another usage than its price counts: " + tokens.prompt() + ", "
                    + tokens.completion() + " and " + tokens.reasoning() + " tokens");
        }
    }

    private static boolean isPrinted(String usage, ChargeDetail detail) {
        ChargeDetail.Tokens tokens = detail.tokens();
        long prompt = Member.number(usage, "prompt_tokens");
        long completion = Member.number(usage, "completion_tokens");
        long total = Member.number(usage, "total_tokens");
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
