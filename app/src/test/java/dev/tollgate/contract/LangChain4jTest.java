package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
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
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel.OpenAiChatModelBuilder;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.FinishReason;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What langchain4j's OpenAI client makes of our answers. */
class LangChain4jTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    // ---- plain and streamed ----

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void an_answer_is_the_same_plain_and_streamed(String model) {
        ChatRequest question = ChatRequest.builder()
                .messages(SystemMessage.from("Be brief."), UserMessage.from("Say: héllo 世界 🎉"))
                .build();

        ChatResponse plain = model(model).build().chat(question);
        Heard heard = Heard.of(streaming(model), question);

        assertThat(plain.aiMessage().text()).isEqualTo("héllo 世界 🎉");
        assertThat(heard.whole().aiMessage().text()).isEqualTo(plain.aiMessage().text());
        assertThat(String.join("", heard.texts())).isEqualTo(plain.aiMessage().text());
        assertThat(heard.whole().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(heard.whole().tokenUsage()).isEqualTo(plain.tokenUsage());
    }

    @Test
    void a_base_url_without_version_works_alike() {
        String answer = model("gemini-2.5-pro").baseUrl(gateway.url()).build().chat("Say: bare");

        assertThat(answer).isEqualTo("bare");
    }

    @Test
    void usage_and_price_are_the_reported_ones() {
        gateway.script(Scripts.parts("{text: \"As reported.\"}"));

        ChatResponse plain = model("gemini-3.1-pro").build().chat(ask(Prompts.LONG));
        Heard heard = Heard.of(streaming("gemini-3.1-pro"), ask(Prompts.LONG));

        assertThat(List.of(plain, heard.whole())).allSatisfy(answer -> {
            OpenAiTokenUsage usage = (OpenAiTokenUsage) answer.tokenUsage();
            assertThat(usage.inputTokenCount()).isEqualTo(194);
            assertThat(usage.outputTokenCount()).isEqualTo(229);
            assertThat(usage.totalTokenCount()).isEqualTo(880);
            assertThat(usage.outputTokensDetails().reasoningTokens()).isEqualTo(457);
        });
        OpenAiChatResponseMetadata metadata = (OpenAiChatResponseMetadata) plain.metadata();
        JsonNode body = JSON.readTree(metadata.rawHttpResponse().body());
        assertThat(body.get("credits_consumed").toString()).isEqualTo("0.25");
    }

    @Test
    void thoughts_are_returned_and_may_be_sent_back() {
        gateway.script(Scripts.parts("{text: \"Let me see. \", thought: true}", "{text: \"Yes.\"}"));
        OpenAiChatModel model =
                model("gemini-3.1-pro").returnThinking(true).sendThinking(true).build();

        AiMessage first = model.chat(ask("Is it?")).aiMessage();
        AiMessage second = model.chat(UserMessage.from("Is it?"), first, UserMessage.from("Sure?"))
                .aiMessage();
        Heard heard = Heard.of(streaming("gemini-3.1-pro"), ask("Is it?"));

        assertThat(first.thinking()).isEqualTo("Let me see. ");
        assertThat(first.text()).isEqualTo("Yes.");
        assertThat(second.text()).isEqualTo("Yes.");
        assertThat(heard.thoughts()).containsExactly("Let me see. ");
        assertThat(heard.whole().aiMessage().thinking()).isEqualTo("Let me see. ");
    }

    // ---- tools ----

    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro, false, What is the weather in Oslo?",
        "gemini-3-pro, true, What is the weather in Oslo?",
        "gemini-3-pro, false, What is the weather in Oslo and Bergen?",
        "gemini-3-pro, true, What is the weather in Oslo and Bergen?",
        "gemini-2.5-pro, true, What is the weather in Oslo and Bergen?"
    })
    void calls_go_out_and_their_results_come_back(String model, boolean streams, String prompt) {
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from(prompt)));

        AiMessage calling = turn(model, streams, messages);
        messages.add(calling);
        for (ToolExecutionRequest call : calling.toolExecutionRequests()) {
            String city = JSON.readTree(call.arguments()).get("city").asString();
            messages.add(ToolExecutionResultMessage.from(call, "{\"" + city + "\": \"sunny\"}"));
        }
        AiMessage answer = turn(model, streams, messages);

        assertThat(calling.toolExecutionRequests())
                .hasSize(prompt.contains(" and ") ? 2 : 1)
                .allSatisfy(call -> assertThat(call.name()).isEqualTo("get_weather"))
                .extracting(ToolExecutionRequest::id)
                .doesNotHaveDuplicates();
        assertThat(answer.hasToolExecutionRequests()).isFalse();
        assertThat(answer.text()).contains("get_weather says sunny");
    }

    private static AiMessage turn(String model, boolean streams, List<ChatMessage> messages) {
        ChatRequest request = ChatRequest.builder()
                .messages(messages)
                .toolSpecifications(ToolSpecification.builder()
                        .name("get_weather")
                        .description("Tells the weather in a city")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("city")
                                .required("city")
                                .build())
                        .build())
                .build();
        ChatResponse answer = streams
                ? Heard.of(streaming(model), request).whole()
                : model(model).build().chat(request);
        assertThat(answer.finishReason())
                .isEqualTo(
                        answer.aiMessage().hasToolExecutionRequests()
                                ? FinishReason.TOOL_EXECUTION
                                : FinishReason.STOP);
        return answer.aiMessage();
    }

    // ---- structured output, media ----

    @Test
    void an_answer_follows_a_json_schema() {
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("Person")
                        .rootElement(JsonObjectSchema.builder()
                                .addStringProperty("name")
                                .addIntegerProperty("age")
                                .required("name", "age")
                                .build())
                        .build())
                .build();

        ChatResponse answer = model("gemini-2.5-pro")
                .strictJsonSchema(true)
                .build()
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from("Invent a person"))
                        .responseFormat(format)
                        .build());

        JsonNode person = JSON.readTree(answer.aiMessage().text());
        assertThat(person.propertyNames()).containsExactly("name", "age");
        assertThat(person.get("age").isIntegralNumber()).isTrue();
    }

    @Test
    void an_image_is_shown_by_its_bytes() {
        AiMessage answer = model("gemini-2.5-pro")
                .build()
                .chat(UserMessage.from(TextContent.from("What is this?"), ImageContent.from(PIXEL, "image/png")))
                .aiMessage();

        assertThat(answer.text()).contains("image/png");
    }

    @Test
    void models_are_listed() {
        OpenAiModelCatalog catalog = OpenAiModelCatalog.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .build();

        assertThat(catalog.listModels()).hasSize(27);
    }

    // ---- errors ----

    @Test
    void each_refusal_is_the_exception_that_the_client_has_for_it() {
        Callers callers = new Callers(gateway);
        String once = callers.once();
        model("gemini-2.5-pro").apiKey(once).build().chat("Say: one");

        assertRefused(model("gemini-2.5-pro").temperature(3.0), InvalidRequestException.class, 400, "temperature");
        assertRefused(
                model("gemini-2.5-pro").apiKey("sk-nobody"), AuthenticationException.class, 401, "invalid_api_key");
        assertRefused(model("gemini-2.5-pro").apiKey(callers.poor()), InvalidRequestException.class, 402, "top up");
        assertRefused(
                model("gemini-2.5-pro").apiKey(callers.fromElsewhere()),
                AuthenticationException.class,
                403,
                "ip_not_allowed");
        assertRefused(model("gemini-9"), ModelNotFoundException.class, 404, "gemini-9");
        assertRefused(model("gemini-2.5-pro").apiKey(once), RateLimitException.class, 429, "rate_limit_exceeded");
        gateway.script(Scripts.status(400));
        assertRefused(model("gemini-2.5-pro"), InternalServerException.class, 503, "upstream_error");
    }

    private static void assertRefused(OpenAiChatModelBuilder builder, Class<?> type, int status, String message) {
        Throwable error = catchThrowable(() -> builder.maxRetries(0).build().chat("Hi"));

        assertThat(error).isInstanceOf(type).hasMessageContaining(message);
        assertThat(error.getCause()).isInstanceOfSatisfying(HttpException.class, http -> assertThat(http.statusCode())
                .isEqualTo(status));
    }

    @Test
    void the_handler_gets_an_error_before_the_first_byte_of_a_stream() {
        Heard heard = Heard.of(streaming("gemini-9"), ask("Hi"));

        assertThat(heard.failure()).isInstanceOf(ModelNotFoundException.class).hasMessageContaining("gemini-9");
        assertThat(heard.texts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"error_event", "raw_error_tail", "reset", "eof"})
    void the_handler_gets_a_failure_inside_a_stream_which_costs_nothing(String fault) {
        gateway.script(Scripts.brokenAfter("Half of", fault));
        String before = gateway.credits().toString();

        Heard heard = Heard.of(streaming("gemini-2.5-pro"), ask("Hi"));

        assertThat(heard.failure()).hasMessageContaining("upstream_error");
        assertThat(heard.texts()).containsExactly("Half of");
        assertThat(gateway.credits()).hasToString(before);
    }

    @Test
    void a_cancelled_stream_ends_the_upstreams_work() {
        gateway.script(Scripts.silentAfter("Once upon"));
        long abandonedBefore = gateway.sandbox().abandonedAnswers();

        Heard.andCancel(streaming("gemini-2.5-pro"), ask("A long story"));

        Eventually.hold(() -> assertThat(gateway.sandbox().abandonedAnswers()).isEqualTo(abandonedBefore + 1));
        Eventually.hold(() ->
                assertThat(gateway.credits().get("reserved").decimalValue()).isZero());
    }

    // ---- the client's side ----

    private static ChatRequest ask(String prompt) {
        return ChatRequest.builder().messages(UserMessage.from(prompt)).build();
    }

    private static OpenAiChatModelBuilder model(String name) {
        return OpenAiChatModel.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .modelName(name)
                .maxCompletionTokens(8192);
    }

    private static StreamingChatModel streaming(String name) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .modelName(name)
                .maxCompletionTokens(8192)
                .returnThinking(true)
                .build();
    }
}
