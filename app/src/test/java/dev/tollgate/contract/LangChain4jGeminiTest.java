package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiTokenCountEstimator;
import dev.langchain4j.model.output.FinishReason;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What langchain4j's Gemini client makes of the Gemini door. */
@Timeout(240)
class LangChain4jGeminiTest {

    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    private static GoogleAiGeminiChatModel plain(String model, String key) {
        return GoogleAiGeminiChatModel.builder()
                .baseUrl(gateway.url() + "/v1/gemini/v1beta")
                .apiKey(key)
                .modelName(model)
                .returnThinking(true)
                .sendThinking(true)
                .maxRetries(0)
                .build();
    }

    private static GoogleAiGeminiStreamingChatModel streaming(String model, String key) {
        return GoogleAiGeminiStreamingChatModel.builder()
                .baseUrl(gateway.url() + "/v1beta")
                .apiKey(key)
                .modelName(model)
                .returnThinking(true)
                .sendThinking(true)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void an_answer_is_the_same_plain_and_streamed(String model) {
        ChatRequest question = ChatRequest.builder()
                .messages(SystemMessage.from("Be brief."), UserMessage.from("What is 2+2?"))
                .build();

        ChatResponse whole = plain(model, Gateway.DEMO_KEY).chat(question);
        Heard heard = Heard.of(streaming(model, Gateway.DEMO_KEY), question);

        assertThat(whole.aiMessage().text()).isEqualTo("2 + 2 = 4.");
        assertThat(String.join("", heard.texts())).isEqualTo("2 + 2 = 4.");
        assertThat(heard.whole().aiMessage().text()).isEqualTo("2 + 2 = 4.");
        assertThat(heard.whole().finishReason()).isEqualTo(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(heard.whole().tokenUsage().outputTokenCount())
                .isEqualTo(whole.tokenUsage().outputTokenCount())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void a_loop_of_tools_is_walked_to_its_end(String model) {
        ToolSpecification weather = ToolSpecification.builder()
                .name("get_weather")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("city")
                        .required("city")
                        .build())
                .build();
        List<ChatMessage> history = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            history.add(UserMessage.from("What is the weather in Oslo and Rome? Round " + round));
            AiMessage asked = chat(model, history, weather);
            assertThat(asked.toolExecutionRequests()).hasSize(2);
            history.add(asked);
            asked.toolExecutionRequests()
                    .forEach(request -> history.add(ToolExecutionResultMessage.from(request, "{\"output\":\"4C\"}")));
            AiMessage told = chat(model, history, weather);
            assertThat(told.text()).contains("get_weather says");
            history.add(told);
        }
    }

    private static AiMessage chat(String model, List<ChatMessage> history, ToolSpecification tool) {
        return plain(model, Gateway.DEMO_KEY)
                .chat(ChatRequest.builder()
                        .messages(history)
                        .toolSpecifications(tool)
                        .build())
                .aiMessage();
    }

    @Test
    void a_schema_is_followed_and_an_image_seen() {
        ChatRequest schema = ChatRequest.builder()
                .messages(UserMessage.from("Go"))
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(JsonSchema.builder()
                                .name("it")
                                .rootElement(JsonObjectSchema.builder()
                                        .addIntegerProperty("b")
                                        .addBooleanProperty("a")
                                        .required("b", "a")
                                        .build())
                                .build())
                        .build())
                .build();
        ChatRequest image = ChatRequest.builder()
                .messages(UserMessage.from(TextContent.from("What is this?"), ImageContent.from(PIXEL, "image/png")))
                .build();

        GoogleAiGeminiChatModel model = plain("gemini-2.5-pro", Gateway.DEMO_KEY);
        assertThat(model.chat(schema).aiMessage().text()).contains("\"b\":1", "\"a\":true");
        assertThat(model.chat(image).aiMessage().text()).contains("image/png");
    }

    @Test
    void tokens_are_counted() {
        GoogleAiGeminiTokenCountEstimator estimator = GoogleAiGeminiTokenCountEstimator.builder()
                .baseUrl(gateway.url() + "/v1beta")
                .apiKey(Gateway.DEMO_KEY)
                .modelName("gemini-2.5-pro")
                .build();
        assertThat(estimator.estimateTokenCountInText("x".repeat(400))).isEqualTo(100);
    }

    @Test
    void a_length_cut_is_understood_plain_and_streamed() {
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(400), new Tokens(10, 100, 0))
                .text("y".repeat(8_000), new Tokens(10, 2_100, 0))
                .finish("STOP", new Tokens(10, 2_100, 0)));
        ChatRequest question =
                ChatRequest.builder().messages(UserMessage.from("Hi")).build();

        ChatResponse whole =
                plain("gemini-2.5-pro", gateway.customer("0.5").key()).chat(question);
        Heard heard =
                Heard.of(streaming("gemini-2.5-pro", gateway.customer("0.5").key()), question);

        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(heard.whole().finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(heard.whole().aiMessage().text())
                .isEqualTo(whole.aiMessage().text())
                .contains("y");
    }

    @Test
    void refusals_come_as_the_clients_own_exceptions_with_our_message() {
        assertRefused(
                "gemini-2.5-pro",
                "sk-unknown-key-0123456789",
                AuthenticationException.class,
                "The API key is invalid.");
        assertRefused(
                "gemini-9", Gateway.DEMO_KEY, ModelNotFoundException.class, "The model 'gemini-9' does not exist");
        assertRefused(
                "gemini-2.5-pro",
                gateway.customer("0").key(),
                InvalidRequestException.class,
                "Your credit balance is too low. Please top up.");
    }

    @Test
    void a_call_that_the_key_forbids_throws() {
        Callers callers = new Callers(gateway);
        String once = callers.once();
        plain("gemini-2.5-pro", once).chat("Hi");
        assertRefused("gemini-2.5-pro", once, RateLimitException.class, "Too many requests");
        assertRefused("gemini-2.5-pro", callers.thrifty(), InvalidRequestException.class, "spend limit");
        assertRefused(
                "gemini-2.5-pro", callers.fromElsewhere(), AuthenticationException.class, "is not in the allowlist");
        ChatRequest tools = ChatRequest.builder()
                .messages(UserMessage.from("Hi"))
                .toolSpecifications(
                        ToolSpecification.builder().name("get_weather").build())
                .build();
        assertThat(catchThrowable(
                        () -> plain("gemini-3.1-pro", Gateway.DEMO_KEY).chat(tools)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("takes google_search only");
    }

    /** Its user is never shown half an answer as a whole one. */
    @ParameterizedTest
    @ValueSource(strings = {"eof", "error_event", "reset", "html"})
    void a_failure_in_the_middle_is_no_end(String fault) {
        gateway.script(Scripts.brokenAfter("Half an ", fault));
        ChatRequest question =
                ChatRequest.builder().messages(UserMessage.from("Hi")).build();

        Heard heard = Heard.of(streaming("gemini-2.5-pro", Gateway.DEMO_KEY), question);

        assertThat(String.join("", heard.texts())).isEqualTo("Half an ");
        assertThat(heard.failed() || heard.whole().finishReason() != FinishReason.STOP)
                .isTrue();
        assertThat(catchThrowable(
                        () -> plain("gemini-2.5-pro", Gateway.DEMO_KEY).chat(question)))
                .hasMessageContaining("upstream provider");
    }

    @Test
    void one_call_of_a_stream_is_answered() {
        ToolSpecification weather = ToolSpecification.builder()
                .name("get_weather")
                .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
                .build();
        List<ChatMessage> history = new ArrayList<>(List.of(UserMessage.from("What is the weather in Oslo?")));
        AiMessage asked = Heard.of(
                        streaming("gemini-3-pro", Gateway.DEMO_KEY),
                        ChatRequest.builder()
                                .messages(history)
                                .toolSpecifications(weather)
                                .build())
                .whole()
                .aiMessage();
        assertThat(asked.toolExecutionRequests()).hasSize(1);
        history.add(asked);
        history.add(
                ToolExecutionResultMessage.from(asked.toolExecutionRequests().getFirst(), "{\"output\":\"4C\"}"));

        assertThat(chat("gemini-3-pro", history, weather).text()).contains("get_weather says");
    }

    private static void assertRefused(String model, String key, Class<? extends Throwable> type, String message) {
        ChatRequest question =
                ChatRequest.builder().messages(UserMessage.from("Hi")).build();
        Throwable plain = catchThrowable(() -> plain(model, key).chat(question));
        Throwable streamed = Heard.of(streaming(model, key), question).failure();

        assertThat(plain).isInstanceOf(type).hasMessageContaining(message).hasRootCauseInstanceOf(HttpException.class);
        assertThat(streamed).isInstanceOf(type).hasMessageContaining(message);
    }

    @Test
    void a_client_that_cancels_pays_for_what_was_reported() {
        gateway.script(UpstreamScript.answers()
                .text("Some text", new Tokens(20_000, 2_000, 0))
                .delay(60_000)
                .finish("STOP"));
        Customer customer = gateway.customer("10");

        Heard.andCancel(
                streaming("gemini-2.5-pro", customer.key()),
                ChatRequest.builder()
                        .messages(UserMessage.from(Prompts.LONG.repeat(16)))
                        .build());

        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed()).isEqualByComparingTo("2.04");
    }
}
