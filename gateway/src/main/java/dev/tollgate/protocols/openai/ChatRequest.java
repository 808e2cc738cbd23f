package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.models.ThinkingBudget;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.ToolNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked Chat Completions request (protocol 3.2): what is asked of the model, and how the caller wants to be answered. Null means that the
 * caller did not say; nothing model-specific is decided here.
 *
 * @param model as the caller wrote it
 * @param stream null where absent or null (D1 decides)
 * @param maxTokens {@code max_completion_tokens}, else {@code max_tokens}; at least 1
 * @param maxTokensField the field that {@code maxTokens} came from, for messages
 * @param legacyFunctions whether the caller used {@code functions}, so that the answer has {@code function_call}
 * @param tier the service tier that was asked for, also listed in {@code ignored}; null without one and for an unknown word
 * @param names the tools by the names that the model sees
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 * @param leavesUsageOut whether a stream has no chunk with the usage
 * @param reasoning OpenRouter's object, whose budget each model takes in its own way; null without it
 */
public record ChatRequest(
        String model,
        @Nullable Boolean stream,
        @Nullable Long maxTokens,
        @Nullable String maxTokensField,
        boolean legacyFunctions,
        @Nullable ServiceTier tier,
        CallerNames callerNames,
        ToolNames names,
        List<String> ignored,
        boolean leavesUsageOut,
        @Nullable Reasoning reasoning,
        Conversation conversation)
        implements ConversationRequest {

    public ChatRequest {
        ignored = List.copyOf(ignored);
    }

    /** Returns the conversation as one model gets it: it may think by budgets or by efforts. */
    @Override
    public Conversation conversation(Model model) {
        ThinkingBudget budget = reasoning == null ? null : reasoning.budget();
        return budget == null ? conversation : conversation.thinking(budget.effort(model), budget.options(model));
    }
}
