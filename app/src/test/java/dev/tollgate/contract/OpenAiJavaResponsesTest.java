package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What openai-java, which validates every field here, makes of the Responses door. */
class OpenAiJavaResponsesTest {

    private static final Tokens SOME = new Tokens(100, 20, 7);

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

    private static ResponseCreateParams.Builder ask() {
        return ResponseCreateParams.builder().model("gemini-2.5-pro").store(false);
    }

    private static String text(Response response) {
        StringBuilder text = new StringBuilder();
        response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .forEach(it -> text.append(it.text()));
        return text.toString();
    }

    private static Response streamed(ResponseCreateParams params) {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream =
                openai.client().responses().createStreaming(params)) {
            stream.stream().forEach(event -> accumulator.accumulate(event.validate()));
        }
        return accumulator.response();
    }

    @Test
    void a_whole_response_is_valid() {
        gateway.script(UpstreamScript.answers()
                .thought("Hm.", SOME)
                .text("héllo 世界 🎉")
                .finish("STOP", SOME));

        Response response = openai.client()
                .responses()
                .create(ask().input("Hi")
                        .instructions("Be brief.")
                        .reasoning(Reasoning.builder()
                                .summary(Reasoning.Summary.AUTO)
                                .build())
                        .build())
                .validate();

        assertThat(text(response)).isEqualTo("héllo 世界 🎉");
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(response.output().getFirst().reasoning()).isPresent();
        assertThat(response.usage().orElseThrow().totalTokens()).isEqualTo(127);
        assertThat(response._additionalProperties().get("credits_consumed")).isNotNull();
    }

    @Test
    void a_stream_becomes_the_response() {
        gateway.script(
                UpstreamScript.answers().text("One ", SOME).text("two.", SOME).finish("STOP", SOME));
        assertThat(text(streamed(ask().input("Hi").build()).validate())).isEqualTo("One two.");
    }

    @Test
    void a_function_is_called_and_its_result_is_answered() {
        gateway.script(UpstreamScript.answers()
                .call("weather", "{\"city\":\"Rome\"}")
                .finish("STOP", SOME)
                .times(1)
                .next()
                .text("It rains.")
                .finish("STOP", SOME));
        FunctionTool tool = FunctionTool.builder()
                .name("weather")
                .strict(false)
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build();

        Response called = streamed(ask().input("Weather?").addTool(tool).build());
        ResponseFunctionToolCall call =
                called.output().getFirst().functionCall().orElseThrow();
        assertThat(call.arguments()).isEqualTo("{\"city\":\"Rome\"}");
        Response answered = openai.client()
                .responses()
                .create(ask().addTool(tool)
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofEasyInputMessage(
                                        com.openai.models.responses.EasyInputMessage.builder()
                                                .role(com.openai.models.responses.EasyInputMessage.Role.USER)
                                                .content("Weather?")
                                                .build()),
                                ResponseInputItem.ofFunctionCall(call),
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("rain")
                                        .build())))
                        .build())
                .validate();

        assertThat(text(answered)).isEqualTo("It rains.");
    }
}
