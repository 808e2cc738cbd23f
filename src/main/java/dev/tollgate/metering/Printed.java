package dev.tollgate.metering;

import dev.tollgate.models.Model;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.openai.UsageBlock;

/** Usage in the shape of an answer: the same in the answer, the stream and the task. */
final class Printed {

    private Printed() {}

    static UsageBlock usage(Model model, Usage usage) {
        PrintedUsage printed = PrintedUsage.of(model, usage);
        return new UsageBlock(
                printed.promptTokens(),
                printed.completionTokens(),
                printed.totalTokens(),
                printed.cachedTokens(),
                printed.promptAudioTokens(),
                printed.promptImageTokens(),
                printed.promptTextTokens(),
                printed.reasoningTokens(),
                printed.textTokens());
    }
}
