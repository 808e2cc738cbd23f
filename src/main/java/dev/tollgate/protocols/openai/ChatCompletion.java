package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.PrintedUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

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
     * @param content empty where there is no text
     * @param reasoning empty where thoughts are hidden or there are none
     * @param legacyFunctions whether the first call is to be written as the deprecated {@code function_call}
     * @param extra its signature is the text's
     * @param logprobs in OpenAI's shape, an array; null where not asked for
     */
    public record Choice(
            int index,
            String content,
            String reasoning,
            List<MadeFile> files,
            List<Message.ToolCall> calls,
            boolean legacyFunctions,
            List<UrlCitation> annotations,
            ExtraContent extra,
            @Nullable JsonNode logprobs,
            FinishReason finishReason,
            @Nullable String nativeFinishReason) {

        public Choice {
            files = List.copyOf(files);
            calls = List.copyOf(calls);
            annotations = List.copyOf(annotations);
        }
    }
}
