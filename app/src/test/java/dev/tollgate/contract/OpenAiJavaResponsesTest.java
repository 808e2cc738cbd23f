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

    private static Response begun(String input) {
        return openai.client()
                .responses()
                .create(ResponseCreateParams.builder()
                        .model("gemini-2.5-pro")
                        .background(true)
                        .input(input)
                        .build());
    }

    private static Response ended(Response response) {
        Gateway.await("an end", () -> !retrieved(response)
                .status()
                .filter(it -> it.equals(ResponseStatus.QUEUED) || it.equals(ResponseStatus.IN_PROGRESS))
                .isPresent());
        return retrieved(response);
    }

    private static Response retrieved(Response response) {
        return openai.client().responses().retrieve(response.id());
    }

    @Test
    void a_response_in_the_background_is_valid_from_begin_to_end() {
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", SOME));
        Response begun = begun("Hi");
        assertThat(begun.background()).contains(true);
        assertThat(begun.status()).contains(ResponseStatus.QUEUED);
        Response ended = ended(begun);
        assertThat(text(ended)).isEqualTo("Done.");
        assertThat(ended.usage().orElseThrow().totalTokens()).isPositive();
        assertThat(openai.client().responses().inputItems().list(begun.id()).data())
                .hasSize(1);
        assertThat(openai.client().responses().cancel(begun.id()).status()).contains(ResponseStatus.COMPLETED);
        openai.client().responses().delete(begun.id());
    }

    @Test
    void failed_and_cancelled_responses_in_the_background_are_valid() {
        gateway.script(UpstreamScript.answers().status(400));
        Response failed = ended(begun("Hi"));
        assertThat(failed.status()).contains(ResponseStatus.FAILED);
        assertThat(failed.error().orElseThrow().message()).isNotEmpty();
        gateway.script("- respond: [{delay_ms: 60000}]");
        Response begun = begun("Hi");
        openai.client().responses().cancel(begun.id());
        assertThat(ended(begun).status()).contains(ResponseStatus.CANCELLED);
    }
}
