package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.Lease;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** The content codings that a body comes in: none, one, or two on top of each other (A1, D25). Immutable. */
final class ContentCoding {

    static final ContentCoding IDENTITY = new ContentCoding(List.of());

    private static final int CODINGS_MAX = 2;

    /** The room of the decoder of zstd besides its window. */
    private static final long ZSTD_ROOM_BYTES = 512 * 1024;

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
     * @throws dev.tollgate.base.error.ApiException 415 for other codings, and for more than two
     */
    static ContentCoding of(List<String> header) {
        List<Kind> applied = new ArrayList<>(1);
        for (String name : String.join(",", header).split(",")) {
            switch (name.strip().toLowerCase(Locale.ROOT)) {
                case "", "identity" -> {}
                case "gzip", "x-gzip" -> applied.add(Kind.GZIP);
                case "deflate" -> applied.add(Kind.DEFLATE);
                case "zstd" -> applied.add(Kind.ZSTD);
                default -> throw unsupported();
            }
        }
        if (applied.size() > CODINGS_MAX) {
            throw unsupported();
        }
        return applied.isEmpty() ? IDENTITY : new ContentCoding(applied);
    }

    private static ApiException unsupported() {
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "The Content-Encoding is not supported: use zstd, gzip, deflate or none.")
                .withStatus(415)
                .withHeader("accept-encoding", "zstd, gzip, deflate")
                .asException();
    }

    /**
     * Unpacks into {@code to}, whose limit stops a bomb. Takes processor time: not for an event loop.
     *
     * @param length of the packed data, which may end before its array does
     * @param between makes room for what is unpacked once of two codings
     * @param memory is charged while the window of zstd is held
     * @throws dev.tollgate.base.error.ApiException 400 if the data is broken, 413 or 503 if a window has no room, and what {@code to} throws
     */
    void unpack(byte[] packed, int length, BodySink to, Supplier<BodyBytes> between, Lease memory) {
        if (applied.size() == CODINGS_MAX) {
            BodyBytes half = between.get();
            unpack(applied.getLast(), packed, length, half, memory);
            unpack(applied.getFirst(), half.array(), half.size(), to, memory);
            half.release();
        } else {
            unpack(applied.getFirst(), packed, length, to, memory);
        }
    }

    private static void unpack(Kind kind, byte[] packed, int length, BodySink to, Lease memory) {
        long room = kind == Kind.ZSTD ? roomOfZstd(packed, length) : 0;
        memory.take(room);
        byte[] piece = new byte[16 * 1024];
        Inflater bareOrZlib = new Inflater(!hasZlibHeader(packed, length));
        try (InputStream in = open(kind, packed, length, bareOrZlib)) {
            for (int n = read(in, piece, kind); n >= 0; n = read(in, piece, kind)) {
                to.append(piece, n);
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

    private static InputStream open(Kind kind, byte[] packed, int length, Inflater inflater) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(packed, 0, length);
        return switch (kind) {
            case GZIP -> new GZIPInputStream(in);
            case DEFLATE -> new InflaterInputStream(in, inflater);
            case ZSTD -> new ZstdInputStream(in);
        };
    }

    /** "deflate" means zlib's format, but some clients send it bare. */
    private static boolean hasZlibHeader(byte[] packed, int length) {
        return length >= 2 && (packed[0] & 0x0f) == 8 && ((packed[0] & 0xff) * 256 + (packed[1] & 0xff)) % 31 == 0;
    }
}
