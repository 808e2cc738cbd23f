package dev.tollgate.protocols.completions;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.openai.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies with single quotes (E71). */
class PromptReaderTest {

    private static ChatRequest read(String members) {
        byte[] body = ("{'model':'m'," + members + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return PromptReader.read(body, ReadLimits.DEFAULT, Lease.FREE);
    }

    private static ChatRequest with(String members) {
        return read("'prompt':'Once'," + members);
    }

    private static ApiError refused(String members) {
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> read(members));
        assertThat(refusal).as("a refusal of " + members).isNotNull();
        assertThat(refusal.error().status()).isEqualTo(400);
        return refusal.error();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'Once upon'", "['Once upon']"})
    void one_prompt_becomes_a_user_turn(String prompt) {
        ChatRequest request = read("'prompt':" + prompt);

        List<Message> messages = request.conversation().messages();
        assertThat(messages).hasSize(1);
        assertThat(((Message.User) messages.getFirst()).parts()).singleElement().satisfies(part -> assertThat(
                        ((ContentPart.Text) part).text().toString())
                .isEqualTo("Once upon"));
        assertThat(request.stream()).isFalse();
        assertThat(request.maxTokens()).isNull();
        assertThat(request.ignored()).isEmpty();
    }

    @Test
    void chats_sampling_is_read_as_chat_reads_it() {
        ChatRequest request = with(
                "'n':3,'stop':['a','b'],'temperature':0.5,'top_p':0.25,'top_k':7,'presence_penalty':1,"
                        + "'frequency_penalty':-1,'seed':9,'max_tokens':77,'stream':true,'reasoning_effort':'low',"
                        + "'stream_options':{'include_usage':true},'best_of':1,'echo':false,'suffix':'','logprobs':null");

        assertThat(request.conversation().sampling())
                .isEqualTo(new Sampling(3, List.of("a", "b"), 0.5, 0.25, 7, 1.0, -1.0, false, null, 9L));
        assertThat(request.conversation().reasoningEffort()).isEqualTo(Effort.LOW);
        assertThat(request.maxTokens()).isEqualTo(77);
        assertThat(request.maxTokensField()).isEqualTo("max_tokens");
        assertThat(request.stream()).isTrue();
        assertThat(request.ignored()).isEmpty();
    }

    @Test
    void fields_without_effect_are_listed() {
        assertThat(with("'user':'u','logit_bias':{'5':1},'service_tier':'flex','stream_options':{},'unheard':1")
                        .ignored())
                .isEqualTo(List.of("user", "logit_bias", "service_tier", "unheard", "stream_options"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'suffix':'end'    | suffix       | 'suffix' must be null or absent, got \"end\".",
                "'logprobs':0      | logprobs     | 'logprobs' must be null or absent, got 0.",
                "'top_logprobs':2  | top_logprobs | 'top_logprobs' must be null or absent, got 2.",
                "'echo':true       | echo         | 'echo' must be false, got true.",
                "'best_of':2       | best_of      | 'best_of' must be 1, got 2.",
                "'best_of':0       | best_of      | 'best_of' must be an integer of at least 1, got 0.",
                "'n':0             | n            | 'n' must be an integer between 1 and 128, got 0.",
                "'max_tokens':0    | max_tokens   | 'max_tokens' must be an integer of at least 1, got 0.",
                "'stream':'yes'    | stream       | 'stream' must be true or false, got \"yes\".",
            })
    void a_field_that_cannot_be_served_is_refused_by_name(String member, String field, String message) {
        ApiError error = refused("'prompt':'Once'," + member);

        assertThat(error.param()).isEqualTo(field);
        assertThat(error.message()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'prompt':['a','b']    | prompt.1 | 'prompt.1' must be absent: a request has one prompt, got \"b\".",
                "'prompt':['a','b',3]  | prompt.1 | 'prompt.1' must be absent: a request has one prompt, got \"b\".",
                "'prompt':[464,995]    | prompt.0 | 'prompt.0' must be a string, not token IDs, got 464.",
                "'prompt':[[464,995]]  | prompt.0 | 'prompt.0' must be a string, not token IDs, got an array.",
                "'prompt':[null]       | prompt.0 | 'prompt.0' must be a string, not token IDs, got null.",
                "'prompt':['']         | prompt.0 | 'prompt.0' must be a string that is not empty, got \"\".",
                "'prompt':''           | prompt   | 'prompt' must be a string that is not empty, got \"\".",
                "'prompt':[]           | prompt   | 'prompt' must have 1 string.",
                "'prompt':7            | prompt   | 'prompt' must be a string or an array of one string, got 7.",
                "'prompt':null         | prompt   | 'prompt' is required.",
            })
    void a_prompt_that_is_not_one_text_is_refused(String member, String field, String message) {
        ApiError error = refused(member);

        assertThat(error.param()).isEqualTo(field);
        assertThat(error.message()).isEqualTo(message);
    }
}
