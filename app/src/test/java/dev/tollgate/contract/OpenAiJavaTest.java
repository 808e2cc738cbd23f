package dev.tollgate.contract;

import static dev.tollgate.contract.OpenAiJava.ask;
import static dev.tollgate.testing.Asserts.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.models.Model;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What openai-java, which validates every field here, makes of our answers. */
class OpenAiJavaTest {

    private static final String PIXEL =
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

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

    // ---- plain and streamed ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemini-2.5-pro",
                "gemini-3-pro",
                "gemini-3.1-pro",
                "google/gemini-2.5-pro",
                "google/gemini-2.5-pro-preview",
                "google/gemini-2.5-pro-preview-05-06"
            })
    void a_plain_call_that_says_nothing_of_streaming_gets_one_answer(String model) {
        ChatCompletion answer = openai.create(ask(model, "Say: héllo 世界 🎉").maxCompletionTokens(4096));

        assertThat(answer.choices()).singleElement().satisfies(choice -> {
            assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
            assertThat(choice.message().content()).contains("héllo 世界 🎉");
            assertThat(choice.message().refusal()).isEmpty();
            assertThat(choice.message().toolCalls()).isEmpty();
        });
        assertThat(answer.id()).startsWith("chatcmpl-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void a_stream_accumulates_to_the_same_answer(String model) {
        ChatCompletionCreateParams.Builder question =
                ask(model, "Write 60 words about rivers").maxCompletionTokens(4096);

        OpenAiJava.Streamed streamed = openai.stream(question);
        ChatCompletion plain = openai.create(question);

        assertThat(streamed.whole().choices().getFirst().message().content())
                .isEqualTo(plain.choices().getFirst().message().content());
        assertThat(streamed.whole().choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(streamed.whole().usage()).isEqualTo(plain.usage());
        assertThat(streamed.whole().model()).isEqualTo(plain.model());
        assertThat(streamed.chunks().size()).isGreaterThan(3);
    }

    @Test
    void several_choices_accumulate_apart() {
        OpenAiJava.Streamed streamed =
                openai.stream(ask("gemini-2.5-pro", "Say: twice").n(2));

        assertThat(streamed.whole().choices()).hasSize(2).allSatisfy(choice -> assertThat(
                        choice.message().content().orElseThrow())
                .contains("twice"));
    }

    @Test
    void the_asynchronous_client_works_alike() {
        ChatCompletion answer = openai.client()
                .async()
                .chat()
                .completions()
                .create(ask("gemini-3.1-pro", "Say: later").build())
                .join();

        assertThat(answer.choices().getFirst().message().content()).contains("later");
    }

    @Test
    void a_base_url_without_version_works_alike() {
        try (OpenAiJava bare = OpenAiJava.withoutVersion(gateway)) {
            ChatCompletion answer = bare.create(ask("gemini-2.5-pro", "Say: bare"));

            assertThat(answer.choices().getFirst().message().content()).contains("bare");
            assertThat(bare.client().models().retrieve("gemini-3-pro").id()).isEqualTo("gemini-3-pro");
        }
    }

    // ---- usage and price ----

    @Test
    void usage_and_price_are_the_reported_ones_and_what_the_account_paid() {
        gateway.script(Scripts.parts("{text: \"As reported.\"}"));
        BigDecimal before = consumed();

        ChatCompletion answer = openai.create(ask("gemini-3.1-pro", Prompts.LONG));

        CompletionUsage usage = answer.usage().orElseThrow();
        assertThat(usage.promptTokens()).isEqualTo(194);
        assertThat(usage.completionTokens()).isEqualTo(229);
        assertThat(usage.totalTokens()).isEqualTo(880);
        assertThat(usage.completionTokensDetails().orElseThrow().reasoningTokens())
                .contains(457L);
        BigDecimal price = price(answer._additionalProperties());
        assertThat(price).isEqualByComparingTo("0.25");
        assertThat(consumed().subtract(before)).isEqualByComparingTo(price);
    }

    @Test
    void a_streams_last_chunk_carries_usage_and_price_and_no_choice() {
        gateway.script(Scripts.parts("{text: \"As reported.\"}"));

        List<ChatCompletionChunk> chunks =
                openai.stream(ask("gemini-3.1-pro", Prompts.LONG)).chunks();

        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
        assertThat(chunks.getLast().choices()).isEmpty();
        assertThat(chunks.getLast().usage().orElseThrow().totalTokens()).isEqualTo(880);
        assertThat(price(chunks.getLast()._additionalProperties())).isEqualByComparingTo("0.25");
    }

    private static BigDecimal price(Map<String, JsonValue> properties) {
        return properties.get("credits_consumed").convert(BigDecimal.class);
    }

    private static BigDecimal consumed() {
        return gateway.credits().get("total_consumed").decimalValue();
    }

    // ---- thoughts ----

    @Test
    void thoughts_are_separate_from_the_content_and_accepted_in_a_history() {
        gateway.script(Scripts.parts("{text: \"Let me see. \", thought: true}", "{text: \"Yes.\"}"));

        ChatCompletionMessage message = openai.create(ask("gemini-3.1-pro", "Is it?"))
                .choices()
                .getFirst()
                .message();

        assertThat(message.content()).contains("Yes.");
        assertThat(message._additionalProperties().get("reasoning_content").convert(String.class))
                .isEqualTo("Let me see. ");
        ChatCompletion next = openai.create(
                ask("gemini-3.1-pro", "Is it?").addMessage(message).addUserMessage("Sure?"));
        assertThat(next.choices().getFirst().message().content()).contains("Yes.");
    }

    @Test
    void streamed_thoughts_come_before_the_content() {
        gateway.script(Scripts.parts("{text: \"Let me see. \", thought: true}", "{text: \"Yes.\"}"));

        List<String> said = openai.stream(ask("gemini-2.5-pro", "Is it?")).chunks().stream()
                .flatMap(chunk -> chunk.choices().stream())
                .map(choice -> choice.delta())
                .map(delta -> delta._additionalProperties().containsKey("reasoning_content")
                        ? "thought "
                                + delta._additionalProperties()
                                        .get("reasoning_content")
                                        .convert(String.class)
                        : delta.content().orElse(""))
                .filter(text -> !text.isEmpty())
                .toList();

        assertThat(said).containsExactly("thought Let me see. ", "Yes.");
    }

    // ---- what is shown ----

    @Test
    void an_image_goes_as_a_data_url() {
        ChatCompletionContentPart image = ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                        .url(PIXEL)
                        .build())
                .build());
        ChatCompletionContentPart text = ChatCompletionContentPart.ofText(
                ChatCompletionContentPartText.builder().text("What is this?").build());

        ChatCompletion answer = openai.create(ChatCompletionCreateParams.builder()
                .model("gemini-2.5-pro")
                .addUserMessageOfArrayOfContentParts(List.of(text, image)));

        assertThat(answer.choices().getFirst().message().content().orElseThrow())
                .contains("image/png");
    }

    @Test
    void search_comes_with_annotations() {
        ChatCompletion answer = openai.create(ask("gemini-3.1-pro", "Tomorrow weather forecast for Shanghai")
                .webSearchOptions(
                        ChatCompletionCreateParams.WebSearchOptions.builder().build()));

        ChatCompletionMessage message = answer.choices().getFirst().message();
        int length = message.content().orElseThrow().length();
        assertThat(message.annotations().orElseThrow()).isNotEmpty().allSatisfy(annotation -> {
            assertThat(annotation.urlCitation().url()).startsWith("https://");
            assertThat(annotation.urlCitation().endIndex())
                    .isBetween(annotation.urlCitation().startIndex(), (long) length);
        });
    }

    // ---- structured output ----

    /** A class from which the client makes the schema, and into which it reads the answer. */
    static class Recipe {
        @JsonPropertyDescription("what the dish is called")
        public String title;

        public List<String> ingredients;
        public int minutes;
    }

    @Test
    void a_class_is_the_response_format_and_the_answer_fits_it() {
        StructuredChatCompletion<Recipe> answer = openai.client()
                .chat()
                .completions()
                .create(ask("gemini-2.5-pro", "A recipe for pancakes")
                        .responseFormat(Recipe.class)
                        .build());

        Recipe recipe = answer.choices().getFirst().message().content().orElseThrow();
        assertThat(recipe.title).isNotEmpty();
        assertThat(recipe.ingredients).isNotEmpty();
    }

    // ---- models ----

    @Test
    void models_are_listed_and_found_also_with_a_slash_in_the_id() {
        List<String> ids =
                openai.client().models().list().data().stream().map(Model::id).toList();

        assertThat(ids)
                .startsWith(
                        "gemini-2.5-pro",
                        "gemini-3-pro",
                        "gemini-3.1-pro",
                        "google/gemini-2.5-pro",
                        "google/gemini-2.5-pro-preview");
        for (String id : ids) {
            assertThat(openai.client().models().retrieve(id).id()).isEqualTo(id);
        }
    }
}
