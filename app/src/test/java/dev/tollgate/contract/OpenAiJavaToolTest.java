package dev.tollgate.contract;

import static dev.tollgate.contract.OpenAiJava.ask;
import static dev.tollgate.testing.Asserts.assertThat;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.SigningUpstream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Function calls over several turns with openai-java; the sandbox checks signatures, counts and order as Google does. */
class OpenAiJavaToolTest {

    private static final String ONE = "What is the weather in Oslo?";
    private static final String TWO = "What is the weather in Oslo and Bergen?";

    private static Gateway gateway;
    private static OpenAiJava openai;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        openai = OpenAiJava.of(gateway);
    }

    @AfterAll
    static void stop() {
        openai.close();
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    /** A class from which the client makes the function's declaration, and into which it reads the arguments. */
    @JsonClassDescription("Tells the weather in a city")
    @JsonTypeName("get_weather")
    static class GetWeather {
        public String city;
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro, false",
        "gemini-3-pro, true",
        "gemini-2.5-pro, false",
        "gemini-2.5-pro, true",
        "google/gemini-2.5-pro, false",
        "google/gemini-2.5-pro, true"
    })
    void one_call_goes_out_and_its_result_comes_back(String model, boolean streams) {
        ChatCompletionCreateParams.Builder conversation = withWeather(model, ONE);

        ChatCompletionMessage calling = turn(conversation, streams);
        assertThat(cities(calling)).containsExactly("Oslo");
        ChatCompletionMessage answer = turn(answered(conversation, calling), streams);

        assertThat(calls(answer)).isEmpty();
        assertThat(answer.content().orElseThrow()).contains("get_weather says sunny in Oslo");
    }

    @ParameterizedTest
    @CsvSource({"gemini-3-pro, false", "gemini-3-pro, true", "gemini-2.5-pro, true"})
    void parallel_calls_go_out_and_their_results_come_back_together(String model, boolean streams) {
        ChatCompletionCreateParams.Builder conversation = withWeather(model, TWO);

        ChatCompletionMessage calling = turn(conversation, streams);
        assertThat(cities(calling)).containsExactly("Oslo", "Bergen");
        assertThat(calls(calling))
                .extracting(ChatCompletionMessageFunctionToolCall::id)
                .doesNotHaveDuplicates();
        ChatCompletionMessage answer = turn(answered(conversation, calling), streams);

        assertThat(answer.content().orElseThrow()).contains("sunny in Oslo").contains("sunny in Bergen");
    }

    @ParameterizedTest
    @CsvSource({"gemini-3-pro, false", "gemini-3-pro, true"})
    void a_conversation_goes_on_over_two_rounds_of_calls(String model, boolean streams) {
        ChatCompletionCreateParams.Builder conversation = withWeather(model, ONE);
        ChatCompletionMessage first = turn(conversation, streams);
        ChatCompletionMessage answer = turn(answered(conversation, first), streams);

        conversation.addMessage(answer).addUserMessage("And the weather in Rome?");
        ChatCompletionMessage second = turn(conversation, streams);
        ChatCompletionMessage last = turn(answered(conversation, second), streams);

        assertThat(cities(second)).containsExactly("Rome");
        assertThat(last.content().orElseThrow()).contains("sunny in Rome");
    }

    @Test
    void the_signature_travels_with_the_call_and_comes_back_to_the_upstream_unchanged() {
        ChatCompletionCreateParams.Builder conversation = withWeather("gemini-3-pro", ONE);
        ChatCompletionMessage calling = turn(conversation, false);
        Map<?, ?> extra = calls(calling)
                .getFirst()
                ._additionalProperties()
                .get("extra_content")
                .convert(Map.class);
        Object signature = ((Map<?, ?>) extra.get("google")).get("thought_signature");

        turn(answered(conversation, calling), false);

        assertThat(signature).isInstanceOf(String.class);
        assertThat(returnedCall().get("thoughtSignature").asString()).isEqualTo(signature);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_signature_that_the_client_drops_goes_back_all_the_same(boolean streams) {
        ChatCompletionCreateParams.Builder conversation = withWeather("gemini-3-pro", TWO);
        ChatCompletionMessage calling = turn(conversation, streams);
        List<ChatCompletionMessageToolCall> bare = calls(calling).stream()
                .map(call -> call.toBuilder().additionalProperties(Map.of()).build())
                .map(ChatCompletionMessageToolCall::ofFunction)
                .toList();

        ChatCompletionMessage answer =
                turn(answered(conversation, calling.toBuilder().toolCalls(bare).build()), streams);

        assertThat(returnedCall().get("thoughtSignature").asString())
                .isNotEmpty()
                .isNotEqualTo(SigningUpstream.DUMMY);
        assertThat(answer.content().orElseThrow()).contains("sunny in Oslo").contains("sunny in Bergen");
    }

    @Test
    void arguments_keep_their_digits_and_their_order() {
        gateway.script(Scripts.parts(
                "{functionCall: {name: get_weather, args: {z: 12345678901234567890, city: \"Zürich 🏔\", a: 1.5}}}"));

        ChatCompletionMessage plain = turn(withWeather("gemini-2.5-pro", "Now"), false);
        ChatCompletionMessage streamed = turn(withWeather("gemini-2.5-pro", "Now"), true);

        assertThat(calls(plain).getFirst().function().arguments())
                .isEqualTo("{\"z\":12345678901234567890,\"city\":\"Zürich 🏔\",\"a\":1.5}");
        assertThat(calls(streamed).getFirst().function().arguments())
                .isEqualTo(calls(plain).getFirst().function().arguments());
    }

    // ---- the client's side ----

    private static ChatCompletionCreateParams.Builder withWeather(String model, String prompt) {
        return ask(model, prompt).maxCompletionTokens(8192).addTool(GetWeather.class);
    }

    private static ChatCompletionMessage turn(ChatCompletionCreateParams.Builder conversation, boolean streams) {
        ChatCompletion answer = streams ? openai.stream(conversation).whole() : openai.create(conversation);
        ChatCompletion.Choice choice = answer.choices().getFirst();
        assertThat(choice.finishReason())
                .isEqualTo(
                        choice.message().toolCalls().orElse(List.of()).isEmpty()
                                ? ChatCompletion.Choice.FinishReason.STOP
                                : ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        return choice.message();
    }

    private static ChatCompletionCreateParams.Builder answered(
            ChatCompletionCreateParams.Builder conversation, ChatCompletionMessage calling) {
        conversation.addMessage(calling);
        for (ChatCompletionMessageFunctionToolCall call : calls(calling)) {
            conversation.addMessage(ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.id())
                    .content("sunny in " + call.function().arguments(GetWeather.class).city)
                    .build());
        }
        return conversation;
    }

    private static List<ChatCompletionMessageFunctionToolCall> calls(ChatCompletionMessage message) {
        return message.toolCalls().orElse(List.of()).stream()
                .map(ChatCompletionMessageToolCall::asFunction)
                .toList();
    }

    private static List<String> cities(ChatCompletionMessage message) {
        return calls(message).stream()
                .map(call -> call.function().arguments(GetWeather.class).city)
                .toList();
    }

    /** The first call in what the upstream was asked last. */
    private static JsonNode returnedCall() {
        JsonNode contents = gateway.asked().getLast().body().get("contents");
        return contents.valueStream()
                .flatMap(content -> content.get("parts").valueStream())
                .filter(part -> part.has("functionCall"))
                .findFirst()
                .orElseThrow();
    }
}
