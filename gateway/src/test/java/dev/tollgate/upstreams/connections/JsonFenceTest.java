package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fence around an answer that was to be JSON, wherever the pieces of the stream end. */
class JsonFenceTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            '```json\\n{"a":1}\\n```'        | '{"a":1}'
            '```JSON\\r\\n{"a":1}\\r\\n```'  | '{"a":1}'
            '```\\n[1,2]\\n```\\n'           | '[1,2]'
            ' \\n```json\\n{"a":1}\\n``` '   | '{"a":1}'
            '```json{"a":1}```'              | '{"a":1}'
            '```json\\n{"a":"```"}\\n```'    | '{"a":"```"}'
            '```json\\n{"a":"x `` '          | '{"a":"x `` '
            '```json\\n{"a":1}'              | '{"a":1}'
            '```json\\n{"a":1}\\n'           | '{"a":1}\\n'
            '{"a":"```json\\n```"}'          | '{"a":"```json\\n```"}'
            ' {"a":1}\\n```'                 | ' {"a":1}\\n```'
            '``'                             | '``'
            '```json'                        | '```json'
            'no json ```'                    | 'no json ```'
            ''                               | ''
            """)
    void a_fence_is_taken_off_however_the_answer_was_cut(String said, String told) {
        String text = said.translateEscapes();
        for (int size = 1; size <= Math.max(1, text.length()); size++) {
            JsonFence fence = new JsonFence();
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < text.length(); from += size) {
                out.append(fence.take(text.substring(from, Math.min(text.length(), from + size))));
            }
            assertThat(out.append(fence.end())).as("pieces of %d", size).hasToString(told.translateEscapes());
        }
    }

    @Test
    void text_that_is_no_fence_is_sent_immediately() {
        JsonFence fence = new JsonFence();
        assertThat(fence.take("{\"a\":")).isEqualTo("{\"a\":");
        assertThat(fence.take("\"` \n")).isEqualTo("\"` \n");
        assertThat(fence.end()).isEmpty();
    }

    @Test
    void inside_a_fence_only_what_may_close_it_waits() {
        JsonFence fence = new JsonFence();
        assertThat(fence.take("```js")).isEmpty();
        assertThat(fence.take("on\n{\"a\":\"x ")).isEqualTo("{\"a\":\"x");
        assertThat(fence.take("y``")).isEqualTo(" y");
        assertThat(fence.take("z\"}\n```")).isEqualTo("``z\"}");
        assertThat(fence.end()).isEmpty();
    }

    @Test
    void no_more_is_held_back_than_a_fence_may_have() {
        JsonFence white = new JsonFence();
        assertThat(white.take(" ".repeat(1_024))).isEmpty();
        assertThat(white.take(" ")).hasSize(1_025);
        JsonFence inside = new JsonFence();
        assertThat(inside.take("```json\n{" + " ".repeat(1_025))).hasSize(1_026);
        JsonFence language = new JsonFence();
        assertThat(language.take("```" + "x".repeat(2_000))).hasSize(2_003);
    }
}
