package dev.tollgate.upstreams.gemini.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8OffsetsTest {

    private static final String[] CHARACTERS = {"a", "\n", "ü", "€", "😀", "漢", "\ud83d", "\ude00"};

    private final long seed = Effort.seed("test.seed");
    private final Random random = new Random(seed);

    @Test
    void each_byte_of_a_text_lies_in_the_character_that_it_is_part_of_however_the_text_comes() {
        for (int run = 0; run < 300; run++) {
            String text = text(random.nextInt(300));
            Utf8Offsets offsets = new Utf8Offsets();
            int from = 0;
            while (from < text.length()) {
                int to = from + 1 + random.nextInt(text.length() - from);
                offsets.add(text.substring(from, to));
                offsets.codePoints(to);
                from = to;
            }
            assertThatAllAreRight(offsets, text);
        }
    }

    private void assertThatAllAreRight(Utf8Offsets offsets, String text) {
        int at = 0;
        int codePoint = 0;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int bytes = text.substring(i, text.offsetByCodePoints(i, 1)).getBytes(StandardCharsets.UTF_8).length;
            for (int inside = 0; inside < bytes; inside++) {
                assertThat(offsets.codePoints(at + inside))
                        .as("-Dtest.seed=" + seed)
                        .isEqualTo(codePoint);
            }
            at += bytes;
            codePoint++;
        }
        assertThat(offsets.codePoints(at)).as("-Dtest.seed=" + seed).isEqualTo(codePoint);
        assertThat(offsets.codePoints(Long.MAX_VALUE)).isEqualTo(codePoint);
        assertThat(offsets.codePoints(-1)).isZero();
    }

    /** Ends with a whole character: half a pair at the end has not come yet. */
    private String text(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.append('.').toString();
    }

    @Test
    void what_is_beyond_the_limit_is_clamped() {
        Utf8Offsets offsets = new Utf8Offsets();
        String piece = "€".repeat(1 << 20);
        offsets.add(piece);
        offsets.add(piece);
        assertThat(offsets.codePoints(3L << 20)).isEqualTo(1 << 20);
        assertThat(offsets.codePoints(Long.MAX_VALUE)).isEqualTo(Utf8Offsets.BYTES_MAX / 3);
    }
}
