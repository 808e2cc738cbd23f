package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UsageJsonTest {

    private static final PrintedUsage USAGE =
            new PrintedUsage(194, 229, 229, 880, new Usage(191, 0, 229, 457, 3, 1, 2, 230));

    private static final String ANSWER = "{\"prompt_tokens\":194,\"completion_tokens\":229,\"total_tokens\":880,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":3,\"audio_tokens\":1,\"image_tokens\":2,\"text_tokens\":188},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":457,\"audio_tokens\":0,\"text_tokens\":230,"
            + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";

    @Test
    void an_answer_has_it_in_the_order_of_openai() {
        Utf8Buffer out = new Utf8Buffer();
        USAGE.write(out);
        assertThat(new String(out.toByteArray(), StandardCharsets.UTF_8)).isEqualTo(ANSWER);
    }

    @Test
    void a_task_also_has_the_reasoning_tokens() {
        assertThat(USAGE.ofTask().toString())
                .isEqualTo(ANSWER.substring(0, ANSWER.length() - 1) + ",\"reasoning_tokens\":457}");
    }
}
