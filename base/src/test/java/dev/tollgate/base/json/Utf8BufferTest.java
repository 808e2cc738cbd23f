package dev.tollgate.base.json;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tollgate.base.money.Credits;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class Utf8BufferTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static String written(String text) {
        return new String(new Utf8Buffer(1).string(text).toByteArray(), StandardCharsets.UTF_8);
    }

    @Test
    void texts_of_any_unicode_read_back_as_they_were() {
        Randomly.run(3_000, random -> {
            String text = Randomly.text(random, 60, true);
            byte[] json = new Utf8Buffer(1 + random.nextInt(64)).string(text).toByteArray();
            assertThat(MAPPER.readTree(json).stringValue()).isEqualTo(text);
            assertThat(new String(json, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8))
                    .isEqualTo(json);
        });
    }

    @Test
    void escapes_are_the_short_ones_and_lone_surrogates_are_written_by_number() {
        assertThat(written("a\"\\\n\r\t\b\f\u0000\u001f/\u007f"))
                .isEqualTo("\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f/\u007f\"");
        assertThat(written("\ud83d")).isEqualTo("\"\\ud83d\"");
        assertThat(written("\ude00\ud83d")).isEqualTo("\"\\ude00\\ud83d\"");
        assertThat(written("\ud83d\ude00\u00e9\u2027")).isEqualTo("\"\ud83d\ude00\u00e9\u2027\"");
        assertThat(written("")).isEqualTo("\"\"");
    }

    @Test
    void line_breaks_at_which_some_clients_cut_a_stream_are_written_by_number() {
        assertThat(written("a\u0085b\u2028c\u2029")).isEqualTo("\"a\\u0085b\\u2028c\\u2029\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"z\":[1,12345678901234567890,1.50,true,null,\"\u00e9\\n\"],\"a\":{\"b\":[[],{}]}}",
                "\"x\"",
                "-0.5"
            })
    void trees_are_written_compact_in_their_own_order(String json) {
        var exact = JsonMapper.builder()
                .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        byte[] out = new Utf8Buffer().json(exact.readTree(json)).toByteArray();
        assertThat(new String(out, StandardCharsets.UTF_8)).isEqualTo(json);
    }

    @Test
    void a_buffer_is_used_again_and_gives_back_unusual_room() {
        Utf8Buffer out = new Utf8Buffer(16);
        out.string("x".repeat(3 << 20));
        assertThat(out.size()).isEqualTo((3 << 20) + 2);
        out.clear();
        assertThat(out.size()).isZero();
        assertThat(out.array()).hasSize(16);
        out.number(9).number(10).number(-1).number(Long.MIN_VALUE);
        assertThat(new String(out.toByteArray(), StandardCharsets.US_ASCII)).isEqualTo("910-1-9223372036854775808");
    }

    @Test
    void what_rests_leaves_its_room_to_the_next_that_writes() {
        Utf8Buffer first = new Utf8Buffer(0).string("x".repeat(500));
        Utf8Buffer second = new Utf8Buffer(0);
        byte[] room = first.array();
        first.rest();
        assertThat(first.size()).isZero();
        assertThat(first.array()).isEmpty();

        assertThat(second.string("y").array()).isSameAs(room);
        first.raw("z");
        assertThat(first.array()).as("while the other one writes").isNotSameAs(room);
        assertThat(first.asString() + second.asString()).isEqualTo("z\"y\"");
        second.rest();
        assertThat(first.raw("z").asString()).isEqualTo("zz");
        first.rest();
    }

    @Test
    void what_rests_without_having_written_takes_no_room_from_others() {
        Utf8Buffer first = new Utf8Buffer(0).string("x".repeat(500));
        byte[] room = first.array();
        first.rest();
        new Utf8Buffer(0).rest();
        assertThat(new Utf8Buffer(0).string("y").array()).isSameAs(room);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                10,
                999_999,
                -999_999,
                1_000_000,
                -1_500_000,
                4_475_400,
                120_000_050,
                Long.MAX_VALUE,
                Long.MIN_VALUE
            })
    void amounts_are_written_like_their_text(long micros) {
        assertThat(new Utf8Buffer(1).credits(micros).asString()).isEqualTo(Credits.text(micros));
        Randomly.run(1_000, random -> {
            long any = random.nextLong() >> random.nextInt(64);
            assertThat(new Utf8Buffer(1).credits(any).asString()).isEqualTo(Credits.text(any));
        });
    }

    @Test
    void a_buffer_has_an_end() {
        Utf8Buffer out = new Utf8Buffer();
        byte[] piece = new byte[128 << 20];
        out.raw(piece);
        assertThatIllegalStateException().isThrownBy(() -> out.raw(piece).raw(piece));
    }
}
