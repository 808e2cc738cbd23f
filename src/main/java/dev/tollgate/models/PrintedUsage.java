package dev.tollgate.models;

/**
 * Usage as an answer prints it (D6; wire.md 4.5). Prompt, completion and total are in the model's form, tokens or units; all
 * details are raw tokens in both forms.
 *
 * @param promptTokens with what the upstream's own tools added
 * @param completionTokens without reasoning in tokens, with it in units
 * @param totalTokens the sum of what is printed (D39)
 * @param reasoningTokens thoughts
 * @param cachedTokens part of the prompt
 * @param promptAudioTokens part of the prompt
 * @param promptImageTokens part of the prompt
 * @param promptTextTokens the rest of the prompt: documents and video have no name of their own at OpenAI
 * @param textTokens visible output that is text
 */
public record PrintedUsage(
        long promptTokens,
        long completionTokens,
        long totalTokens,
        long reasoningTokens,
        long cachedTokens,
        long promptAudioTokens,
        long promptImageTokens,
        long promptTextTokens,
        long textTokens) {

    public static PrintedUsage of(Model model, Usage usage) {
        return switch (model.usageForm()) {
            case TOKENS -> inTokens(usage);
            case UNITS -> inUnits(model.pricing(), usage);
        };
    }

    private static PrintedUsage inTokens(Usage usage) {
        long prompt = usage.inputTokens();
        long completion = usage.candidatesTokens();
        return with(prompt, completion, prompt + completion + usage.thoughtsTokens(), usage);
    }

    private static PrintedUsage inUnits(Pricing pricing, Usage usage) {
        long unitMicros = pricing.rounding().stepMicros();
        long prompt = pricing.inputUnitsMicros(usage) / unitMicros;
        long completion = pricing.outputUnitsMicros(usage) / unitMicros;
        return with(prompt, completion, prompt + completion, usage);
    }

    private static PrintedUsage with(long prompt, long completion, long total, Usage usage) {
        return new PrintedUsage(
                prompt,
                completion,
                total,
                usage.thoughtsTokens(),
                usage.cachedTokens(),
                usage.promptAudioTokens(),
                usage.promptImageTokens(),
                Math.max(0, usage.inputTokens() - usage.promptAudioTokens() - usage.promptImageTokens()),
                usage.textTokens());
    }
}
