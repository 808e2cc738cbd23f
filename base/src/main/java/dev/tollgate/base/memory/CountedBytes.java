package dev.tollgate.base.memory;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Collects what is written of a request and charges it as it grows: what is translated may be larger than what came. For one thread.
 */
public final class CountedBytes extends ByteArrayOutputStream {

    /** A copy costs more than so much room that stands empty behind it, or an eighth of what is written. */
    private static final int KEPT_ROOM_MAX = 16 * 1024;

    /** The most bytes that are copied at a time for sending. */
    private static final int SENT_BYTES_MAX = 64 * 1024;

    private final Lease lease;

    public CountedBytes(Lease lease, int bytesFirst) {
        super(bytesFirst);
        this.lease = lease;
        lease.take(bytesFirst);
    }

    /** @throws dev.tollgate.base.error.ApiException 413 or 503, as {@link Lease#take} */
    @Override
    public synchronized void write(int b) {
        reserve(1);
        super.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
        reserve(length);
        super.write(bytes, from, length);
    }

    private void reserve(int more) {
        long needed = (long) count + more;
        if (needed <= buf.length) {
            return;
        }
        int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, buf.length + (buf.length >> 1)));
        int before = buf.length;
        lease.take(capacity);
        buf = Arrays.copyOf(buf, capacity);
        lease.give(before);
    }

    /** Takes bytes of an array, and keeps none of it. */
    public interface Look {
        void at(byte[] bytes, int from, int to);
    }

    /** Shows what was written from an index on. */
    public synchronized void show(int from, Look look) {
        look.at(buf, from, count);
    }

    /**
     * Returns the bytes in their own array if little of it is empty, else as {@link #whole} does: the first {@link #size} bytes count. Nothing is
     * written afterwards.
     */
    public synchronized byte[] kept() {
        if (buf.length - count > Math.max(KEPT_ROOM_MAX, count / 8)) {
            return whole();
        }
        lease.take(Math.min(count, SENT_BYTES_MAX));
        return buf;
    }

    /** What was written; nothing is written afterwards. From now on the piece of it that is being sent is charged as well. */
    public synchronized byte[] whole() {
        lease.take(count + Math.min(count, SENT_BYTES_MAX));
        byte[] whole = toByteArray();
        lease.give(buf.length);
        buf = new byte[0];
        return whole;
    }
}
