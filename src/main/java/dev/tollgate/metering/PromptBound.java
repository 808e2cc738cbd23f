package dev.tollgate.metering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.ContentPart;
import dev.tollgate.openai.Message;
import dev.tollgate.openai.ResponseFormat;
import dev.tollgate.openai.Tool;
import dev.tollgate.upstream.ChatAsk;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How large a prompt is: its bytes as they are, and the tokens that no tokenizer exceeds (D31). Bytes are UTF-8.
 *
 * @param textBytes text, names, schemas, arguments and replayed signatures
 * @param tokensMax the bound, at most the context limit
 */
record PromptBound(long textBytes, long tokensMax) {

    private static final long TOKENS_PER_ITEM = 64;
    private static final long SEARCH_TOKENS = 16_384;

    static PromptBound of(ChatAsk ask, UpstreamModel model) {
        Count count = new Count();
        count.request(ask.request());
        long tokens = count.textBytes
                + count.items * TOKENS_PER_ITEM
                + count.mediaTokens
                + (ask.request().searches() ? SEARCH_TOKENS : 0);
        return new PromptBound(count.textBytes, Math.min(model.inputTokensMax(), tokens));
    }

    private static final class Count {

        private long textBytes;
        private long items;
        private long mediaTokens;

        private void request(ChatRequest request) {
            request.messages().forEach(this::message);
            request.tools().forEach(this::tool);
            if (request.responseFormat() instanceof ResponseFormat.JsonSchema schema) {
                text(schema.description());
                tree(schema.schema());
            }
        }

        private void message(Message message) {
            items++;
            switch (message) {
                case Message.Instruction instruction -> text(instruction.text());
                case Message.User user -> parts(user.parts());
                case Message.Assistant assistant -> {
                    text(assistant.text());
                    text(assistant.thoughtSignature());
                    assistant.toolCalls().forEach(this::call);
                }
                case Message.ToolResult result -> parts(result.parts());
            }
        }

        private void call(Message.ToolCall call) {
            items++;
            text(call.name());
            text(call.arguments());
            text(call.thoughtSignature());
        }

        private void tool(Tool tool) {
            items++;
            text(tool.name());
            text(tool.description());
            if (tool.parameters() != null) {
                tree(tool.parameters());
            }
        }

        private void parts(List<ContentPart> parts) {
            for (ContentPart part : parts) {
                switch (part) {
                    case ContentPart.Text text -> text(text.text());
                    case ContentPart.Media media -> mediaTokens += MediaBound.tokens(media);
                }
            }
        }

        private void text(@Nullable String text) {
            textBytes += text == null ? 0 : Utf8.length(text);
        }

        private void tree(JsonNode tree) {
            textBytes += Utf8.length(tree.toString());
        }
    }
}
