package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked request. Null means that the caller did not say; nothing model-specific is decided here.
 *
 * @param model as the caller wrote it
 * @param maxTokens {@code max_output_tokens}, at least 1
 * @param tier the service tier that was asked for, also listed in {@code ignored}; null without one and for an unknown word
 * @param search the path of the tool that asks for a web search; null without one
 * @param previousId the response that this one continues, as the caller wrote it; null for none
 * @param keeping the input, to be kept with the response; null if the response is not kept
 * @param echo the settings that the response shows
 * @param names the tools by the names that the model sees
 * @param compaction null if no summary is wanted
 * @param imageTool the tool that makes images; null without one
 * @param demandsImages whether the caller's choice demands that tool
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 */
record ResponsesRequest(
        String model,
        boolean stream,
        @Nullable Long maxTokens,
        @Nullable ServiceTier tier,
        CallerNames callerNames,
        @Nullable String search,
        @Nullable String previousId,
        KeptResponses.@Nullable Input keeping,
        Echo echo,
        ToolNames names,
        @Nullable Compaction compaction,
        @Nullable ImageTool imageTool,
        boolean demandsImages,
        List<String> ignored,
        Conversation conversation)
        implements ConversationRequest {

    ResponsesRequest {
        ignored = List.copyOf(ignored);
    }

    @Override
    public @Nullable String maxTokensField() {
        return maxTokens == null ? null : "max_output_tokens";
    }

    boolean compacts() {
        return compaction != null;
    }

    /** Returns the conversation without a search that the model cannot do together with functions: refusing it would lock agents out (E7). */
    @Override
    public Conversation conversation(Model model) {
        Model.Tools tools = model.tools();
        boolean goes = conversation.tools().isEmpty() || (tools.search() && tools.functionsWithSearch());
        return !conversation.webSearch() || goes ? conversation : conversation.withoutWebSearch();
    }

    @Override
    public List<String> ignored(Model model) {
        boolean losesSearch = search != null && !conversation(model).webSearch();
        if (!losesSearch && imageTool == null) {
            return ignored;
        }
        List<String> all = new ArrayList<>(ignored);
        if (losesSearch) {
            all.add(search);
        }
        if (imageTool != null) {
            all.addAll(imageTool.ignored(model));
        }
        return all;
    }
}
