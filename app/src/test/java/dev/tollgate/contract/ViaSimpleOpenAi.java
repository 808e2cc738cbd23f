package dev.tollgate.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.testing.Gateway;
import io.github.sashirestela.cleverclient.ResponseInfo;
import io.github.sashirestela.cleverclient.retry.RetryConfig;
import io.github.sashirestela.cleverclient.support.CleverClientException;
import io.github.sashirestela.openai.SimpleOpenAI;
import io.github.sashirestela.openai.common.ResponseFormat;
import io.github.sashirestela.openai.common.content.ContentPart;
import io.github.sashirestela.openai.common.function.FunctionCall;
import io.github.sashirestela.openai.common.function.FunctionDef;
import io.github.sashirestela.openai.common.function.Functional;
import io.github.sashirestela.openai.common.tool.Tool;
import io.github.sashirestela.openai.common.tool.ToolCall;
import io.github.sashirestela.openai.common.tool.ToolType;
import io.github.sashirestela.openai.domain.chat.Chat;
import io.github.sashirestela.openai.domain.chat.ChatMessage;
import io.github.sashirestela.openai.domain.chat.ChatRequest;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** simple-openai. It has no accumulator: what comes in pieces is put together here as its documentation says. */
final class ViaSimpleOpenAi implements ForeignClient.Driver {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Gateway gateway;
    private final HttpClient http = HttpClient.newHttpClient();

    ViaSimpleOpenAi(Gateway gateway) {
        this.gateway = gateway;
    }

    private SimpleOpenAI client(String key, HttpClient over) {
        return SimpleOpenAI.builder()
                .baseUrl(gateway.url())
                .apiKey(key)
                .httpClient(over)
                .retryConfig(RetryConfig.builder().maxAttempts(1).build())
                .build();
    }

    @Override
    public Said ask(String key, Question question) {
        Pieces pieces = new Pieces();
        try {
            SimpleOpenAI client = client(key, http);
            if (!question.streams()) {
                return said(client.chatCompletions().create(request(question)).join());
            }
            try (Stream<Chat> stream =
                    client.chatCompletions().createStream(request(question)).join()) {
                stream.forEach(pieces::take);
            }
            return pieces.said();
        } catch (CompletionException e) {
            return failed(pieces.text.toString(), e.getCause());
        } catch (RuntimeException e) {
            return failed(pieces.text.toString(), e);
        }
    }

    /** Shuts down the HTTP client, since the client has no way to cancel a call. */
    @Override
    public void leave(String key, Question question) {
        HttpClient own = HttpClient.newHttpClient();
        try (Stream<Chat> stream = client(key, own)
                .chatCompletions()
                .createStream(request(question))
                .join()) {
            stream.flatMap(chat -> chat.getChoices().stream())
                    .map(choice -> choice.getMessage().getContent())
                    .filter(text -> text != null && !text.isEmpty())
                    .findFirst()
                    .orElseThrow();
        } finally {
            own.shutdownNow();
        }
    }

    // ---- the question ----

    private static ChatRequest request(Question question) {
        ChatRequest.ChatRequestBuilder request = ChatRequest.builder()
                .model(question.model())
                .maxCompletionTokens(question.tokensMax())
                .messages(
                        question.turns().stream().map(ViaSimpleOpenAi::message).toList());
        if (!question.tools().isEmpty()) {
            request.tools(question.tools().stream().map(ViaSimpleOpenAi::tool).toList());
        }
        if (question.effort() != null) {
            request.reasoningEffort(
                    ChatRequest.ReasoningEffort.valueOf(question.effort().toUpperCase(Locale.ROOT)));
        }
        if (question.searches()) {
            request.webSearchOptions(ChatRequest.WebSearchOptions.of());
        }
        if (question.schema() != null) {
            request.responseFormat(ResponseFormat.jsonSchema(ResponseFormat.JsonSchema.builder()
                    .name("answer")
                    .strict(true)
                    .schema(tree(question.schema()))
                    .build()));
        }
        return request.build();
    }

    private static ChatMessage message(Question.Turn turn) {
        return switch (turn.role()) {
            case SYSTEM -> ChatMessage.SystemMessage.of(turn.text());
            case USER -> ChatMessage.UserMessage.of(turn.media().isEmpty() ? turn.text() : parts(turn));
            case ASSISTANT ->
                turn.calls().isEmpty()
                        ? ChatMessage.AssistantMessage.of(turn.text())
                        : ChatMessage.AssistantMessage.of(
                                turn.calls().stream().map(ViaSimpleOpenAi::call).toList());
            case TOOL -> ChatMessage.ToolMessage.of(turn.text(), turn.callId());
        };
    }

    private static List<ContentPart> parts(Question.Turn turn) {
        List<ContentPart> parts = new ArrayList<>();
        parts.add(ContentPart.ContentPartText.of(turn.text()));
        turn.media()
                .forEach(url -> parts.add(
                        ContentPart.ContentPartImageUrl.of(ContentPart.ContentPartImageUrl.ImageUrl.of(url))));
        return parts;
    }

    private static ToolCall call(Question.Call call) {
        return new ToolCall(null, call.id(), ToolType.FUNCTION, new FunctionCall(call.name(), call.arguments()));
    }

    /** Stands for the class that the client would make a schema of. */
    private interface AnyFunction extends Functional {}

    private static Tool tool(Question.Tool tool) {
        return Tool.function(FunctionDef.builder()
                .name(tool.name())
                .description(tool.description())
                .functionalClass(AnyFunction.class)
                .schemaConverter(type -> tree(tool.parameters()))
                .build());
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    // ---- the answer ----

    private static Said said(Chat chat) {
        Pieces pieces = new Pieces();
        pieces.take(chat);
        return pieces.said();
    }

    private static final class Pieces {

        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thoughts = new StringBuilder();
        private final Map<Integer, Question.Call> calls = new TreeMap<>();
        private final List<String> sources = new ArrayList<>();
        private @Nullable String finish;
        private long totalTokens;

        void take(Chat chat) {
            if (chat.getUsage() != null) {
                totalTokens = chat.getUsage().getTotalTokens();
            }
            if (chat.getChoices() != null) {
                chat.getChoices().forEach(this::take);
            }
        }

        private void take(Chat.Choice choice) {
            if (choice.getFinishReason() != null) {
                finish = choice.getFinishReason();
            }
            ChatMessage.ResponseMessage message = choice.getMessage();
            append(text, message.getContent());
            append(thoughts, message.getReasoningContent());
            if (message.getToolCalls() != null) {
                message.getToolCalls().forEach(this::take);
            }
            if (message.getAnnotations() != null) {
                message.getAnnotations()
                        .forEach(annotation ->
                                sources.add(annotation.getUrlCitation().getUrl()));
            }
        }

        private void take(ToolCall piece) {
            int index = piece.getIndex() == null ? calls.size() : piece.getIndex();
            Question.Call sofar = calls.getOrDefault(index, new Question.Call("", "", ""));
            FunctionCall function = piece.getFunction();
            calls.put(
                    index,
                    new Question.Call(
                            piece.getId() == null ? sofar.id() : piece.getId(),
                            function.getName() == null ? sofar.name() : function.getName(),
                            sofar.arguments() + (function.getArguments() == null ? "" : function.getArguments())));
        }

        private static void append(StringBuilder all, @Nullable String piece) {
            if (piece != null) {
                all.append(piece);
            }
        }

        Said said() {
            return new Said(
                    text.toString(),
                    thoughts.toString(),
                    List.copyOf(calls.values()),
                    finish,
                    totalTokens,
                    sources,
                    null);
        }
    }

    /** What the server said lies deep in the causes, whatever the client has made of it. */
    private static Said failed(String heard, Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CleverClientException told
                    && told.responseInfo().isPresent()) {
                ResponseInfo info = told.responseInfo().get();
                return Said.failed(heard, info.getStatusCode(), info.getData());
            }
        }
        return Said.failed(heard, 0, String.valueOf(error));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
