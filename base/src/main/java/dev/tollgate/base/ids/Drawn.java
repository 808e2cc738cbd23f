package dev.tollgate.base.ids;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;

/**
 * Random numbers from a seed, so that a repeated request gets the same id. They are only as unpredictable as the seed: do not draw credentials
 * from them. Not thread-safe.
 */
public final class Drawn implements RandomGenerator {

    private final String seed;
    private long next;

    public Drawn(String seed) {
        this.seed = seed;
    }

    @Override
    public long nextLong() {
        try {
            String text = seed + " " + next++;
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
