package dev.tollgate.contract;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionUsage;
import dev.tollgate.testing.Gateway;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** openai-java. */
final class ViaOpenAiJava implements ForeignClient.Driver {

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final Gateway gateway;

    ViaOpenAiJava(Gateway gateway) {
        this.gateway = gateway;
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(key)
                .responseValidation(true)
                .maxRetries(0)
                .build();
    }

    @Override
    public Said ask(String key, Question question) {
        StringBuilder heard = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> sources = new ArrayList<>();
        OpenAIClient client = client(key);
        try {
            ChatCompletion answer = question.streams()
                    ? streamed(client, question, heard, thoughts, sources)
                    : client.chat().completions().create(params(question));
            return said(answer, thoughts.toString(), sources);
        } catch (OpenAIServiceException e) {
            return Said.failed(heard.toString(), e.statusCode(), e.getMessage() + e.body());
        } finally {
            client.close();
        }
    }

    private static ChatCompletion streamed(
            OpenAIClient client, Question question, StringBuilder heard, StringBuilder thoughts, List<String> sources) {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params(question))) {
            stream.stream().forEach(chunk -> {
                whole.accumulate(chunk);
                chunk.choices().forEach(choice -> {
                    choice.delta().content().ifPresent(heard::append);
                    thoughts.append(thought(choice.delta()._additionalProperties()));
                    sources.addAll(sources(choice.delta()._additionalProperties()));
                });
            });
        }
        return whole.chatCompletion();
    }

    @Override
    public void leave(String key, Question question) {
        OpenAIClient client = client(key);
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params(question))) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElseThrow();
        } finally {
            client.close();
        }
    }

    // ---- the question ----

    private static ChatCompletionCreateParams params(Question question) {
        ChatCompletionCreateParams.Builder params =
                ChatCompletionCreateParams.builder().model(question.model()).maxCompletionTokens(question.tokensMax());
        question.turns().forEach(turn -> add(params, turn));
        question.tools().forEach(tool -> params.addTool(tool(tool)));
        if (question.effort() != null) {
            params.reasoningEffort(ReasoningEffort.of(question.effort()));
        }
        if (question.searches()) {
            params.webSearchOptions(
                    ChatCompletionCreateParams.WebSearchOptions.builder().build());
        }
        if (question.schema() != null) {
            params.responseFormat(format(question.schema()));
        }
        return params.build();
    }

    private static void add(ChatCompletionCreateParams.Builder params, Question.Turn turn) {
        switch (turn.role()) {
            case SYSTEM -> params.addSystemMessage(turn.text());
            case USER -> params.addUserMessageOfArrayOfContentParts(parts(turn));
            case ASSISTANT -> params.addMessage(assistant(turn));
            case TOOL ->
                params.addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(turn.callId())
                        .content(turn.text())
                        .build());
        }
    }

    private static List<ChatCompletionContentPart> parts(Question.Turn turn) {
        List<ChatCompletionContentPart> parts = new ArrayList<>();
        parts.add(ChatCompletionContentPart.ofText(
                ChatCompletionContentPartText.builder().text(turn.text()).build()));
        for (String url : turn.media()) {
            parts.add(ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                    .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                            .url(url)
                            .build())
                    .build()));
        }
        return parts;
    }

    private static ChatCompletionAssistantMessageParam assistant(Question.Turn turn) {
        ChatCompletionAssistantMessageParam.Builder message = ChatCompletionAssistantMessageParam.builder();
        if (!turn.text().isEmpty()) {
            message.content(turn.text());
        }
        turn.calls()
                .forEach(call -> message.addToolCall(ChatCompletionMessageFunctionToolCall.builder()
                        .id(call.id())
                        .function(ChatCompletionMessageFunctionToolCall.Function.builder()
                                .name(call.name())
                                .arguments(call.arguments())
                                .build())
                        .build()));
        return message.build();
    }

    private static ChatCompletionFunctionTool tool(Question.Tool tool) {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name(tool.name())
                        .description(tool.description())
                        .parameters(FunctionParameters.builder()
                                .additionalProperties(object(tool.parameters()))
                                .build())
                        .build())
                .build();
    }

    private static ResponseFormatJsonSchema format(String schema) {
        return ResponseFormatJsonSchema.builder()
                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("answer")
                        .strict(true)
                        .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                .additionalProperties(object(schema))
                                .build())
                        .build())
                .build();
    }

    private static Map<String, JsonValue> object(String json) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        JSON.readValue(json, OBJECT).forEach((name, value) -> members.put(name, JsonValue.from(value)));
        return members;
    }

    // ---- the answer ----

    private static Said said(ChatCompletion answer, String streamedThoughts, List<String> streamedSources) {
        ChatCompletion.Choice choice = answer.choices().getFirst();
        ChatCompletionMessage message = choice.message();
        List<Question.Call> calls = message.toolCalls().orElse(List.of()).stream()
                .map(ChatCompletionMessageToolCall::asFunction)
                .map(call -> new Question.Call(
                        call.id(), call.function().name(), call.function().arguments()))
                .toList();
        List<String> sources = message.annotations().orElse(List.of()).stream()
                .map(annotation -> annotation.urlCitation().url())
                .toList();
        return new Said(
                message.content().orElse(""),
                streamedThoughts.isEmpty() ? thought(message._additionalProperties()) : streamedThoughts,
                calls,
                choice.finishReason().asString(),
                answer.usage().map(CompletionUsage::totalTokens).orElse(0L),
                streamedSources.isEmpty() ? sources : streamedSources,
                null);
    }

    /** Deltas have no annotations in the client's own words. */
    private static List<String> sources(Map<String, JsonValue> properties) {
        JsonValue annotations = properties.get("annotations");
        if (annotations == null) {
            return List.of();
        }
        return JSON.valueToTree(annotations.convert(List.class))
                .valueStream()
                .map(annotation -> annotation.at("/url_citation/url").asString())
                .toList();
    }

    private static String thought(Map<String, JsonValue> properties) {
        return Optional.ofNullable(properties.get("reasoning_content"))
                .map(value -> value.convert(String.class))
                .orElse("");
    }

    @Override
    public void close() {
        // a client for each question
    }
}
