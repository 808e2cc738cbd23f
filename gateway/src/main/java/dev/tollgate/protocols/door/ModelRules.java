package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a model does not take, or not together (S000, S002, S003: "mutually exclusive"; D3, D4), in the words of the doors of OpenAI and Anthropic.
 * Everything that can be known beforehand is refused here, before money moves (D2).
 */
public final class ModelRules {

    /** The reason of the refusal of the provider's file search, and what a caller may do instead (Y30). */
    public static final String NO_FILE_SEARCH =
            "the stores of a file search belong to the provider's project, not to an account. Send the files with the request, or look for their"
                    + " passages with /v1/embeddings.";

    private final Model model;
    private final Conversation request;

    private ModelRules(Model model, Conversation request) {
        this.model = model;
        this.request = request;
    }

    /**
     * @param insteadOfFunctions what a caller may do whose model takes no functions: follows {@code 'tools' of model 'x'}
     * @throws dev.tollgate.base.error.ApiException a 400 that names the field
     */
    public static void check(Model model, Conversation request, String insteadOfFunctions) {
        ModelRules rules = new ModelRules(model, request);
        rules.checkPrompt();
        rules.checkOutput();
        Abilities abilities = new Abilities(
                model,
                !request.functions().isEmpty(),
                request.providerTools(),
                model.tools().functionsWithSearch(),
                (lack, tool) -> rules.refusal(lack, tool, insteadOfFunctions));
        abilities.checkTools();
        rules.checkResponseFormat(abilities);
        rules.checkSampling();
    }

    /** A model would make something of nothing, and it would be charged. */
    private void checkPrompt() {
        if (request.messages().stream().allMatch(Message::isEmpty)) {
            throw refused(Member.MESSAGES, "must have a text, a file, a call or a result: all texts are empty.");
        }
    }

    private void checkOutput() {
        if (model.speaks()) {
            throw ApiError.invalid(
                            "model",
                            "'model' must be a model of text here, '" + model.id()
                                    + "' makes speech. Use /v1/audio/speech.")
                    .asException();
        }
    }

    /** Refuses a model that makes images at a door that has no place for them. @throws ApiException a 400 that names the model */
    public static void refuseImages(Model model, String instead) {
        if (model.makesImages()) {
            throw ApiError.invalid(
                            "model",
                            "'model' must be a model of text here, '" + model.id() + "' makes images. Use " + instead
                                    + ".")
                    .asException();
        }
    }

    private void checkResponseFormat(Abilities abilities) {
        if (!(request.responseFormat() instanceof ResponseFormat.Text)) {
            abilities.checkJson();
        }
    }

    private void checkSampling() {
        UpstreamModel.SamplingLack lack = model.upstream().lacks(request.sampling());
        if (lack != null) {
            throw refusal(lack);
        }
    }

    private ApiException refusal(Lack lack, @Nullable ProviderTool tool, String insteadOfFunctions) {
        String its = "model '" + model.id() + "'";
        return switch (lack) {
            case FUNCTIONS -> refused(Member.TOOLS, "of " + its + " " + insteadOfFunctions);
            case TOOL -> refused(tool, its + " does not support " + name(tool) + ".");
            case TOOL_WITH_FUNCTIONS ->
                refused(
                        tool,
                        name(tool) + " and functions cannot be used in one call with " + its
                                + "; leave out one of the two.");
            case JSON -> refused(Member.RESPONSE_FORMAT, "is not supported by " + its + ".");
            case JSON_WITH_FUNCTIONS ->
                refused(
                        Member.RESPONSE_FORMAT,
                        "and '" + name(Member.TOOLS) + "' cannot be used in one call with " + its + ".");
            case JSON_WITH_TOOLS ->
                refused(Member.RESPONSE_FORMAT, "and " + name(tool) + " cannot be used in one call with " + its + ".");
        };
    }

    private ApiException refusal(UpstreamModel.SamplingLack lack) {
        return switch (lack) {
            case CANDIDATES -> refused(Member.CANDIDATES, candidates());
            case PRESENCE_PENALTY ->
                penaltyRefused(Member.PRESENCE_PENALTY, request.sampling().presencePenalty());
            case FREQUENCY_PENALTY ->
                penaltyRefused(Member.FREQUENCY_PENALTY, request.sampling().frequencyPenalty());
            case LOGPROBS -> refused(Member.LOGPROBS, "is not supported by model '" + model.id() + "'.");
        };
    }

    private String candidates() {
        int most = model.upstream().candidatesMax();
        return "must be " + (most == 1 ? "1" : "between 1 and " + most) + " with model '" + model.id() + "', got "
                + request.sampling().candidates() + "."
                + (model.makesImages() ? " POST /v1/images/generations makes several images." : "");
    }

    private ApiException penaltyRefused(Member field, @Nullable Double value) {
        return refused(field, "must be 0 or absent with model '" + model.id() + "', got " + value + ".");
    }

    private static String name(@Nullable ProviderTool tool) {
        return tool == null || tool == ProviderTool.SEARCH ? "web search" : tool.snake();
    }

    private ApiException refused(@Nullable ProviderTool tool, String why) {
        String field = tool == null ? name(Member.TOOLS) : request.fieldOf(tool);
        return ApiError.invalid(field, "'" + field + "': " + why).asException();
    }

    private String name(Member member) {
        return request.place().path(member);
    }

    private ApiException refused(Member field, String why) {
        return ApiError.invalid(name(field), "'" + name(field) + "' " + why).asException();
    }

    /** A thing that a model lacks. */
    public enum Lack {
        FUNCTIONS,
        /** A tool of the provider. */
        TOOL,
        /** A tool of the provider together with functions. */
        TOOL_WITH_FUNCTIONS,
        JSON,
        JSON_WITH_FUNCTIONS,
        JSON_WITH_TOOLS
    }

    /** The refusals of a door. */
    public interface Refusals {
        /** @param tool the provider's tool that it is about; null if it is about none */
        ApiException of(Lack lack, @Nullable ProviderTool tool);
    }

    /**
     * The conditions of tools and formats under which a model cannot serve a request, by its row of the catalogue (D2). They are the same at each door, which has its own
     * sentence for each.
     *
     * @param functions whether the request has functions
     * @param tools the provider's tools that the request has
     * @param together whether functions and the provider's tools go together
     * @param refusals the door's
     */
    public record Abilities(
            Model model, boolean functions, Set<ProviderTool> tools, boolean together, Refusals refusals) {

        /** Checks functions and tools. */
        public void checkTools() {
            refuse(functions && !model.tools().functions(), Lack.FUNCTIONS, null);
            for (ProviderTool tool : tools) {
                refuse(!model.uses(tool), Lack.TOOL, tool);
                refuse(functions && !together, Lack.TOOL_WITH_FUNCTIONS, tool);
            }
        }

        /** Checks a request whose answer is to be JSON. */
        public void checkJson() {
            Model.Formats formats = model.formats();
            refuse(!formats.json(), Lack.JSON, null);
            refuse(!formats.jsonWithFunctions() && functions, Lack.JSON_WITH_FUNCTIONS, null);
            refuse(
                    !formats.jsonWithSearch() && !tools.isEmpty(),
                    Lack.JSON_WITH_TOOLS,
                    tools.isEmpty() ? null : tools.iterator().next());
        }

        private void refuse(boolean isLacking, Lack lack, @Nullable ProviderTool tool) {
            if (isLacking) {
                throw refusals.of(lack, tool);
            }
        }
    }
}
