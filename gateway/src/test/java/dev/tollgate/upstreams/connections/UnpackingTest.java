package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class UnpackingTest {

    private static final String TEXT = "data: {\"a\":1}\n\n".repeat(50);

    private static byte[] packed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(TEXT.getBytes(StandardCharsets.US_ASCII));
        }
        return packed.toByteArray();
    }

    /** All connections of a loop read into one room. */
    @Test
    void what_is_kept_of_a_piece_outlives_the_room_that_it_came_in() throws IOException {
        byte[] packed = packed();
        for (int cut = 1; cut < packed.length; cut++) {
            byte[] room = new byte[packed.length];
            Unpacking unpacking = Unpacking.of("gzip");
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            System.arraycopy(packed, 0, room, 0, cut);
            plain.writeBytes(unpacking.unpacked(room, cut));
            Arrays.fill(room, (byte) 'x'); // another connection has read
            System.arraycopy(packed, cut, room, 0, packed.length - cut);
            byte[] rest = unpacking.unpacked(room, packed.length - cut);
            assertThat(rest).as("cut at %d", cut).isNotNull();
            plain.writeBytes(rest);
            unpacking.close();
            assertThat(plain.toString(StandardCharsets.US_ASCII))
                    .as("cut at %d", cut)
                    .isEqualTo(TEXT);
        }
    }
}
