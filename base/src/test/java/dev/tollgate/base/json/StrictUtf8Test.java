package dev.tollgate.base.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.testing.Randomly;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StrictUtf8Test {

    /** Bytes at which the tables of UTF-8 change. */
    private static final int[] EDGES = {
        0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    @Test
    void any_two_bytes_at_any_place_are_taken_as_the_decoder_takes_them() {
        for (int bytes = 0; bytes < 0x10000; bytes++) {
            byte[] body = "abcdefghijklmnopq".getBytes(StandardCharsets.US_ASCII);
            int at = bytes % 16;
            body[at] = (byte) (bytes >> 8);
            body[at + 1] = (byte) bytes;
            check(body);
        }
    }

    @Test
    void random_bytes_are_taken_as_the_decoder_takes_them() {
        Randomly.run(200_000, random -> check(random(random)));
    }

    private static byte[] random(Random random) {
        byte[] body = new byte[4 + random.nextInt(20)];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (random.nextInt(3) == 0 ? 'a' : EDGES[random.nextInt(EDGES.length)]);
        }
        byte[] valid = Randomly.text(random, 8, false).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(valid, 0, body, 0, Math.min(valid.length, body.length));
        return body;
    }

    private static void check(byte[] body) {
        assertThat(isTaken(body)).isEqualTo(isDecoded(body));
    }

    private static boolean isTaken(byte[] body) {
        try {
            StrictUtf8.check(body);
            return true;
        } catch (ApiException refused) {
            return false;
        }
    }

    private static boolean isDecoded(byte[] body) {
        for (int i = 0; i < 4; i++) {
            if (body[i] == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
