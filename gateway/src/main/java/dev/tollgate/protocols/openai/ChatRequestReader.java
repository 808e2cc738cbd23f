package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ConversationCheck;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Instructions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a Chat Completions request (protocol 3.2), strictly: known fields must have their types and ranges, unknown ones are skipped and
 * listed (D5). Independent of the model.
 *
 * <p>A reader serves one body, on one thread. It keeps only the parts of the body that the request refers to.
 */
public final class ChatRequestReader {

    private final JsonBody json;
    private final FieldsWithoutEffect withoutEffect;
    private final List<Message> messages = new ArrayList<>();
    private final SamplingReader sampling;
    private final ToolFields tools;
    private final ExtensionReader extensions;

    private @Nullable String model;
    private @Nullable Boolean stream;
    private @Nullable Long maxTokens;
    private @Nullable Long maxCompletionTokens;
    private ResponseFormat responseFormat = new ResponseFormat.Text();
    private @Nullable Effort reasoningEffort;
    private boolean webSearch;

    private ChatRequestReader(JsonBody json) {
        this.json = json;
        this.withoutEffect = new FieldsWithoutEffect(json);
        this.sampling = new SamplingReader(json);
        this.tools = new ToolFields(json);
        this.extensions = new ExtensionReader(json);
    }

    /** Reads a body whose memory is not charged to a request. */
    public static ChatRequest read(byte[] body, ReadLimits limits) {
        return read(body, limits, Lease.FREE);
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault; 413 and 503 if memory is
     *     short
     */
    public static ChatRequest read(byte[] body, ReadLimits limits, Lease memory) {
        JsonBody json = new JsonBody(body, limits, memory);
        ChatRequestReader reader = new ChatRequestReader(json);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case "messages" -> messages();
            case "stream" -> stream = json.bool();
            case "max_tokens" -> maxTokens = json.longInteger(1, Long.MAX_VALUE);
            case "max_completion_tokens" -> maxCompletionTokens = json.longInteger(1, Long.MAX_VALUE);
            case "response_format" -> responseFormat = new ResponseFormatReader(json).read();
            case "reasoning_effort" -> reasoningEffort = Effort.of(json.oneOf(Effort.words()));
            case "web_search_options" -> webSearchOptions();
            case "extra_body" -> json.object(extensions::member);
            default -> {
                if (!sampling.take(name) && !tools.take(name) && !withoutEffect.take(name)) {
                    extensions.member(name);
                }
            }
        }
    }

    private void messages() {
        PartReader parts = new PartReader(json);
        json.array(
                json.limits().messagesMax(),
                () -> messages.add(new MessageReader(json, parts, messages.size()).read()));
        if (messages.isEmpty()) {
            throw json.invalid("must have at least 1 message.");
        }
    }

    private void webSearchOptions() {
        webSearch = true;
        json.object(option -> {
            switch (option) {
                case "search_context_size" -> {
                    json.oneOf(List.of("low", "medium", "high"));
                    json.ignored(json.path());
                }
                case "user_location" -> userLocation();
                default -> json.ignore();
            }
        });
    }

    private void userLocation() {
        if (!json.isObject()) {
            throw json.refuse("an object");
        }
        json.ignore();
    }

    // --- checks of the whole body ---

    private ChatRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (messages.isEmpty()) {
            throw JsonBody.invalid("messages", "is required.");
        }
        Reasoning reasoning = extensions.reasoning();
        checkTogether(reasoning);
        ToolNames names = new ToolNames();
        ConversationCheck.check(messages, "tool messages");
        Conversation conversation = conversation(tools.fitted(), reasoning);
        return new ChatRequest(
                model,
                stream,
                maxCompletionTokens != null ? maxCompletionTokens : maxTokens,
                maxTokensField(),
                tools.areLegacy(),
                withoutEffect.tier(),
                withoutEffect.callerNames(),
                names,
                json.ignored(),
                withoutEffect.leavesUsageOut(),
                reasoning,
                names.of(conversation, tools.custom()));
    }

    private Conversation conversation(ToolChoiceReader.Fitted fitted, @Nullable Reasoning reasoning) {
        return new Conversation(
                (reasoning == null
                                ? ChatPlaces.NAMES
                                : ChatPlaces.with(reasoning, extensions.includeThoughts() == null))
                        .at(""),
                Instructions.inPlace(messages),
                fitted.tools(),
                fitted.choice(),
                webSearch,
                new Conversation.Wish(
                        sampling.built(extensions.topK()),
                        tools.oneCall(),
                        responseFormat,
                        reasoningEffort == null && reasoning != null ? reasoning.effort() : reasoningEffort,
                        includeThoughts(reasoning),
                        extensions.google(),
                        extensions.images()));
    }

    /** Returns null if nothing says so, and if Google's options do. */
    private @Nullable Boolean includeThoughts(@Nullable Reasoning reasoning) {
        Boolean said = extensions.includeThoughts();
        GoogleOptions google = extensions.google();
        boolean googleSays = google != null && google.includeThoughts() != null;
        return said != null || googleSays || reasoning == null ? said : Boolean.valueOf(reasoning.shows());
    }

    private void checkTogether(@Nullable Reasoning reasoning) {
        sampling.checkTogether();
        tools.checkTogether();
        GoogleOptions google = extensions.google();
        if (reasoning != null) {
            checkBeside(reasoning, google);
        }
        if (google != null && google.setsThinking() && reasoningEffort != null) {
            throw JsonBody.invalid("reasoning_effort", "must not be given together with 'google.thinking_config'.");
        }
        if (google != null && disagree(google.includeThoughts(), extensions.includeThoughts())) {
            throw JsonBody.invalid("include_thoughts", "contradicts 'google.thinking_config.include_thoughts'.");
        }
        withoutEffect.checkStream(stream);
    }

    /** Refuses two different words about the same. */
    private void checkBeside(Reasoning reasoning, @Nullable GoogleOptions google) {
        String field = reasoning.field();
        if (field != null && reasoningEffort != null && reasoning.effort() != reasoningEffort) {
            throw JsonBody.invalid(field, "contradicts 'reasoning_effort'.");
        }
        if (field != null && google != null && google.setsThinking()) {
            throw JsonBody.invalid(field, "must not be given together with 'google.thinking_config'.");
        }
        Boolean excluded = reasoning.exclude();
        if (excluded != null && excluded.equals(extensions.includeThoughts())) {
            throw JsonBody.invalid(reasoning.shownField(), "contradicts 'include_thoughts'.");
        }
        if (excluded != null && google != null && excluded.equals(google.includeThoughts())) {
            throw JsonBody.invalid(reasoning.shownField(), "contradicts 'google.thinking_config.include_thoughts'.");
        }
    }

    private static boolean disagree(@Nullable Boolean one, @Nullable Boolean other) {
        return one != null && other != null && !one.equals(other);
    }

    private @Nullable String maxTokensField() {
        if (maxCompletionTokens == null) {
            return maxTokens == null ? null : "max_tokens";
        }
        if (maxTokens != null && !maxTokens.equals(maxCompletionTokens)) {
            json.ignored("max_tokens");
        }
        return "max_completion_tokens";
    }
}
