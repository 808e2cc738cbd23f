package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked request of the Messages API. Decisions that depend on the model are made by {@link #conversation}.
 *
 * @param model as the caller wrote it
 * @param maxTokens null only in a request for a count
 * @param tier the service tier that was asked for, also listed in {@code ignored}; null without one and for an unknown word
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 * @param given the conversation without effort and budget
 */
record MessagesRequest(
        String model,
        boolean stream,
        @Nullable Long maxTokens,
        ThinkingWish thinking,
        @Nullable ServiceTier tier,
        List<String> ignored,
        Conversation given) {

    MessagesRequest {
        ignored = List.copyOf(ignored);
    }

    /** Returns the conversation as one model gets it: it may think by budgets or efforts, and take functions beside a search or not. */
    Conversation conversation(Model model) {
        GoogleOptions options = thinking.options(model);
        return new Conversation(
                given.place(),
                given.messages(),
                given.sampling(),
                given.tools(),
                given.toolChoice(),
                given.responseFormat(),
                thinking.effort(),
                thinking.shows() ? Boolean.TRUE : null,
                searches(model),
                options);
    }

    /** Returns whether the response is grounded in a web search: beside functions only if the model can do both (E7). */
    boolean searches(Model model) {
        return given.webSearch() && (given.tools().isEmpty() || model.tools().functionsWithSearch());
    }

    /** Returns the names of fields without effect on the model. */
    List<String> ignored(Model model) {
        List<String> all = new ArrayList<>(ignored);
        if (given.webSearch() && !searches(model)) {
            all.add(given.searchField());
        }
        if (thinking.cannotBeSilent(model)) {
            all.add("thinking");
        }
        return all;
    }

    /** Returns the last message if the model is to continue it; null if the last word is not the assistant's. */
    Message.@Nullable Assistant prefill() {
        return given.messages().getLast() instanceof Message.Assistant last ? last : null;
    }
}
