package dev.tollgate.http.exchange;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Effort;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of zstd (RFC 8878, 3.1.1), written byte by byte. */
class ZstdFrameTest {

    private static final int MIB = 1 << 20;

    private static int window(String hex) {
        byte[] bytes = HexFormat.of().parseHex("28b52ffd" + hex.replace(" ", ""));
        return ZstdFrame.window(bytes, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({
        "1 KiB of window and an empty raw block, 00 00 010000, 1024",
        "1920 bytes of window, 00 07 010000, 1920",
        "8 MiB of window, 00 68 010000, 8388608",
        "a single segment of 5 bytes, 20 05 290000 0102030405, 5",
        "a single segment of 256 bytes in two bytes, 60 0000 030800 00, 256",
        "a single segment of 8 MiB, a0 00008000 010000, 8388608",
        "a checksum, 04 00 010000 00000000, 1024",
        "a run of 128 KiB, 00 00 030010 00, 1024",
    })
    void a_sound_frame_has_a_window(String what, String hex, int window) {
        assertThat(window(hex)).as(what).isEqualTo(window);
    }

    @ParameterizedTest
    @CsvSource({
        "a window above 8 MiB, 00 69 010000",
        "the largest window, 00 ff 010000",
        "a single segment above 8 MiB, a0 01008000 010000",
        "a single segment of 2^63 bytes, e0 0000000000000080 010000",
        "a block above 128 KiB, 00 00 0b0010 00",
        "a run of 2 MiB, 00 00 fbffff 00",
        "a reserved kind of block, 00 00 070000",
        "a reserved bit, 08 00 010000",
        "a dictionary, 01 00 07 010000",
        "no last block, 00 00 000000",
        "a block that ends early, 00 00 290000 01",
        "bytes behind its end, 00 00 010000 00",
        "no checksum, 04 00 010000",
        "no header, ''",
    })
    void an_unsound_frame_has_no_window(String what, String hex) {
        assertThat(window(hex)).as(what).isNegative();
    }

    @Test
    void a_skippable_frame_is_not_sound() {
        byte[] bytes = HexFormat.of().parseHex("502a4d1800000000");
        assertThat(ZstdFrame.window(bytes, bytes.length)).isNegative();
    }

    @Test
    void frames_of_a_real_encoder_are_sound_and_their_beginnings_are_not() throws IOException {
        byte[] data = new byte[3 * MIB];
        new SplittableRandom(7).nextBytes(data);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed)) {
            out.write(data, 0, MIB);
            out.write(new byte[MIB]);
        }
        byte[] frame = packed.toByteArray();
        assertThat(ZstdFrame.window(frame, frame.length)).isBetween(1024, 8 * MIB);
        for (int length = 0; length < frame.length; length += 1 + length / 7) {
            assertThat(ZstdFrame.window(frame, length)).isNegative();
        }
    }

    /** The decoder reads memory unchecked by the JVM: a damaged frame must neither end the process nor be more than refused. */
    @Test
    void a_damaged_frame_is_unpacked_or_refused() throws IOException {
        long seed = Effort.seed("test.seed");
        SplittableRandom random = new SplittableRandom(seed);
        byte[] text = "A sentence that comes again, and again. ".repeat(200).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < (Effort.isLong() ? 100_000 : 1_000); i++) {
            byte[] data = Arrays.copyOf(text, random.nextInt(text.length));
            for (int at = random.nextInt(50); at < data.length; at += 1 + random.nextInt(300)) {
                data[at] = (byte) random.nextInt();
            }
            byte[] frame = packed(data);
            for (int times = random.nextInt(4); times > 0; times--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            BodyBytes to = new BodyBytes(1 << 20, -1, Lease.FREE);
            try {
                ContentCoding.of(List.of("zstd"), true).unpack(frame, frame.length, to, () -> to, Lease.FREE);
            } catch (ApiException e) {
                assertThat(e.error().status()).as("-Dtest.seed=" + seed).isIn(400, 413);
            }
        }
    }

    private static byte[] packed(byte[] data) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed)) {
            out.write(data);
        }
        return packed.toByteArray();
    }
}
