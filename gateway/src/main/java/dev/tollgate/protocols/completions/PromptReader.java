package dev.tollgate.protocols.completions;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.openai.ChatPlaces;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.FieldsWithoutEffect;
import dev.tollgate.protocols.openai.SamplingReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a text completion: chat's fields as chat reads them, and one prompt. Fields that only a model of completions can serve are refused.
 * A reader serves one body, on one thread.
 */
final class PromptReader {

    private static final String PROMPT = "prompt";

    private final JsonBody json;
    private final SamplingReader sampling;
    private final FieldsWithoutEffect withoutEffect;

    private @Nullable String model;
    private @Nullable JsonText prompt;
    private boolean stream;
    private @Nullable Long maxTokens;
    private @Nullable Integer topK;
    private @Nullable Effort reasoningEffort;

    private PromptReader(JsonBody json) {
        this.json = json;
        this.sampling = new SamplingReader(json);
        this.withoutEffect = new FieldsWithoutEffect(json);
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static ChatRequest read(byte[] body, ReadLimits limits, Lease memory) {
        JsonBody json = new JsonBody(body, limits, memory);
        PromptReader reader = new PromptReader(json);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case PROMPT -> prompt();
            case "stream" -> stream = json.bool();
            case "max_tokens" -> maxTokens = json.longInteger(1, Long.MAX_VALUE);
            case "top_k" -> topK = json.integer(1, Integer.MAX_VALUE);
            case "reasoning_effort" -> reasoningEffort = Effort.of(json.oneOf(Effort.words()));
            case "suffix" -> only(json.isString() && json.string().isEmpty(), "null or absent");
            case "logprobs", "top_logprobs" -> throw json.refuse("null or absent");
            case "echo" -> only(!json.bool(), "false");
            case "best_of" -> only(json.integer(1, Integer.MAX_VALUE) == 1, "1");
            default -> {
                if (!sampling.take(name) && !withoutEffect.take(name)) {
                    json.ignore();
                }
            }
        }
    }

    private void only(boolean isAllowed, String allowed) {
        if (!isAllowed) {
            throw json.refuse(allowed);
        }
    }

    private void prompt() {
        if (json.isString()) {
            prompt = text();
        } else if (json.isArray()) {
            json.array(2, this::element);
            if (prompt == null) {
                throw json.invalid("must have 1 string.");
            }
        } else {
            throw json.refuse("a string or an array of one string");
        }
    }

    private void element() {
        only(json.isString(), "a string, not token IDs");
        only(prompt == null, "absent: a request has one prompt");
        prompt = text();
    }

    private JsonText text() {
        JsonText text = json.text();
        only(!text.isEmpty(), "a string that is not empty");
        return text;
    }

    private ChatRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (prompt == null) {
            throw JsonBody.invalid(PROMPT, "is required.");
        }
        withoutEffect.checkStream(stream);
        return new ChatRequest(
                model,
                stream,
                maxTokens,
                maxTokens == null ? null : "max_tokens",
                false,
                withoutEffect.tier(),
                withoutEffect.callerNames(),
                new ToolNames(),
                json.ignored(),
                withoutEffect.leavesUsageOut(),
                null,
                conversation(prompt));
    }

    private Conversation conversation(JsonText text) {
        return Conversation.ofTurn(
                ChatPlaces.NAMES.at(""),
                Place.at(PROMPT),
                List.of(new ContentPart.Text(text)),
                sampling.built(topK),
                reasoningEffort,
                OutputWish.NONE);
    }
}
