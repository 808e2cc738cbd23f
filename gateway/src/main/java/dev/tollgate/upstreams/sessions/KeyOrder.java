package dev.tollgate.upstreams.sessions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The order of channels by a session's key, without shared state (E85): each project is first for its share by weight of all keys. A
 * project that leaves moves its own share only. A session stays with one channel of its project, since signatures belong to a channel (D50).
 */
public final class KeyOrder {

    private KeyOrder() {}

    /** Returns the place of a project or a channel among all keys. */
    public static long place(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Returns a project's or a channel's distance from a key; the least comes first. */
    public static double distance(long key, long place, int weight) {
        double even = ((mixed(key ^ place) >>> 11) + 0.5) * 0x1p-53;
        return -StrictMath.log(even) / weight;
    }

    /** Splitmix64. */
    private static long mixed(long seed) {
        long z = seed + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
