package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Model;
import org.jspecify.annotations.Nullable;

/**
 * What a model takes, and what excludes what (S000, S002, S003: "mutually exclusive"; D3, D4): every row is the catalogue's.
 * Everything that can be known beforehand is refused here, before money moves (D2).
 */
final class ChatModelRules {

    private final Model model;
    private final Conversation request;

    private ChatModelRules(Model model, Conversation request) {
        this.model = model;
        this.request = request;
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 that names the field */
    static void check(Model model, Conversation request) {
        ChatModelRules rules = new ChatModelRules(model, request);
        rules.checkTools();
        rules.checkResponseFormat();
        rules.checkSampling();
    }

    private void checkTools() {
        boolean functions = !request.functions().isEmpty();
        boolean search = request.searches();
        if (functions && !model.tools().functions()) {
            throw refused(
                    "tools",
                    "'tools' of model '" + model.id() + "' may only hold the search tool, "
                            + "{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}; it takes no functions.");
        }
        if (search && !model.tools().search()) {
            throw refused(
                    request.searchField(),
                    "'" + request.searchField() + "': model '" + model.id() + "' does not support web search.");
        }
        if (functions && search && !model.tools().functionsWithSearch()) {
            throw refused(
                    request.searchField(),
                    "'" + request.searchField() + "': web search and functions cannot be used in one call with model '"
                            + model.id() + "'; leave out one of the two.");
        }
    }

    private void checkResponseFormat() {
        if (request.responseFormat() instanceof ResponseFormat.Text) {
            return;
        }
        Model.Formats formats = model.formats();
        if (!formats.json()) {
            throw refused("response_format", "'response_format' is not supported by model '" + model.id() + "'.");
        }
        if (!formats.jsonWithFunctions() && !request.functions().isEmpty()) {
            throw refused(
                    "response_format",
                    "'response_format' and 'tools' cannot be used in one call with model '" + model.id() + "'.");
        }
        if (!formats.jsonWithSearch() && request.searches()) {
            throw refused(
                    "response_format",
                    "'response_format' and web search cannot be used in one call with model '" + model.id() + "'.");
        }
    }

    private void checkSampling() {
        int candidatesMax = model.upstream().candidatesMax();
        if (request.sampling().candidates() > candidatesMax) {
            throw refused(
                    "n",
                    "'n' must be " + (candidatesMax == 1 ? "1" : "between 1 and " + candidatesMax) + " with model '"
                            + model.id() + "', got " + request.sampling().candidates() + ".");
        }
        checkPenalty("presence_penalty", request.sampling().presencePenalty());
        checkPenalty("frequency_penalty", request.sampling().frequencyPenalty());
        if (request.sampling().logprobs() && !model.upstream().logprobs()) {
            throw refused("logprobs", "'logprobs' is not supported by model '" + model.id() + "'.");
        }
    }

    private void checkPenalty(String field, @Nullable Double value) {
        if (value != null && value != 0 && !model.upstream().penalties()) {
            throw refused(
                    field, "'" + field + "' must be 0 or absent with model '" + model.id() + "', got " + value + ".");
        }
    }

    private static ApiException refused(String param, String message) {
        return ApiError.invalid(param, message).asException();
    }
}
