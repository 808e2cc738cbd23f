package dev.tollgate.http.limits;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * A gzip file of one or more members, as it unpacks. The JDK goes one call deeper with each empty member; without a bound the stack overflows, and
 * it does so wherever it happens to be, a lock of the source included. Used by one thread; blocks as its source does.
 */
public final class GzipInput extends GZIPInputStream {

    /** The most empty members one after the other; files that are put together have one here and there. */
    private static final int EMPTY_MEMBERS_MAX = 64;

    private int depth;

    /** @throws IOException if the head is not one of gzip */
    public GzipInput(InputStream in, int roomBytes) throws IOException {
        super(in, roomBytes);
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (depth > EMPTY_MEMBERS_MAX) {
            throw new IOException("more than " + EMPTY_MEMBERS_MAX + " empty members");
        }
        depth++;
        try {
            return super.read(target, offset, count);
        } finally {
            depth--;
        }
    }
}
