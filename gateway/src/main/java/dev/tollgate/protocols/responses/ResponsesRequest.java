package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.calls.kept.KeptInput;
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
 * @param background whether its caller does not wait (J30)
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
 * @param demanded the tool of the provider's that the caller's choice demands; null if it demands none
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 */
record ResponsesRequest(
        String model,
        boolean stream,
        boolean background,
        @Nullable Long maxTokens,
        @Nullable ServiceTier tier,
        CallerNames callerNames,
        @Nullable String search,
        @Nullable String previousId,
        @Nullable KeptInput keeping,
        Echo echo,
        ToolNames names,
        @Nullable Compaction compaction,
        @Nullable ImageTool imageTool,
        boolean demandsImages,
        @Nullable ProviderTool demanded,
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

    /** Returns whether the response says that it is stored: what is kept briefly in the background is not. */
    boolean isStored() {
        return keeping != null && !keeping.isBrief();
    }

    boolean compacts() {
        return compaction != null;
    }

    /**
     * Returns the conversation without tools of the provider's that the model has not, or that it cannot use together with functions: refusing them
     * would lock agents out (E7).
     */
    @Override
    public Conversation conversation(Model model) {
        Model.Tools tools = model.tools();
        boolean hasFunctions = !conversation.functions().isEmpty();
        boolean goes = !hasFunctions || (tools.search() && tools.functionsWithSearch());
        Conversation its = !conversation.webSearch() || goes ? conversation : conversation.withoutWebSearch();
        List<Tool> left = its.tools().stream()
                .filter(tool -> isUsed(tool.provider(), model, hasFunctions))
                .toList();
        return left.size() == its.tools().size() ? its : its.withTools(left);
    }

    private static boolean isUsed(@Nullable ProviderTool tool, Model model, boolean hasFunctions) {
        return tool == null
                || model.uses(tool) && (!hasFunctions || model.tools().functionsWithSearch());
    }

    /** @throws ApiException a 400 if the caller's choice demands a tool that the model does not use, apart from a search */
    void checkDemand(Model model) {
        ProviderTool tool = demanded;
        if (tool != null
                && tool != ProviderTool.SEARCH
                && !conversation(model).providerTools().contains(tool)) {
            throw JsonBody.invalid(
                    "tool_choice",
                    "demands '" + tool.snake() + "', which model '" + model.id() + "' does not use in this call.");
        }
    }

    @Override
    public List<String> ignored(Model model) {
        boolean losesSearch = search != null && !conversation(model).webSearch();
        List<String> all = new ArrayList<>(ignored);
        List<Tool> left = conversation(model).tools();
        conversation.tools().stream()
                .filter(tool -> !left.contains(tool))
                .forEach(tool -> all.add(tool.place().path()));
        if (losesSearch) {
            all.add(search);
        }
        if (imageTool != null) {
            all.addAll(imageTool.ignored(model));
        }
        return all;
    }
}
