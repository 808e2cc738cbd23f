package dev.tollgate.base.json;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CollectedJsonTest {

    @Test
    void what_was_collected_is_read_again_as_it_was() {
        Randomly.run(300, random -> {
            CollectedJson collected = new CollectedJson();
            StringBuilder all = new StringBuilder("\u0001\\\"\n\u2028\ud83d");
            collected.out().escaped(all.toString());
            long measured = Utf8Buffer.escapedBytes(all);
            for (int i = random.nextInt(50); i > 0; i--) {
                String piece = Randomly.text(random, 3_000, true);
                collected.out().escaped(piece);
                all.append(piece);
                measured += Utf8Buffer.escapedBytes(piece);
            }
            assertThat(collected.unescaped()).isEqualTo(all.toString());
            assertThat(collected.size()).isEqualTo(measured);
        });
    }

    @Test
    void a_long_text_is_never_copied_to_grow() {
        CollectedJson collected = new CollectedJson();
        collected.out().escaped("x".repeat(CollectedJson.PIECE_BYTES_MAX));
        byte[] first = collected.out().array();
        collected.out().escaped("y".repeat(CollectedJson.PIECE_BYTES_MAX));
        byte[][] slices = new byte[2][];
        collected.slices(0, collected.size(), (bytes, from, to) -> slices[bytes == first ? 0 : 1] = bytes);
        assertThat(slices[0]).isSameAs(first);
        assertThat(slices[1]).hasSize(CollectedJson.PIECE_BYTES_MAX);
    }

    /** What lies elsewhere is some of the letters, as a file would be. */
    @Test
    void what_lies_elsewhere_is_fetched_when_it_is_its_turn() {
        Randomly.run(300, random -> {
            CollectedJson collected = new CollectedJson();
            StringBuilder all = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                byte[] some = Character.toString('a' + i)
                        .repeat(1 + random.nextInt(random.nextBoolean() ? 200_000 : 6_000))
                        .getBytes(StandardCharsets.US_ASCII);
                all.append(new String(some, StandardCharsets.US_ASCII));
                if (random.nextBoolean()) {
                    collected.add(source(some));
                } else {
                    collected.out().raw(some);
                }
            }
            int from = random.nextInt(all.length() + 1);
            int to = from + random.nextInt(all.length() + 1 - from);
            JsonPieces pieces = new JsonPieces();
            pieces.out().raw("<");
            pieces.repeat(collected, from, to).out().raw(">");
            pieces.add(source("file".getBytes(StandardCharsets.US_ASCII)));
            String expected = "<" + all.substring(from, to) + ">file";
            assertThat(collected.size()).isEqualTo(all.length());
            assertThat(pieces.size()).isEqualTo(expected.length());
            assertThat(pieces.hasAbsent()).isTrue();
            byte[] whole = pieces.toByteArray();
            assertThat(new String(whole, StandardCharsets.US_ASCII).equals(expected))
                    .isTrue();
            assertThat(pieces.hasAbsent()).isFalse();
        });
    }

    private static JsonSource source(byte[] bytes) {
        return new JsonSource() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public byte[] read(long from, int count) {
                return Arrays.copyOfRange(bytes, (int) from, (int) from + count);
            }
        };
    }

    @Test
    void a_copy_is_what_was_collected() {
        CollectedJson collected = new CollectedJson();
        collected.out().raw("[1,");
        CollectedJson other = new CollectedJson();
        other.out().string("two");
        collected.add(other);
        collected.out().raw(']');
        assertThat(collected).hasToString("[1,\"two\"]");
        assertThat(new String(new JsonPieces().repeat(collected, 1, 8).toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("1,\"two\"");
    }
}
