package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Model;
import org.jspecify.annotations.Nullable;

/**
 * What a model takes, and what excludes what (S000, S002, S003: "mutually exclusive"; D3, D4): every row is the catalogue's.
 * Everything that can be known beforehand is refused here, before money moves (D2).
 */
public final class ModelRules {

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
        rules.checkTools(insteadOfFunctions);
        rules.checkResponseFormat();
        rules.checkSampling();
    }

    private void checkTools(String insteadOfFunctions) {
        boolean functions = !request.functions().isEmpty();
        boolean search = request.searches();
        if (functions && !model.tools().functions()) {
            throw refused(Member.TOOLS, "of model '" + model.id() + "' " + insteadOfFunctions);
        }
        if (search && !model.tools().search()) {
            throw searchRefused("model '" + model.id() + "' does not support web search.");
        }
        if (functions && search && !model.tools().functionsWithSearch()) {
            throw searchRefused("web search and functions cannot be used in one call with model '" + model.id()
                    + "'; leave out one of the two.");
        }
    }

    private ApiException searchRefused(String why) {
        String field = request.searchField();
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
        if (!formats.jsonWithSearch() && request.searches()) {
            throw refused(
                    Member.RESPONSE_FORMAT,
                    "and web search cannot be used in one call with model '" + model.id() + "'.");
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
