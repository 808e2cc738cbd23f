package dev.tollgate.http.exchange;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a small or a packed body may cost, measured in the time of its own thread. */
class ContentCodingTest {

    private static final int MIB = 1 << 20;
    private static final int BYTES_MAX = 32 * MIB;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Half a second, a piece, and what a machine under load adds. */
    private static final long NANOS_MAX = 800_000_000;

    /** Bodies of 12 MB that took seconds, or would. */
    private enum Attack {
        ZSTD_OF_TINY_BLOCKS("zstd") {
            @Override
            byte[] body() {
                return tinyBlocks();
            }
        },
        ZSTD_OF_TINY_BLOCKS_IN_GZIP("zstd, gzip") {
            @Override
            byte[] body() throws IOException {
                return packed(tinyBlocks(), "gzip");
            }
        },
        ZSTD_OF_EMPTY_BLOCKS("zstd") {
            @Override
            byte[] body() {
                return repeated("28b52ffd0050", "000000", "010000");
            }
        },
        ZSTD_OF_MANY_FRAMES("zstd") {
            @Override
            byte[] body() {
                return repeated("", "28b52ffd0050010000", "");
            }
        },
        ZSTD_OF_SKIPPABLE_FRAMES("zstd") {
            @Override
            byte[] body() {
                return repeated("", "502a4d1800000000", "28b52ffd0050010000");
            }
        },
        ZSTD_OF_A_HUGE_WINDOW("zstd") {
            @Override
            byte[] body() {
                return repeated("28b52ffd00ff", "000000", "010000");
            }
        },
        GZIP_OF_EMPTY_BLOCKS("gzip") {
            @Override
            byte[] body() {
                return repeated("1f8b0800000000000003", DynamicBlock.four(0), "030000000000000000");
            }
        },
        GZIP_OF_SHORT_BLOCKS("gzip") {
            @Override
            byte[] body() {
                return repeated("1f8b0800000000000003", DynamicBlock.four(16), "030000000000000000");
            }
        },
        GZIP_OF_SHORT_BLOCKS_IN_DEFLATE("gzip, deflate") {
            @Override
            byte[] body() throws IOException {
                return packed(GZIP_OF_SHORT_BLOCKS.body(), "deflate");
            }
        },
        GZIP_OF_MANY_MEMBERS("gzip") {
            @Override
            byte[] body() {
                return repeated("", "1f8b080000000000000303000000000000000000", "");
            }
        },
        GZIP_OF_A_TEXT_AND_MANY_MEMBERS("gzip") {
            @Override
            byte[] body() throws IOException {
                String text = HexFormat.of().formatHex(packed(new byte[MIB], "gzip"));
                return repeated(text, "1f8b080000000000000303000000000000000000", "");
            }
        },
        GZIP_OF_A_LONG_NAME("gzip") {
            @Override
            byte[] body() {
                return repeated("1f8b0808000000000003", "6161616161616161", "00030000000000000000");
            }
        },
        DEFLATE_OF_EMPTY_BLOCKS("deflate") {
            @Override
            byte[] body() {
                return repeated("", DynamicBlock.four(0), "0300");
            }
        },
        ZLIB_OF_SHORT_BLOCKS("deflate") {
            @Override
            byte[] body() {
                return repeated("789c", DynamicBlock.four(16), "0300");
            }
        };

        final String codings;

        Attack(String codings) {
            this.codings = codings;
        }

        abstract byte[] body() throws IOException;
    }

    /** A block of deflate (RFC 1951, 3.2.7) with tables of its own. */
    private static final class DynamicBlock {

        private BigInteger bits = BigInteger.ZERO;
        private int count;

        /** Returns four of them, which fill whole bytes. @param letters of each; an even number */
        static String four(int letters) {
            DynamicBlock block = new DynamicBlock();
            for (int i = 0; i < 4; i++) {
                block.put(letters);
            }
            byte[] bytes = new byte[block.count / 8];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = block.bits.shiftRight(8 * i).byteValue();
            }
            return HexFormat.of().formatHex(bytes);
        }

        /** The letter A and the end have one bit each. Lengths have the codes 0: zeros, 10: a zero, 11: one. */
        private void put(int letters) {
            put(0b100, 3).put(0, 5).put(0, 5).put(14, 4);
            for (int symbol : new int[] {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1}) {
                put(symbol == 18 ? 1 : symbol <= 1 ? 2 : 0, 3);
            }
            put(0, 1).put(65 - 11, 7).put(0b11, 2); // 65 zeros, then the letter
            put(0, 1).put(138 - 11, 7).put(0, 1).put(52 - 11, 7).put(0b11, 2); // 190 zeros, then the end
            put(0b01, 2); // no distances
            for (int i = 0; i < letters; i++) {
                put(0, 1);
            }
            put(1, 1);
        }

        private DynamicBlock put(int value, int length) {
            bits = bits.or(BigInteger.valueOf(value).shiftLeft(count));
            count += length;
            return this;
        }
    }

    private static byte[] repeated(String first, String again, String last) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(HexFormat.of().parseHex(first));
        byte[] piece = HexFormat.of().parseHex(again);
        while (body.size() < 12 * MIB) {
            body.writeBytes(piece);
        }
        body.writeBytes(HexFormat.of().parseHex(last));
        return body.toByteArray();
    }

    /** A sound frame: 64 blanks, then blocks of one sequence, each with three tables, that copy three bytes. */
    private static byte[] tinyBlocks() {
        String block = "0001a8" + "e4ff" + "e37f" + "e4ff" + "00000004";
        String header = HexFormat.of().toHexDigits((byte) (2 << 1 | block.length() / 2 << 3)) + "0000";
        return repeated("28b52ffd0050" + "000200" + "20".repeat(64), header + block, "010000");
    }

    private static byte[] packed(byte[] data, String coding) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater fast = new Deflater(Deflater.BEST_SPEED);
        try (OutputStream out =
                switch (coding) {
                    case "gzip" -> new FastGzip(packed);
                    case "zstd" -> new ZstdOutputStream(packed);
                    default -> new DeflaterOutputStream(packed, fast);
                }) {
            out.write(data);
        } finally {
            fast.end();
        }
        return packed.toByteArray();
    }

    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static BodyBytes unpacked(String codings, byte[] body) {
        BodyBytes to = new BodyBytes(BYTES_MAX, -1, Lease.FREE);
        ContentCoding.of(List.of(codings), true)
                .unpack(body, body.length, to, () -> new BodyBytes(BYTES_MAX, -1, Lease.FREE), Lease.FREE);
        return to;
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void a_body_that_costs_more_than_it_brings_is_given_up(Attack attack) throws IOException {
        byte[] body = attack.body();
        long begun = THREADS.getCurrentThreadCpuTime();
        ApiException refused = catchThrowableOfType(ApiException.class, () -> unpacked(attack.codings, body));
        long nanos = THREADS.getCurrentThreadCpuTime() - begun;

        assertThat(refused).as(attack.toString()).isNotNull();
        assertThat(refused.error().status()).isEqualTo(400);
        assertThat(nanos).isLessThan(NANOS_MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "deflate"})
    void a_large_body_of_a_program_is_unpacked(String coding) throws IOException {
        byte[] text = largeText();
        byte[] body = packed(text, coding);
        assertThat(unpacked(coding, body).toArray()).isEqualTo(text);
    }

    private static byte[] largeText() {
        byte[] text = new byte[24 * MIB];
        long random = 5;
        for (int i = 0; i < text.length; i++) {
            random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            int drawn = (int) (random >>> 48);
            text[i] = (byte) (drawn % 6 == 0 ? ' ' : 'a' + drawn / 6 % 12);
        }
        return text;
    }

    @Test
    void text_that_is_flushed_by_the_line_is_unpacked() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] line = "{\"a line\": 1}\n".getBytes(StandardCharsets.US_ASCII);
        try (GZIPOutputStream out = new GZIPOutputStream(packed, 512, true)) {
            for (int i = 0; i < 50_000; i++) {
                out.write(line);
                out.flush();
            }
        }
        assertThat(unpacked("gzip", packed.toByteArray()).size()).isEqualTo(50_000 * line.length);
    }
}
