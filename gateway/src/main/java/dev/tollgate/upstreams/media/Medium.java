package dev.tollgate.upstreams.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one medium, in memory or in a file, and what they are. Counts its users: it is there until the last one has released
 * it. Thread-safe; reading blocks, and must not be interrupted, which would close the file for all.
 */
public final class Medium {

    private final String mimeType;
    private final long length;
    private final String sha256;
    private final byte @Nullable [] bytes;
    private final @Nullable FileChannel file;
    private final Runnable whenReleased;
    private final AtomicInteger users = new AtomicInteger(1);

    /** One of bytes and file is null. */
    Medium(
            String mimeType,
            long length,
            String sha256,
            byte @Nullable [] bytes,
            @Nullable FileChannel file,
            Runnable whenReleased) {
        this.mimeType = mimeType;
        this.length = length;
        this.sha256 = sha256;
        this.bytes = bytes;
        this.file = file;
        this.whenReleased = whenReleased;
    }

    /** Returns a media file that is already in memory and is charged to no account. */
    public static Medium of(String mimeType, byte[] bytes) {
        return new Medium(mimeType, bytes.length, Draft.sha256Hex(bytes), bytes, null, () -> {});
    }

    /** As Gemini spells it; seen in the bytes, or text. */
    public String mimeType() {
        return mimeType;
    }

    /** Returns the length in bytes, at least 1. */
    public long length() {
        return length;
    }

    /** Returns the hash in lower-case hex. */
    public String sha256() {
        return sha256;
    }

    /** @return false where it is gone already; else {@link #release} must follow */
    public boolean retain() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    public void release() {
        int before = users.getAndUpdate(count -> Math.max(0, count - 1));
        if (before == 1) {
            whenReleased.run();
        }
    }

    /**
     * Reads so many bytes.
     *
     * @param position from 0 to the length
     * @return how many were read: all that were asked for, up to the end
     */
    public int read(long position, byte[] target, int offset, int count) throws IOException {
        int wanted = (int) Math.min(count, length - position);
        if (bytes != null) {
            System.arraycopy(bytes, (int) position, target, offset, wanted);
            return wanted;
        }
        ByteBuffer into = ByteBuffer.wrap(target, offset, wanted);
        while (into.hasRemaining()) {
            if (Objects.requireNonNull(file).read(into, position + into.position() - offset) < 0) {
                throw new IOException("a medium has become shorter");
            }
        }
        return wanted;
    }

    /** All of it, for a decoder. */
    InputStream stream() {
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (at >= length) {
                    return -1;
                }
                int read = Medium.this.read(at, target, offset, count);
                at += read;
                return read;
            }
        };
    }
}
