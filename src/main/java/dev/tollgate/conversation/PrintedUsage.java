package dev.tollgate.conversation;

import dev.tollgate.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Usage as it is printed, the same in the answer, the stream, the task and the receipt: already in the units and by the rules of the model's
 * profile (D6; protocol 4.5). All details are raw tokens in both forms. No count is negative.
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
     * @param printed without reasoning in tokens, with it in units
     * @param reasoningTokens thoughts
     * @param textTokens visible output that is text
     */
    public record Completion(long printed, long reasoningTokens, long textTokens) {

        public Completion {
            requireCounts(printed | reasoningTokens | textTokens);
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

    /** The object as JSON text. */
    public String toJson() {
        return text(this::write);
    }

    /** The object as a task shows it: with {@code reasoning_tokens}, which S003 keeps there for audit, beside the others. */
    public String toTaskJson() {
        String json = toJson();
        return json.substring(0, json.length() - 1) + ",\"reasoning_tokens\":" + completion.reasoningTokens() + "}";
    }

    /** The object in the form of RFC 8785, which a receipt is hashed and signed in (D42): the same, the names sorted. */
    public String toCanonicalJson() {
        return text(this::writeSorted);
    }

    private static String text(Consumer<Utf8Buffer> writer) {
        Utf8Buffer out = new Utf8Buffer(384);
        writer.accept(out);
        return new String(out.array(), 0, out.size(), StandardCharsets.US_ASCII);
    }

    private void writeSorted(Utf8Buffer out) {
        out.raw("{\"completion_tokens\":").number(completion.printed());
        out.raw(",\"completion_tokens_details\":{\"accepted_prediction_tokens\":0,\"audio_tokens\":0");
        out.raw(",\"reasoning_tokens\":").number(completion.reasoningTokens());
        out.raw(",\"rejected_prediction_tokens\":0,\"text_tokens\":").number(completion.textTokens());
        out.raw("},\"prompt_tokens\":").number(prompt.printed());
        out.raw(",\"prompt_tokens_details\":{\"audio_tokens\":").number(prompt.audioTokens());
        out.raw(",\"cached_tokens\":").number(prompt.cachedTokens());
        out.raw(",\"image_tokens\":").number(prompt.imageTokens());
        out.raw(",\"text_tokens\":").number(prompt.textTokens());
        out.raw("},\"total_tokens\":").number(totalTokens).raw("}");
    }

    /** Appends the object as JSON. */
    public void write(Utf8Buffer out) {
        out.raw("{\"prompt_tokens\":").number(prompt.printed());
        out.raw(",\"completion_tokens\":").number(completion.printed());
        out.raw(",\"total_tokens\":").number(totalTokens);
        out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(prompt.cachedTokens());
        out.raw(",\"audio_tokens\":").number(prompt.audioTokens());
        out.raw(",\"image_tokens\":").number(prompt.imageTokens());
        out.raw(",\"text_tokens\":").number(prompt.textTokens());
        out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":").number(completion.reasoningTokens());
        out.raw(",\"audio_tokens\":0,\"text_tokens\":").number(completion.textTokens());
        out.raw(",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }
}
