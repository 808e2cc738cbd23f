package dev.tollgate.base.conversation;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;

/**
 * Usage as it is printed, the same in the answer, the stream and the task: already in the units and by the rules of the model's
 * profile (D6; protocol 4.5). All details are raw tokens in every form. No count is negative. The JSON is OpenAI's object, compact and in plain
 * ASCII, with the same figures wherever it stands.
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

        /** Makes counts that all protocols print alike. */
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

    /** Appends the object {@code usage} of an answer. */
    public void write(Utf8Buffer out) {
        writeOpen(out);
        out.raw('}');
    }

    /** Returns the object of a task: the answer's, and {@code reasoning_tokens}, which S003 keeps there for audit. */
    public WrittenJson ofTask() {
        Utf8Buffer out = Utf8Buffer.scratch();
        writeOpen(out);
        out.raw(",\"reasoning_tokens\":").number(completion.reasoningTokens());
        return out.raw('}').written();
    }

    private void writeOpen(Utf8Buffer out) {
        out.raw("{\"prompt_tokens\":").number(prompt.printed());
        out.raw(",\"completion_tokens\":").number(completion.printed());
        out.raw(",\"total_tokens\":").number(totalTokens);
        out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(prompt.cachedTokens());
        out.raw(",\"audio_tokens\":").number(prompt.audioTokens());
        out.raw(",\"image_tokens\":").number(prompt.imageTokens());
        out.raw(",\"text_tokens\":").number(prompt.textTokens());
        out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":").number(completion.reasoningTokens());
        out.raw(",\"audio_tokens\":0,\"text_tokens\":").number(completion.textTokens());
        out.raw(",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}");
    }
}
