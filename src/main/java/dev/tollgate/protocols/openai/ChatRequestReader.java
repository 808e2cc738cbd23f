package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
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

    private static final int STOPS_MAX = 4;

    private final JsonBody json;
    private final FieldsWithoutEffect withoutEffect;
    private final List<Message> messages = new ArrayList<>();
    private final List<String> stop = new ArrayList<>();

    private @Nullable String model;
    private @Nullable Boolean stream;
    private boolean hasStreamOptions;
    private @Nullable Long maxTokens;
    private @Nullable Long maxCompletionTokens;
    private int n = 1;
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Integer topK;
    private @Nullable Double presencePenalty;
    private @Nullable Double frequencyPenalty;
    private boolean logprobs;
    private @Nullable Integer topLogprobs;
    private @Nullable Long seed;
    private List<Tool> tools = List.of();
    private List<Tool> functions = List.of();
    private @Nullable ToolChoiceReader toolChoice;
    private @Nullable ToolChoiceReader functionCall;
    private ResponseFormat responseFormat = new ResponseFormat.Text();
    private @Nullable Effort reasoningEffort;
    private @Nullable Boolean includeThoughts;
    private boolean webSearch;
    private @Nullable GoogleOptions google;

    private ChatRequestReader(JsonBody json) {
        this.json = json;
        this.withoutEffect = new FieldsWithoutEffect(json);
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
        ChatRequest request = reader.built();
        ConversationCheck.check(request.conversation().messages());
        return request;
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case "messages" -> messages();
            case "stream" -> stream = json.bool();
            case "stream_options" -> streamOptions();
            case "max_tokens" -> maxTokens = json.longInteger(1, Long.MAX_VALUE);
            case "max_completion_tokens" -> maxCompletionTokens = json.longInteger(1, Long.MAX_VALUE);
            case "tools" -> tools = new ToolReader(json).tools();
            case "functions" -> functions = new ToolReader(json).functions();
            case "tool_choice" -> toolChoice = new ToolChoiceReader(json).toolChoice();
            case "function_call" -> functionCall = new ToolChoiceReader(json).functionCall();
            case "response_format" -> responseFormat = new ResponseFormatReader(json).read();
            case "extra_body" -> json.object(this::extension);
            default -> sampling(name);
        }
    }

    private void sampling(String name) {
        switch (name) {
            case "n" -> n = json.integer(1, 128);
            case "stop" -> stop();
            case "temperature" -> temperature = json.number(0, 2);
            case "top_p" -> topP = json.number(0, 1);
            case "presence_penalty" -> presencePenalty = json.number(-2, 2);
            case "frequency_penalty" -> frequencyPenalty = json.number(-2, 2);
            case "logprobs" -> logprobs = json.bool();
            case "top_logprobs" -> topLogprobs = json.integer(0, 20);
            case "seed" -> seed = json.longInteger(Long.MIN_VALUE, Long.MAX_VALUE);
            case "reasoning_effort" -> reasoningEffort = Effort.of(json.oneOf(Effort.words()));
            case "web_search_options" -> webSearchOptions();
            default -> {
                if (!withoutEffect.take(name)) {
                    extension(name);
                }
            }
        }
    }

    /**
     * Reads a field that is not OpenAI's. An SDK merges its {@code extra_body} into the body, or a caller writes it out: such fields count in both
     * places, but only once.
     */
    private void extension(String name) {
        switch (name) {
            case "top_k" -> topK = once(topK, json.integer(1, Integer.MAX_VALUE));
            case "include_thoughts" -> includeThoughts = once(includeThoughts, json.bool());
            case "google" -> google = once(google, new GoogleOptionsReader(json).read());
            default -> json.ignore();
        }
    }

    private <T> T once(@Nullable T before, T now) {
        if (before != null) {
            throw json.invalid("is given twice, in 'extra_body' and outside it.");
        }
        return now;
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

    private void stop() {
        if (json.isString()) {
            addStop();
        } else if (json.isArray()) {
            json.array(STOPS_MAX, this::addStop);
        } else {
            throw json.refuse("a string or an array of at most 4 strings");
        }
    }

    /** Gemini refuses an empty one, and it would stop nothing. */
    private void addStop() {
        String text = json.string();
        if (text.isEmpty()) {
            json.ignored(json.path());
        } else {
            stop.add(text);
        }
    }

    /** The usage chunk is always sent, obfuscation never. */
    private void streamOptions() {
        hasStreamOptions = true;
        json.object(option -> {
            switch (option) {
                case "include_usage" -> ignoreIf(!json.bool());
                case "include_obfuscation" -> ignoreIf(json.bool());
                default -> json.ignore();
            }
        });
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

    private void ignoreIf(boolean isWithoutEffect) {
        if (isWithoutEffect) {
            json.ignored(json.path());
        }
    }

    // --- checks of the whole body ---

    private ChatRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (messages.isEmpty()) {
            throw JsonBody.invalid("messages", "is required.");
        }
        checkTogether();
        ToolChoiceReader.Fitted fitted = fittedTools();
        return new ChatRequest(
                model,
                stream,
                maxCompletionTokens != null ? maxCompletionTokens : maxTokens,
                maxTokensField(),
                !functions.isEmpty(),
                json.ignored(),
                conversation(fitted.tools(), fitted.choice()));
    }

    private Conversation conversation(List<Tool> given, ToolChoice choice) {
        Sampling sampling = new Sampling(
                n, stop, temperature, topP, topK, presencePenalty, frequencyPenalty, logprobs, topLogprobs, seed);
        return new Conversation(
                new Field.Body(),
                messages,
                sampling,
                given,
                choice,
                responseFormat,
                reasoningEffort,
                includeThoughts,
                webSearch,
                google);
    }

    private void checkTogether() {
        if (topLogprobs != null && !logprobs) {
            throw JsonBody.invalid("top_logprobs", "needs 'logprobs' to be true.");
        }
        if (!tools.isEmpty() && !functions.isEmpty()) {
            throw JsonBody.invalid("functions", "must not be given together with 'tools'.");
        }
        if (toolChoice != null && functionCall != null) {
            throw JsonBody.invalid("function_call", "must not be given together with 'tool_choice'.");
        }
        if (google != null && google.setsThinking() && reasoningEffort != null) {
            throw JsonBody.invalid("reasoning_effort", "must not be given together with 'google.thinking_config'.");
        }
        if (google != null && disagree(google.includeThoughts(), includeThoughts)) {
            throw JsonBody.invalid("include_thoughts", "contradicts 'google.thinking_config.include_thoughts'.");
        }
        if (hasStreamOptions && Boolean.FALSE.equals(stream)) {
            json.ignored("stream_options");
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

    private ToolChoiceReader.Fitted fittedTools() {
        List<Tool> given = functions.isEmpty() ? tools : functions;
        ToolChoiceReader choice = toolChoice != null ? toolChoice : functionCall;
        return choice == null ? new ToolChoiceReader.Fitted(given, new ToolChoice.Auto()) : choice.fitted(given);
    }
}
