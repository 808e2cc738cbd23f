package dev.tollgate.base.conversation;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;

/** The object {@code usage} of OpenAI's answers, compact and in plain ASCII. */
public final class UsageJson {

    private UsageJson() {}

    /** Appends the object as an answer has it. */
    public static void write(PrintedUsage usage, Utf8Buffer out) {
        writeOpen(usage, out);
        out.raw('}');
    }

    /** As a task shows it: with {@code reasoning_tokens}, which S003 keeps there for audit, beside the others. */
    public static WrittenJson ofTask(PrintedUsage usage) {
        Utf8Buffer out = Utf8Buffer.scratch();
        writeOpen(usage, out);
        out.raw(",\"reasoning_tokens\":").number(usage.completion().reasoningTokens());
        return out.raw('}').written();
    }

    /** In the form of RFC 8785, which a receipt is hashed and signed in (D42): as in the answer, the names sorted. */
    public static WrittenJson canonical(PrintedUsage usage) {
        Utf8Buffer out = Utf8Buffer.scratch();
        PrintedUsage.Prompt prompt = usage.prompt();
        PrintedUsage.Completion completion = usage.completion();
        out.raw("{\"completion_tokens\":").number(completion.printed());
        out.raw(",\"completion_tokens_details\":{\"accepted_prediction_tokens\":0,\"audio_tokens\":0");
        out.raw(",\"reasoning_tokens\":").number(completion.reasoningTokens());
        out.raw(",\"rejected_prediction_tokens\":0,\"text_tokens\":").number(completion.textTokens());
        out.raw("},\"prompt_tokens\":").number(prompt.printed());
        out.raw(",\"prompt_tokens_details\":{\"audio_tokens\":").number(prompt.audioTokens());
        out.raw(",\"cached_tokens\":").number(prompt.cachedTokens());
        out.raw(",\"image_tokens\":").number(prompt.imageTokens());
        out.raw(",\"text_tokens\":").number(prompt.textTokens());
        return out.raw("},\"total_tokens\":")
                .number(usage.totalTokens())
                .raw('}')
                .written();
    }

    private static void writeOpen(PrintedUsage usage, Utf8Buffer out) {
        PrintedUsage.Prompt prompt = usage.prompt();
        PrintedUsage.Completion completion = usage.completion();
        out.raw("{\"prompt_tokens\":").number(prompt.printed());
        out.raw(",\"completion_tokens\":").number(completion.printed());
        out.raw(",\"total_tokens\":").number(usage.totalTokens());
        out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(prompt.cachedTokens());
        out.raw(",\"audio_tokens\":").number(prompt.audioTokens());
        out.raw(",\"image_tokens\":").number(prompt.imageTokens());
        out.raw(",\"text_tokens\":").number(prompt.textTokens());
        out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":").number(completion.reasoningTokens());
        out.raw(",\"audio_tokens\":0,\"text_tokens\":").number(completion.textTokens());
        out.raw(",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}");
    }
}
