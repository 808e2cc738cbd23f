package dev.tollgate.base.conversation;

/**
 * Usage as it is printed, the same in the answer, the stream, the task and the receipt: already in the units and by the rules of the model's
 * profile (D6; protocol 4.5). All details are raw tokens in every form. No count is negative.
 *
 * @param totalTokens the sum of what is printed (D39)
 */
public record PrintedUsage(Prompt prompt, Completion completion, long totalTokens) {

    /**
     * @param printed in the model's form, tokens or units, with what the upstream's own tools added
     * @param cachedTokens part of the prompt
     * @param audioTokens part of the prompt
     * @param imageTokens part of the prompt
     * @param textTokens the rest of the prompt: documents and video have no name of their own at OpenAI
     */
    public record Prompt(long printed, long cachedTokens, long audioTokens, long imageTokens, long textTokens) {

        public Prompt {
            requireCounts(printed | cachedTokens | audioTokens | imageTokens | textTokens);
        }
    }

    /**
     * @param printed in the model's form, with or without reasoning
     * @param candidates the same as Google's API counts it: tokens without reasoning, or units
     * @param reasoningTokens thoughts
     * @param textTokens visible output that is text
     */
    public record Completion(long printed, long candidates, long reasoningTokens, long textTokens) {

        public Completion {
            requireCounts(printed | candidates | reasoningTokens | textTokens);
        }

        /** In a form that both protocols print alike. */
        public Completion(long printed, long reasoningTokens, long textTokens) {
            this(printed, printed, reasoningTokens, textTokens);
        }
    }

    public PrintedUsage {
        requireCounts(totalTokens);
    }

    private static void requireCounts(long all) {
        if (all < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }
}
