package dev.tollgate.openai;

import dev.tollgate.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;

/**
 * {@code usage} as it is printed: already in the units and by the rules of the model's profile (D6). No count is negative.
 *
 * @param reasoningTokens raw; whether completion and total include it is the profile's matter
 * @param textTokens the visible output's real count
 */
public record UsageBlock(
        long promptTokens,
        long completionTokens,
        long totalTokens,
        long cachedTokens,
        long promptAudioTokens,
        long promptImageTokens,
        long promptTextTokens,
        long reasoningTokens,
        long textTokens) {

    public UsageBlock {
        if ((promptTokens
                        | completionTokens
                        | totalTokens
                        | cachedTokens
                        | promptAudioTokens
                        | promptImageTokens
                        | promptTextTokens
                        | reasoningTokens
                        | textTokens)
                < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    /** The object as JSON text. */
    public String toJson() {
        Utf8Buffer out = new Utf8Buffer(384);
        write(out);
        return new String(out.array(), 0, out.size(), StandardCharsets.US_ASCII);
    }

    /** The object as a task shows it: with {@code reasoning_tokens}, which S003 keeps there for audit, beside the others. */
    public String toTaskJson() {
        String json = toJson();
        return json.substring(0, json.length() - 1) + ",\"reasoning_tokens\":" + reasoningTokens + "}";
    }

    /** The object in the form of RFC 8785, which a receipt is hashed and signed in (D42): the same, the names sorted. */
    public String toCanonicalJson() {
        Utf8Buffer out = new Utf8Buffer(384);
        out.raw("{\"completion_tokens\":").number(completionTokens);
        out.raw(",\"completion_tokens_details\":{\"accepted_prediction_tokens\":0,\"audio_tokens\":0");
        out.raw(",\"reasoning_tokens\":").number(reasoningTokens);
        out.raw(",\"rejected_prediction_tokens\":0,\"text_tokens\":").number(textTokens);
        out.raw("},\"prompt_tokens\":").number(promptTokens);
        out.raw(",\"prompt_tokens_details\":{\"audio_tokens\":").number(promptAudioTokens);
        out.raw(",\"cached_tokens\":").number(cachedTokens);
        out.raw(",\"image_tokens\":").number(promptImageTokens);
        out.raw(",\"text_tokens\":").number(promptTextTokens);
        out.raw("},\"total_tokens\":").number(totalTokens).raw("}");
        return new String(out.array(), 0, out.size(), StandardCharsets.US_ASCII);
    }

    void write(Utf8Buffer out) {
        out.raw("{\"prompt_tokens\":").number(promptTokens);
        out.raw(",\"completion_tokens\":").number(completionTokens);
        out.raw(",\"total_tokens\":").number(totalTokens);
        out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(cachedTokens);
        out.raw(",\"audio_tokens\":").number(promptAudioTokens);
        out.raw(",\"image_tokens\":").number(promptImageTokens);
        out.raw(",\"text_tokens\":").number(promptTextTokens);
        out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":").number(reasoningTokens);
        out.raw(",\"audio_tokens\":0,\"text_tokens\":").number(textTokens);
        out.raw(",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }
}
