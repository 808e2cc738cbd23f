package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ThinkingConfigAdaptive;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import dev.tollgate.testing.Gateway;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What anthropic-java, which validates every field here, makes of messages. */
class AnthropicJavaTest {

    private static final Tool WEATHER = Tool.builder()
            .name("get_weather")
            .description("Tells the weather in a city")
            .inputSchema(Tool.InputSchema.builder()
                    .properties(Tool.InputSchema.Properties.builder()
                            .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                            .build())
                    .addRequired("city")
                    .build())
            .build();

    private static Gateway gateway;
    private static AnthropicClient anthropic;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(gateway.url())
                .apiKey(Gateway.DEMO_KEY)
                .responseValidation(true)
                .build();
        gateway.script(Scripts.NONE);
    }

    @AfterAll
    static void stop() {
        anthropic.close();
        gateway.close();
    }

    private static Message turn(MessageCreateParams.Builder params, boolean streams) {
        if (!streams) {
            return anthropic.messages().create(params.build());
        }
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = anthropic.messages().createStreaming(params.build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    private static MessageCreateParams.Builder ask(String model, String prompt) {
        return MessageCreateParams.builder().model(model).maxTokens(4096).addUserMessage(prompt);
    }

    private static String text(Message message) {
        return message.content().stream()
                .filter(ContentBlock::isText)
                .map(block -> block.asText().text())
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro, false", "gemini-2.5-pro, true", "gemini-3-pro, false", "gemini-3-pro, true"})
    void thoughts_text_and_counts_arrive(String model, boolean streams) {
        Message message = turn(
                ask(model, "Say: héllo 世界 🎉")
                        .thinking(ThinkingConfigAdaptive.builder().build()),
                streams);

        assertThat(text(message)).contains("héllo 世界 🎉");
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
        assertThat(message.content().getFirst().asThinking().thinking()).isNotEmpty();
        assertThat(message.usage().inputTokens()).isPositive();
        assertThat(message.usage().outputTokens()).isPositive();
        message.validate();
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro, false", "gemini-2.5-pro, true", "gemini-3-pro, false", "gemini-3-pro, true"})
    void a_call_goes_out_and_its_result_comes_back(String model, boolean streams) {
        MessageCreateParams.Builder talk =
                ask(model, "What is the weather in Oslo?").addTool(WEATHER);
        Message calling = turn(talk, streams);
        ToolUseBlock call = calling.content().stream()
                .filter(ContentBlock::isToolUse)
                .findFirst()
                .orElseThrow()
                .asToolUse();

        Message answer = turn(
                talk.addMessage(calling)
                        .addUserMessageOfContentBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(call.id())
                                        .content("get_weather says sunny in Oslo")
                                        .build()))),
                streams);

        assertThat(calling.stopReason()).contains(StopReason.TOOL_USE);
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(text(answer)).contains("get_weather says sunny in Oslo");
    }

    @Test
    void a_prompt_is_counted() {
        MessageCountTokensParams prompt = MessageCountTokensParams.builder()
                .model("gemini-2.5-pro")
                .addUserMessage("How long is this?")
                .build();
        assertThat(anthropic.messages().countTokens(prompt).inputTokens()).isPositive();
    }

    @Test
    void errors_are_the_sdks_own_exceptions() {
        assertThatThrownBy(() -> turn(ask("no-such-model", "Hello"), false)).isInstanceOf(BadRequestException.class);
        assertThatThrownBy(() -> turn(
                        ask("gemini-2.5-pro", "Hello").stopSequences(List.of("a", "b", "c", "d", "e", "f")), false))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("stop_sequences");
    }
}
