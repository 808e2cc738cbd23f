package dev.tollgate.upstreams.media;

import dev.tollgate.http.limits.GzipInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A body before its server compressed it. Tollgate does not request compression, but object stores send what was stored compressed (D56).
 * Its length counts after unpacking. Used by one thread; blocks as its source does.
 */
final class Unpacked implements AutoCloseable {

    private static final int PIECE_BYTES = 64 * 1024;

    /** So much may come out of however little. */
    private static final long ANY_RATIO_BYTES_MAX = 1 << 20;

    /** The highest ratio of real media and of documents that people write. */
    private static final int RATIO_MAX = 200;

    /** The most packed bytes before anything comes out: empty blocks cost the decoder their tables. */
    private static final long LEAD_BYTES_MAX = 256 * 1024;

    private final Packed packed;
    private final byte[] piece = new byte[PIECE_BYTES];
    private @Nullable GzipInput unpacking;
    private long length;

    /** The source of pieces. */
    @FunctionalInterface
    interface Pieces {

        /** @return null at the end */
        byte @Nullable [] next() throws MediaRefused, InterruptedException;
    }

    Unpacked(Pieces source) {
        this.packed = new Packed(source);
    }

    /** Returns whether the body is packed in the one supported way. @throws MediaRefused where it is packed in another */
    static boolean isNeeded(@Nullable String coding) throws MediaRefused {
        return switch (coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> false;
            case "gzip", "x-gzip" -> true;
            default ->
                throw new MediaRefused("could not be downloaded: its server compresses it unasked, and not with gzip.");
        };
    }

    /** @return null at the end */
    byte @Nullable [] next() throws MediaRefused, InterruptedException {
        int count = read();
        length += Math.max(0, count);
        packed.becameBytes = length;
        if (length > ANY_RATIO_BYTES_MAX && length > packed.length * RATIO_MAX) {
            throw new MediaRefused(
                    "leads to a file whose bytes become more than %d times as many when they are unpacked."
                            .formatted(RATIO_MAX));
        }
        return count < 0 ? null : Arrays.copyOf(piece, count);
    }

    private int read() throws MediaRefused, InterruptedException {
        try {
            if (unpacking == null) {
                unpacking = new GzipInput(packed, PIECE_BYTES);
            }
            int count = unpacking.read(piece);
            packed.rethrow(); // the JDK takes what is thrown behind a member of the file for its end
            return count;
        } catch (IOException broken) {
            packed.rethrow();
            throw notGzip();
        }
    }

    private static MediaRefused notGzip() {
        return new MediaRefused("could not be downloaded: it is labelled gzip, but is not.");
    }

    @Override
    public void close() {
        try {
            if (unpacking != null) {
                unpacking.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e); // the source has nothing to close
        }
    }

    /** The source as a stream, which keeps what it throws. */
    private static final class Packed extends InputStream {

        private final Pieces source;
        private byte[] piece = {};
        private int at;
        private boolean ended;
        private long length;
        private long becameBytes;
        private @Nullable MediaRefused refused;
        private @Nullable InterruptedException interrupted;

        Packed(Pieces source) {
            this.source = source;
        }

        void rethrow() throws MediaRefused, InterruptedException {
            if (refused != null) {
                throw refused;
            }
            if (interrupted != null) {
                throw interrupted;
            }
        }

        @Override
        public int read() throws IOException {
            return available() == 0 ? -1 : piece[at++] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int taken = Math.min(count, available());
            System.arraycopy(piece, at, target, offset, taken);
            at += taken;
            return taken == 0 ? -1 : taken;
        }

        /** Waits for the next piece: the JDK asks here whether another member of the gzip file follows. */
        @Override
        public int available() throws IOException {
            try {
                while (at == piece.length && !ended) {
                    byte[] next = source.next();
                    ended = next == null;
                    piece = next == null ? new byte[0] : next;
                    at = 0;
                    length += piece.length;
                    if (length > 2 * becameBytes + LEAD_BYTES_MAX) {
                        throw notGzip(); // blocks of which nothing comes out
                    }
                }
            } catch (MediaRefused e) {
                refused = e;
                throw new IOException(e);
            } catch (InterruptedException e) {
                interrupted = e;
                throw new IOException(e);
            }
            return piece.length - at;
        }
    }
}
