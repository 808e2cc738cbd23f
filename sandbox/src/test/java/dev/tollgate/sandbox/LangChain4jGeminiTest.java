package dev.tollgate.sandbox;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.googleai.GeminiFiles;
import dev.langchain4j.model.googleai.GeminiThinkingConfig;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiModelCatalog;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiTokenCountEstimator;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LangChain4j's client of the Gemini API, as it comes, with nothing but another base URL. */
class LangChain4jGeminiTest {

    private static final String GEMINI_25 = "gemini-2.5-pro";
    private static final String GEMINI_3 = "gemini-3.1-pro-preview";
    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("get_weather")
            .description("The weather of a city")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .addEnumProperty("unit", List.of("celsius", "fahrenheit"))
                    .required("city")
                    .build())
            .build();

    private static SandboxClient sandbox;

    @BeforeAll
    static void start() {
        sandbox = new SandboxClient(SandboxOptions.defaults().withFileProcessingMillis(100));
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    private static String url() {
        return sandbox.sandbox.baseUrl() + "/v1beta";
    }

    private static GoogleAiGeminiChatModel.GoogleAiGeminiChatModelBuilder model(String name) {
        return GoogleAiGeminiChatModel.builder()
                .httpClientBuilder(new JdkHttpClientBuilder())
                .baseUrl(url())
                .apiKey("test-key")
                .modelName(name)
                .thinkingConfig(
                        GeminiThinkingConfig.builder().includeThoughts(true).build())
                .returnThinking(true)
                .sendThinking(true)
                .maxRetries(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3})
    void a_conversation_has_answers_thoughts_and_usage(String name) {
        ChatResponse reply =
                model(name).build().chat(SystemMessage.from("Be brief."), UserMessage.from("What is 2+2?"));

        assertThat(reply.aiMessage().text()).isEqualTo("2 + 2 = 4.");
        assertThat(reply.aiMessage().thinking()).contains("**Understanding the request**");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.tokenUsage().inputTokenCount()).isPositive();
    }

    @Test
    void a_stream_is_put_together() throws Exception {
        Collected collected = new Collected();
        streaming(GEMINI_3).chat("Write 100 words", collected);

        ChatResponse reply = collected.whole.get(20, TimeUnit.SECONDS);
        assertThat(reply.aiMessage().text().split(" ")).hasSize(100);
        assertThat(String.join("", collected.pieces))
                .isEqualTo(reply.aiMessage().text());
        assertThat(collected.pieces).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3, "gemini-3-flash-preview"})
    void tools_are_called_in_parallel_and_answered(String name) {
        GoogleAiGeminiChatModel model = model(name).build();
        List<ChatMessage> history = new ArrayList<>(List.of(UserMessage.from("What is the weather in Oslo and Rome?")));

        AiMessage asked = chat(model, history).aiMessage();
        assertThat(asked.toolExecutionRequests())
                .extracting(ToolExecutionRequest::arguments)
                .containsExactly("{\"city\":\"Oslo\"}", "{\"city\":\"Rome\"}");
        history.add(asked);
        asked.toolExecutionRequests().forEach(call -> history.add(ToolExecutionResultMessage.from(call, "mild")));

        assertThat(chat(model, history).aiMessage().text())
                .isEqualTo("Here is what I found: get_weather says mild; get_weather says mild.");
    }

    @Test
    void a_client_that_drops_signatures_is_refused_on_3() {
        GoogleAiGeminiChatModel model = model(GEMINI_3).sendThinking(false).build();
        List<ChatMessage> history = new ArrayList<>(List.of(UserMessage.from("What is the weather in Oslo?")));
        AiMessage asked = chat(model, history).aiMessage();
        history.add(asked);
        asked.toolExecutionRequests().forEach(call -> history.add(ToolExecutionResultMessage.from(call, "mild")));

        assertThatThrownBy(() -> chat(model, history))
                .isInstanceOf(LangChain4jException.class)
                .hasMessageContaining("Function call is missing a thought_signature");
    }

    @Test
    void a_schema_is_followed() {
        JsonSchema schema = JsonSchema.builder()
                .name("people")
                .rootElement(JsonObjectSchema.builder()
                        .addProperty(
                                "people",
                                JsonArraySchema.builder()
                                        .items(JsonObjectSchema.builder()
                                                .addProperty("name", new JsonStringSchema())
                                                .addNumberProperty("height")
                                                .build())
                                        .build())
                        .addBooleanProperty("alive")
                        .required("people")
                        .build())
                .build();

        ChatResponse reply = model(GEMINI_25)
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(schema)
                        .build())
                .build()
                .chat(UserMessage.from("Name 2 people"));

        assertThat(reply.aiMessage().text())
                .contains(
                        "\"people\":[{\"name\":\"Albert Einstein\",\"height\":2},{\"name\":\"Marie Curie\",\"height\":2}]");
    }

    @Test
    void a_picture_is_seen_with_its_size() {
        String png = Base64.getEncoder().encodeToString(TestPictures.png(640, 480));

        ChatResponse reply = model(GEMINI_25)
                .build()
                .chat(UserMessage.from(TextContent.from("What is it?"), ImageContent.from(png, "image/png")));

        assertThat(reply.aiMessage().text()).contains("640 x 480 pixels");
    }

    @Test
    void files_go_up_are_listed_and_removed() throws Exception {
        GeminiFiles files = GeminiFiles.builder()
                .apiKey("test-key")
                .baseUrl(sandbox.sandbox.baseUrl())
                .build();

        GeminiFiles.GeminiFile file = files.uploadFile("text".getBytes(), "text/plain", "note");
        assertThat(file.isProcessing()).isTrue();
        assertThat(file.displayName()).isEqualTo("note");
        assertThat(file.sizeBytes()).isEqualTo(4);
        SandboxClient.until(() -> active(files, file.name()));
        assertThat(files.listFiles()).extracting(GeminiFiles.GeminiFile::name).contains(file.name());
        files.deleteFile(file.name());
        assertThat(files.listFiles()).isEmpty();
    }

    @Test
    void models_are_listed_and_tokens_counted() {
        assertThat(GoogleAiGeminiModelCatalog.builder()
                        .httpClientBuilder(new JdkHttpClientBuilder())
                        .baseUrl(url())
                        .apiKey("test-key")
                        .build()
                        .listModels())
                .extracting(each -> each.name())
                .contains(GEMINI_3);
        GoogleAiGeminiTokenCountEstimator estimator = GoogleAiGeminiTokenCountEstimator.builder()
                .httpClientBuilder(new JdkHttpClientBuilder())
                .baseUrl(url())
                .apiKey("test-key")
                .modelName(GEMINI_25)
                .build();
        assertThat(estimator.estimateTokenCountInText("x".repeat(400))).isEqualTo(100);
        assertThat(estimator.estimateTokenCountInToolSpecifications(List.of(WEATHER)))
                .isPositive();
    }

    @Test
    void an_error_comes_through_in_googles_words() {
        assertThatThrownBy(() -> model(GEMINI_25 + "~quota=minute").build().chat("Hello"))
                .isInstanceOf(LangChain4jException.class)
                .hasMessageContaining("RESOURCE_EXHAUSTED");
        assertThatThrownBy(() -> model(GEMINI_25).apiKey("invalid").build().chat("Hello"))
                .hasRootCauseInstanceOf(HttpException.class)
                .hasMessageContaining("API key not valid. Please pass a valid API key.");
    }

    private static boolean active(GeminiFiles files, String name) {
        try {
            return files.getMetadata(name).isActive();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static ChatResponse chat(GoogleAiGeminiChatModel model, List<ChatMessage> history) {
        return model.chat(ChatRequest.builder()
                .messages(history)
                .toolSpecifications(WEATHER)
                .build());
    }

    private static GoogleAiGeminiStreamingChatModel streaming(String name) {
        return GoogleAiGeminiStreamingChatModel.builder()
                .httpClientBuilder(new JdkHttpClientBuilder())
                .baseUrl(url())
                .apiKey("test-key")
                .modelName(name)
                .build();
    }

    private static final class Collected implements StreamingChatResponseHandler {

        private final List<String> pieces = new ArrayList<>();
        private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String piece) {
            pieces.add(piece);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }
    }
}
