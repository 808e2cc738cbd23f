package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.limits.GzipInput;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The content codings that a body comes in: none, one, or two different ones on top of each other (D25). What unpacking takes is bounded by what
 * comes out, by what has come in, and by processor time. Immutable.
 */
final class ContentCoding {

    static final ContentCoding IDENTITY = new ContentCoding(List.of());

    private static final int CODINGS_MAX = 2;

    /** The room of the decoder of zstd besides its window. */
    private static final long ZSTD_ROOM_BYTES = 512 * 1024;

    private static final int PIECE_BYTES_MAX = 16 * 1024;

    private enum Kind {
        GZIP,
        DEFLATE,
        ZSTD
    }

    private final List<Kind> applied;

    private ContentCoding(List<Kind> applied) {
        this.applied = applied;
    }

    /**
     * Reads the header {@code Content-Encoding}.
     *
     * @param isTaken whether the route takes compressed bodies
     * @throws dev.tollgate.base.error.ApiException 415 for other codings, for more than two, for a repeated coding, and for any if the route takes none
     */
    static ContentCoding of(List<String> header, boolean isTaken) {
        List<Kind> applied = new ArrayList<>(1);
        for (String name : String.join(",", header).split(",")) {
            switch (name.strip().toLowerCase(Locale.ROOT)) {
                case "", "identity" -> {}
                case "gzip", "x-gzip" -> applied.add(Kind.GZIP);
                case "deflate" -> applied.add(Kind.DEFLATE);
                case "zstd" -> applied.add(Kind.ZSTD);
                default -> throw isTaken ? unsupported() : notTaken();
            }
        }
        if (!applied.isEmpty() && !isTaken) {
            throw notTaken();
        }
        if (applied.size() > CODINGS_MAX || Set.copyOf(applied).size() < applied.size()) {
            throw unsupported();
        }
        return applied.isEmpty() ? IDENTITY : new ContentCoding(applied);
    }

    private static ApiException unsupported() {
        return refused(
                "The Content-Encoding is not supported: use zstd, gzip, deflate or none. At most two are taken, each once.",
                "zstd, gzip, deflate");
    }

    private static ApiException notTaken() {
        return refused("A compressed body is not taken here: send it as it is, without Content-Encoding.", "identity");
    }

    private static ApiException refused(String message, String accepted) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message)
                .withStatus(415)
                .withHeader("accept-encoding", accepted)
                .asException();
    }

    /**
     * Unpacks into {@code to}, whose limit stops a bomb. Takes processor time: for a platform thread, not for an event loop.
     *
     * @param length of the packed data, which may end before its array does
     * @param between makes room for what is unpacked once of two codings
     * @param memory is charged while the window of zstd is held
     * @throws dev.tollgate.base.error.ApiException 400 if the data is broken or takes too much time, 413 or 503 if a window has no room, and what {@code to} throws
     */
    void unpack(byte[] packed, int length, BodySink to, Supplier<BodyBytes> between, Lease memory) {
        UnpackingTime time = new UnpackingTime();
        if (applied.size() == CODINGS_MAX) {
            BodyBytes half = between.get();
            unpack(applied.getLast(), packed, length, half, memory, time);
            unpack(applied.getFirst(), half.array(), half.size(), to, memory, time);
            half.release();
        } else {
            unpack(applied.getFirst(), packed, length, to, memory, time);
        }
    }

    private static void unpack(Kind kind, byte[] packed, int length, BodySink to, Lease memory, UnpackingTime time) {
        long room = kind == Kind.ZSTD ? roomOfZstd(packed, length) : 0;
        memory.take(room);
        byte[] piece = new byte[PIECE_BYTES_MAX];
        Inflater bareOrZlib = new Inflater(!hasZlibHeader(packed, length));
        PackedBody body = new PackedBody(packed, length, kind != Kind.ZSTD, time);
        try (InputStream in = open(kind, body, bareOrZlib)) {
            for (int n = read(in, piece, kind); n >= 0; n = read(in, piece, kind)) {
                to.append(piece, n);
                body.became(n);
            }
            if (body.isEmptyBlocks) {
                throw invalid(kind);
            }
        } catch (IOException e) {
            throw invalid(kind);
        } finally {
            bareOrZlib.end();
            memory.give(room);
        }
    }

    /** Checks the frame before the decoder sees it, because the decoder makes room for whatever a frame announces. */
    private static long roomOfZstd(byte[] packed, int length) {
        int window = ZstdFrame.window(packed, length);
        if (window < 0) {
            throw invalid(Kind.ZSTD);
        }
        return 2L * window + ZSTD_ROOM_BYTES;
    }

    /** The decoder of zstd throws other exceptions than an input stream should. */
    private static int read(InputStream in, byte[] piece, Kind kind) throws IOException {
        try {
            return in.read(piece);
        } catch (ApiException e) {
            throw e;
        } catch (RuntimeException e) {
            if (kind == Kind.ZSTD) {
                throw new IOException(e);
            }
            throw e;
        }
    }

    private static ApiException invalid(Kind kind) {
        return ApiError.invalid(
                        null, "The request body is not valid " + kind.name().toLowerCase(Locale.ROOT) + " data.")
                .asException();
    }

    private static InputStream open(Kind kind, InputStream in, Inflater inflater) throws IOException {
        return switch (kind) {
            case GZIP -> new GzipInput(in, 512);
            case DEFLATE -> new InflaterInputStream(in, inflater);
            case ZSTD -> new ZstdInputStream(in);
        };
    }

    /**
     * A packed body as it is read. What is sent as gzip or deflate never has many more bytes than what comes out, unless it is made of empty
     * blocks, of which each costs the decoder its tables. The decoder of zstd has a whole window before anything comes out; {@link ZstdFrame} counts
     * the blocks.
     */
    private static final class PackedBody extends FilterInputStream {

        private static final int LEAD_BYTES_MAX = 64 * 1024;

        private final boolean comesOutAtOnce;
        private final UnpackingTime time;
        private long in;
        private long out;
        private long sinceAsked;

        /** The JDK takes what is thrown behind a member of a gzip file for its end. */
        private boolean isEmptyBlocks;

        PackedBody(byte[] packed, int length, boolean comesOutAtOnce, UnpackingTime time) {
            super(new ByteArrayInputStream(packed, 0, length));
            this.comesOutAtOnce = comesOutAtOnce;
            this.time = time;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            went(1);
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, Math.min(length, PIECE_BYTES_MAX));
            went(Math.max(0, read));
            return read;
        }

        private void went(int bytes) throws IOException {
            in += bytes;
            if (comesOutAtOnce && in > 2 * out + LEAD_BYTES_MAX) {
                isEmptyBlocks = true;
                throw new IOException("blocks of which nothing comes out");
            }
            asked(bytes);
        }

        /** Counts bytes that have come out. @throws ApiException 400 after too much time */
        void became(int bytes) {
            out += bytes;
            asked(bytes);
        }

        private void asked(int bytes) {
            sinceAsked += bytes;
            if (sinceAsked >= PIECE_BYTES_MAX) {
                sinceAsked = 0;
                time.check();
            }
        }
    }

    /** The processor time of one body, whatever it is packed in. Of the thread that makes it. */
    private static final class UnpackingTime {

        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
        private static final long NANOS_MAX = 500_000_000;

        private final long begunNanos = THREADS.getCurrentThreadCpuTime();

        /** @throws ApiException 400 if it is used up */
        void check() {
            if (THREADS.getCurrentThreadCpuTime() - begunNanos > NANOS_MAX) {
                throw ApiError.invalid(
                                null,
                                "The request body takes more than 0.5 s of processor time to unpack. Send it uncompressed.")
                        .asException();
            }
        }
    }

    /** "deflate" means zlib's format, but some clients send it bare. */
    private static boolean hasZlibHeader(byte[] packed, int length) {
        return length >= 2 && (packed[0] & 0x0f) == 8 && ((packed[0] & 0xff) * 256 + (packed[1] & 0xff)) % 31 == 0;
    }
}
