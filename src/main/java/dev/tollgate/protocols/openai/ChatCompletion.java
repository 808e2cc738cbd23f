package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.PrintedUsage;
import dev.tollgate.base.json.CollectedJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer (protocol 3.3), ready to be written.
 *
 * @param created Unix seconds
 * @param model as the answer is to name it (D20)
 * @param serviceTier OpenAI's word for the tier that was granted; null if the answer does not name it
 * @param creditsMicros exactly what was charged, in micro-credits
 */
public record ChatCompletion(
        String id,
        long created,
        String model,
        List<Choice> choices,
        PrintedUsage usage,
        @Nullable String serviceTier,
        long creditsMicros) {

    public ChatCompletion {
        choices = List.copyOf(choices);
    }

    /**
     * @param content the inside of a JSON string; empty where there is no text
     * @param reasoning as the content; empty where thoughts are hidden or there are none
     * @param files the elements of {@code images}, with commas between them; empty where there are none
     * @param legacyFunctions whether the first call is to be written as the deprecated {@code function_call}
     * @param extra its signature is the text's
     * @param logprobs in OpenAI's shape, the elements of an array; null where not asked for
     */
    public record Choice(
            int index,
            CollectedJson content,
            CollectedJson reasoning,
            CollectedJson files,
            List<Message.ToolCall> calls,
            boolean legacyFunctions,
            List<UrlCitation> annotations,
            ExtraContent extra,
            @Nullable CollectedJson logprobs,
            FinishReason finishReason,
            @Nullable String nativeFinishReason) {

        public Choice {
            calls = List.copyOf(calls);
            annotations = List.copyOf(annotations);
        }
    }
}
