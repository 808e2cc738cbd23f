package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Model;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model takes, and what excludes what (S000, S002, S003: "mutually exclusive"; D3, D4): every row is the catalogue's.
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
        rules.checkTools(insteadOfFunctions);
        rules.checkResponseFormat();
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

    private void checkTools(String insteadOfFunctions) {
        boolean functions = !request.functions().isEmpty();
        Set<ProviderTool> tools = request.providerTools();
        if (functions && !model.tools().functions()) {
            throw refused(Member.TOOLS, "of model '" + model.id() + "' " + insteadOfFunctions);
        }
        for (ProviderTool tool : tools) {
            if (!model.uses(tool)) {
                throw refused(tool, "model '" + model.id() + "' does not support " + name(tool) + ".");
            }
            if (functions && !model.tools().functionsWithSearch()) {
                throw refused(
                        tool,
                        name(tool) + " and functions cannot be used in one call with model '" + model.id()
                                + "'; leave out one of the two.");
            }
        }
    }

    private static String name(ProviderTool tool) {
        return tool == ProviderTool.SEARCH ? "web search" : tool.snake();
    }

    private ApiException refused(ProviderTool tool, String why) {
        String field = request.fieldOf(tool);
        return ApiError.invalid(field, "'" + field + "': " + why).asException();
    }

    private void checkResponseFormat() {
        if (request.responseFormat() instanceof ResponseFormat.Text) {
            return;
        }
        Model.Formats formats = model.formats();
        if (!formats.json()) {
            throw refused(Member.RESPONSE_FORMAT, "is not supported by model '" + model.id() + "'.");
        }
        if (!formats.jsonWithFunctions() && !request.functions().isEmpty()) {
            throw refused(
                    Member.RESPONSE_FORMAT,
                    "and '" + name(Member.TOOLS) + "' cannot be used in one call with model '" + model.id() + "'.");
        }
        Set<ProviderTool> tools = request.providerTools();
        if (!formats.jsonWithSearch() && !tools.isEmpty()) {
            throw refused(
                    Member.RESPONSE_FORMAT,
                    "and " + name(tools.iterator().next()) + " cannot be used in one call with model '" + model.id()
                            + "'.");
        }
    }

    private void checkSampling() {
        int candidates = request.sampling().candidates();
        int candidatesMax = model.upstream().candidatesMax();
        if (candidates > candidatesMax) {
            throw refused(
                    Member.CANDIDATES,
                    "must be " + (candidatesMax == 1 ? "1" : "between 1 and " + candidatesMax) + " with model '"
                            + model.id() + "', got " + candidates + "."
                            + (model.makesImages() ? " POST /v1/images/generations makes several images." : ""));
        }
        checkPenalty(Member.PRESENCE_PENALTY, request.sampling().presencePenalty());
        checkPenalty(Member.FREQUENCY_PENALTY, request.sampling().frequencyPenalty());
        if (request.sampling().logprobs() && !model.upstream().logprobs()) {
            throw refused(Member.LOGPROBS, "is not supported by model '" + model.id() + "'.");
        }
    }

    private void checkPenalty(Member field, @Nullable Double value) {
        if (value != null && value != 0 && !model.upstream().penalties()) {
            throw refused(field, "must be 0 or absent with model '" + model.id() + "', got " + value + ".");
        }
    }

    private String name(Member member) {
        return request.place().path(member);
    }

    private ApiException refused(Member field, String why) {
        return ApiError.invalid(name(field), "'" + name(field) + "' " + why).asException();
    }
}
