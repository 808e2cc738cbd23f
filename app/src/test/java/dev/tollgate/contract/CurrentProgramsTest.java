package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests of the programs of November 2026, recorded where they run against a server with the catalogue of all models: Google's JavaScript SDK
 * 3.3, gemini-cli 0.61 (its long texts are cut), AI SDK 7, Spring AI 2.0.1, LangChain4j 1.23 and 1.19. Each has called a function and sends its
 * result. The thought signatures are the sandbox's, which refuses lost ones.
 */
@Timeout(240)
class CurrentProgramsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
        customer = gateway.customer("100");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Recorded recorded(String name) {
        return Recorded.of(name, customer.key());
    }

    @Test
    void googles_sdk_lists_models_in_its_own_shape() {
        Reply reply = recorded("google-genai-js-3-models").send(gateway);

        assertThat(reply.json().path("models").size()).isEqualTo(5);
        assertThat(reply.json().at("/models/0/name").asString()).isEqualTo("models/gemini-4-argon");
        assertThat(reply.json().path("nextPageToken").asString()).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "google-genai-js-3-streamed-chat-goes-on",
                "gemini-cli-0.61-reads-a-file",
                "ai-sdk-7-google-stream",
                "spring-ai-2-google",
                "spring-ai-2-google-stream",
                "langchain4j-1.23-gemini"
            })
    void a_program_at_the_gemini_door_goes_on_after_its_call(String name) {
        Recorded recorded = recorded(name);

        Reply reply = recorded.send(gateway);

        assertThat(answerOfGemini(reply)).contains("Here is what I found");
        assertThat(gateway.lastAsked().get("contents"))
                .isEqualTo(recorded.json().get("contents"));
        assertThat(gateway.lastAsked().get("tools")).isEqualTo(recorded.json().get("tools"));
    }

    /** Spring AI reads the first part of a whole answer. */
    @Test
    void spring_ai_gets_a_whole_answer_of_2_5_in_one_part() {
        Reply reply = recorded("spring-ai-2-google-on-2.5").send(gateway);

        assertThat(reply.json().at("/candidates/0/content/parts").size()).isEqualTo(1);
        assertThat(reply.json().at("/candidates/0/content/parts/0/text").asString())
                .isEqualTo("Here is what I found: get_weather says Oslo: 4 degrees.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ai-sdk-7-compatible-stream",
                "spring-ai-2-openai",
                "spring-ai-2-openai-stream",
                "langchain4j-1.19-openai"
            })
    void a_program_at_the_openai_door_goes_on_after_its_call(String name) {
        Reply reply = recorded(name).send(gateway);

        boolean streamed = reply.header("content-type").startsWith("text/event-stream");
        assertThat(streamed).isEqualTo(name.endsWith("-stream"));
        String answer = streamed
                ? reply.content()
                : reply.json().at("/choices/0/message/content").asString();
        assertThat(answer).contains("Here is what I found");
        JsonNode call = gateway.lastAsked().at("/contents/1/parts/0");
        assertThat(call.path("functionCall").path("name").asString()).isEqualTo("get_weather");
        assertThat(call.path("thoughtSignature").asString()).isNotEmpty();
    }

    @Test
    void the_level_xhigh_of_googles_sdk_reaches_the_model() {
        recorded("google-genai-js-3-streamed-chat-goes-on").send(gateway);

        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/thinkingLevel")
                        .asString())
                .isEqualTo("XHIGH");
    }

    @Test
    void sampling_of_gemini_cli_that_has_no_effect_is_named() {
        Reply reply = recorded("gemini-cli-0.61-reads-a-file").send(gateway);

        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo("generationConfig.temperature,generationConfig.topP,generationConfig.topK");
    }

    private static String answerOfGemini(Reply reply) {
        if (!reply.header("content-type").startsWith("text/event-stream")) {
            return textOf(reply.json());
        }
        StringBuilder text = new StringBuilder();
        reply.text()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .forEach(line -> text.append(textOf(JSON.readTree(line.substring(6)))));
        return text.toString();
    }

    private static String textOf(JsonNode chunk) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : chunk.at("/candidates/0/content/parts")) {
            text.append(
                    part.path("thought").asBoolean(false)
                            ? ""
                            : part.path("text").asString(""));
        }
        return text.toString();
    }
}
