package dev.tollgate.contract;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import dev.tollgate.testing.Gateway;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** langchain4j-open-ai. */
final class ViaLangChain4j implements ForeignClient.Driver {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATA_URL = "data:";

    private final Gateway gateway;

    ViaLangChain4j(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Said ask(String key, Question question) {
        return question.streams() ? streamed(key, question) : whole(key, question);
    }

    private Said whole(String key, Question question) {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(key)
                .modelName(question.model())
                .maxCompletionTokens(question.tokensMax())
                .reasoningEffort(question.effort())
                .customParameters(extra(question))
                .strictJsonSchema(true)
                .returnThinking(true)
                .maxRetries(0)
                .build();
        try {
            return said(model.chat(request(question)));
        } catch (RuntimeException e) {
            return failed("", e);
        }
    }

    private Said streamed(String key, Question question) {
        Heard heard = Heard.of(streaming(key, question), request(question));
        return heard.failed() ? failed(String.join("", heard.texts()), heard.failure()) : said(heard.whole());
    }

    @Override
    public void leave(String key, Question question) {
        Heard.andCancel(streaming(key, question), request(question));
    }

    private OpenAiStreamingChatModel streaming(String key, Question question) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(key)
                .modelName(question.model())
                .maxCompletionTokens(question.tokensMax())
                .reasoningEffort(question.effort())
                .customParameters(extra(question))
                .strictJsonSchema(true)
                .returnThinking(true)
                .build();
    }

    private static Map<String, Object> extra(Question question) {
        return question.searches() ? Map.of("web_search_options", Map.of()) : Map.of();
    }

    // ---- the question ----

    private static ChatRequest request(Question question) {
        ChatRequest.Builder request = ChatRequest.builder()
                .messages(question.turns().stream()
                        .map(turn -> message(question, turn))
                        .toList());
        if (!question.tools().isEmpty()) {
            request.toolSpecifications(
                    question.tools().stream().map(ViaLangChain4j::tool).toList());
        }
        if (question.schema() != null) {
            request.responseFormat(format(question.schema()));
        }
        return request.build();
    }

    private static ChatMessage message(Question question, Question.Turn turn) {
        return switch (turn.role()) {
            case SYSTEM -> SystemMessage.from(turn.text());
            case USER -> UserMessage.from(contents(turn));
            case ASSISTANT -> assistant(turn);
            case TOOL -> ToolExecutionResultMessage.from(turn.callId(), nameOf(question, turn.callId()), turn.text());
        };
    }

    private static List<Content> contents(Question.Turn turn) {
        List<Content> contents = new ArrayList<>();
        contents.add(TextContent.from(turn.text()));
        turn.media().forEach(url -> contents.add(medium(url)));
        return contents;
    }

    private static ImageContent medium(String url) {
        if (!url.startsWith(DATA_URL)) {
            return ImageContent.from(URI.create(url));
        }
        int semicolon = url.indexOf(';');
        return ImageContent.from(url.substring(url.indexOf(',') + 1), url.substring(DATA_URL.length(), semicolon));
    }

    private static AiMessage assistant(Question.Turn turn) {
        List<ToolExecutionRequest> calls = turn.calls().stream()
                .map(call -> ToolExecutionRequest.builder()
                        .id(call.id())
                        .name(call.name())
                        .arguments(call.arguments())
                        .build())
                .toList();
        AiMessage.Builder message = AiMessage.builder().toolExecutionRequests(calls);
        return (turn.text().isEmpty() ? message : message.text(turn.text())).build();
    }

    private static String nameOf(Question question, @Nullable String callId) {
        return question.turns().stream()
                .flatMap(turn -> turn.calls().stream())
                .filter(call -> call.id().equals(callId))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static ToolSpecification tool(Question.Tool tool) {
        JsonNode schema = JSON.readTree(tool.parameters());
        JsonObjectSchema.Builder parameters = JsonObjectSchema.builder();
        schema.get("properties").properties().forEach(property -> {
            switch (property.getValue().get("type").asString()) {
                case "integer" -> parameters.addIntegerProperty(property.getKey());
                case "number" -> parameters.addNumberProperty(property.getKey());
                default -> parameters.addStringProperty(property.getKey());
            }
        });
        parameters.required(
                schema.get("required").valueStream().map(JsonNode::asString).toList());
        return ToolSpecification.builder()
                .name(tool.name())
                .description(tool.description())
                .parameters(parameters.build())
                .build();
    }

    private static ResponseFormat format(String schema) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("answer")
                        .rootElement(JsonRawSchema.from(schema))
                        .build())
                .build();
    }

    // ---- the answer ----

    private static Said said(ChatResponse answer) {
        AiMessage message = answer.aiMessage();
        return new Said(
                message.text() == null ? "" : message.text(),
                message.thinking() == null ? "" : message.thinking(),
                message.toolExecutionRequests().stream()
                        .map(call -> new Question.Call(call.id(), call.name(), call.arguments()))
                        .toList(),
                finish(answer.finishReason()),
                answer.tokenUsage() == null ? 0 : answer.tokenUsage().totalTokenCount(),
                List.of(),
                null);
    }

    private static @Nullable String finish(@Nullable FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_EXECUTION -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case OTHER -> "other";
            case null -> null;
        };
    }

    private static Said failed(String heard, Throwable error) {
        int status = error.getCause() instanceof HttpException http ? http.statusCode() : 0;
        return Said.failed(heard, status, String.valueOf(error.getMessage()));
    }

    @Override
    public void close() {
        // a model for each question
    }
}
