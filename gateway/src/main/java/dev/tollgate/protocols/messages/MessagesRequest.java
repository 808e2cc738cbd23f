package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked request of the Messages API. Decisions that depend on the model are made by {@link #conversation}.
 *
 * @param model as the caller wrote it
 * @param maxTokens null only in a request for a count
 * @param pause the summary that an edit asks for; null if none does
 * @param tier the service tier that was asked for, also listed in {@code ignored}; null without one and for an unknown word
 * @param names the tools by the names that the model sees
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 * @param conversation the conversation without effort and budget
 */
record MessagesRequest(
        String model,
        boolean stream,
        @Nullable Long maxTokens,
        ThinkingWish thinking,
        @Nullable ContextPause pause,
        @Nullable ServiceTier tier,
        CallerNames callerNames,
        ToolNames names,
        List<String> ignored,
        Conversation conversation)
        implements ConversationRequest {

    MessagesRequest {
        ignored = List.copyOf(ignored);
    }

    @Override
    public @Nullable String maxTokensField() {
        return maxTokens == null ? null : "max_tokens";
    }

    /** Returns the conversation as one model gets it: it may think by budgets or efforts, and take functions together with a search or not. */
    @Override
    public Conversation conversation(Model model) {
        GoogleOptions options = thinking.options(model);
        Boolean shown = thinking.shows() ? Boolean.TRUE : null;
        return conversation.asking(conversation.wish().thinking(thinking.effort(), shown, options), searches(model));
    }

    /** Returns whether the response is grounded in a web search: together with functions only if the model can do both (E7). */
    boolean searches(Model model) {
        return conversation.webSearch()
                && (conversation.tools().isEmpty() || model.tools().functionsWithSearch());
    }

    /** Returns the names of fields without effect on the model. */
    @Override
    public List<String> ignored(Model model) {
        List<String> all = new ArrayList<>(ignored);
        if (conversation.webSearch() && !searches(model)) {
            all.add(conversation.searchField());
        }
        if (thinking.cannotBeSilent(model)) {
            all.add("thinking");
        }
        return all;
    }

    /** Returns the last message if the model is to continue it; null if the last word is not the assistant's. */
    Message.@Nullable Assistant prefill() {
        return conversation.messages().getLast() instanceof Message.Assistant last ? last : null;
    }
}
