package dev.tollgate.models;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;

/**
 * Usage as it is printed, the same in the answer, the stream and the task: already in the units and by the rules of the model's
 * profile (D6; protocol 4.5). All details are raw tokens in every form. No count is negative. The JSON is OpenAI's object, compact and in plain
 * ASCII, with the same figures wherever it stands.
 *
 * @param prompt in the model's form, tokens or units, with what the upstream's own tools added
 * @param completion in the model's form, with or without reasoning
 * @param candidates the same as Google's API counts it: tokens without reasoning, or units
 * @param totalTokens the sum of what is printed (D39)
 * @param tokens the raw counts
 */
public record PrintedUsage(long prompt, long completion, long candidates, long totalTokens, Usage tokens) {

    public PrintedUsage {
        if ((prompt | completion | candidates | totalTokens) < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    /** Returns the rest of the prompt: documents and video have no name of their own at OpenAI. */
    public long promptText() {
        return Math.max(0, tokens.inputTokens() - tokens.of(Count.AUDIO) - tokens.of(Count.IMAGE));
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
        out.raw(",\"reasoning_tokens\":").number(tokens.thoughtsTokens());
        return out.raw('}').written();
    }

    private void writeOpen(Utf8Buffer out) {
        out.raw("{\"prompt_tokens\":").number(prompt);
        out.raw(",\"completion_tokens\":").number(completion);
        out.raw(",\"total_tokens\":").number(totalTokens);
        out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(tokens.cachedTokens());
        out.raw(",\"audio_tokens\":").number(tokens.of(Count.AUDIO));
        out.raw(",\"image_tokens\":").number(tokens.of(Count.IMAGE));
        out.raw(",\"text_tokens\":").number(promptText());
        out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":").number(tokens.thoughtsTokens());
        out.raw(",\"audio_tokens\":").number(tokens.speechTokens());
        out.raw(",\"text_tokens\":").number(tokens.of(Count.TEXT));
        tokens.writeMade(out);
        out.raw(",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}");
    }
}
