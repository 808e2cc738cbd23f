package dev.tollgate.http.engine;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.SplittableRandom;

/**
 * Makes request ids: 12 hexadecimal digits of milliseconds since 1970, so that a call can be found by it, and 20 random ones. Used by one
 * thread.
 */
final class RequestIds {

    private static final byte[] PREFIX = "req_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final InstantSource clock;
    private final SplittableRandom random;

    RequestIds(InstantSource clock, long seed) {
        this.clock = clock;
        this.random = new SplittableRandom(seed);
    }

    String next() {
        byte[] id = new byte[PREFIX.length + 32];
        System.arraycopy(PREFIX, 0, id, 0, PREFIX.length);
        putHex(clock.millis() << 16 | random.nextLong() & 0xffff, id, PREFIX.length);
        putHex(random.nextLong(), id, PREFIX.length + 16);
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    private static void putHex(long value, byte[] to, int at) {
        for (int i = 0; i < 16; i++) {
            to[at + i] = HEX[(int) (value >>> 60 - 4 * i) & 15];
        }
    }
}
