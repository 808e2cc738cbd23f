package dev.tollgate.keys;

import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The first 64 bits of the hashes of all keys: a hash that is not in here belongs to no key, a hash that is very probably does. A table of longs
 * with open addressing, at most two thirds full: 12 to 24 bytes a key. Nothing is ever removed, since no key's row is ever deleted.
 *
 * <p>Any thread may look without waiting; a thread that adds waits for other additions. After an addition every lookup finds it.
 */
final class KeyHashes {

    private static final int PREFIX_CHARS = 16;
    private static final int SLOTS_MIN = 1 << 10;

    /** No prefix is 0: that is a free slot. */
    private static final long FREE = 0;

    private volatile AtomicLongArray slots = new AtomicLongArray(SLOTS_MIN);
    private int size;

    /** @param hash SHA-256 in hex */
    boolean contains(String hash) {
        AtomicLongArray all = slots;
        long prefix = prefix(hash);
        for (int slot = first(all, prefix); ; slot = next(all, slot)) {
            long there = all.get(slot);
            if (there == prefix) {
                return true;
            }
            if (there == FREE) {
                return false;
            }
        }
    }

    synchronized void add(String hash) {
        if ((size + 1) * 3L > slots.length() * 2L) {
            grow();
        }
        if (put(slots, prefix(hash))) {
            size++;
        }
    }

    synchronized int size() {
        return size;
    }

    /** Returns the table's bytes on the heap. */
    long bytes() {
        return (long) Long.BYTES * slots.length();
    }

    private void grow() {
        AtomicLongArray old = slots;
        AtomicLongArray larger = new AtomicLongArray(Math.multiplyExact(old.length(), 2));
        for (int slot = 0; slot < old.length(); slot++) {
            if (old.get(slot) != FREE) {
                put(larger, old.get(slot));
            }
        }
        slots = larger;
    }

    private static boolean put(AtomicLongArray all, long prefix) {
        for (int slot = first(all, prefix); ; slot = next(all, slot)) {
            long there = all.get(slot);
            if (there == prefix) {
                return false;
            }
            if (there == FREE) {
                all.set(slot, prefix);
                return true;
            }
        }
    }

    private static long prefix(String hash) {
        long prefix = HexFormat.fromHexDigitsToLong(hash, 0, PREFIX_CHARS);
        return prefix == FREE ? 1 : prefix;
    }

    /** The bits of a SHA-256 are as good as random. */
    private static int first(AtomicLongArray all, long prefix) {
        return (int) (prefix >>> 1) & (all.length() - 1);
    }

    private static int next(AtomicLongArray all, int slot) {
        return (slot + 1) & (all.length() - 1);
    }
}
