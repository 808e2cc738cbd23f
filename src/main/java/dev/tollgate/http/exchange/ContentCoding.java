package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The content codings that a body may come in (D25). */
enum ContentCoding {
    IDENTITY,
    GZIP,
    DEFLATE;

    /** @throws dev.tollgate.base.error.ApiException 415 for anything else, several codings on top of each other included */
    static ContentCoding of(@Nullable String header) {
        return switch (header == null ? "" : header.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "deflate" -> DEFLATE;
            default ->
                throw ApiError.of(
                                ErrorCode.INVALID_REQUEST,
                                "The Content-Encoding is not supported: use gzip, deflate or none.")
                        .withStatus(415)
                        .withHeader("accept-encoding", "gzip, deflate")
                        .asException();
        };
    }

    /**
     * Unpacks into {@code to}, whose limit stops a bomb. Takes processor time: not for an event loop.
     *
     * @param length of the packed data, which may end before its array does
     * @throws dev.tollgate.base.error.ApiException 400 where the data is broken, and what {@code to} throws
     */
    void unpack(byte[] packed, int length, BodySink to) {
        byte[] piece = new byte[16 * 1024];
        Inflater bareOrZlib = new Inflater(!hasZlibHeader(packed, length));
        try (InputStream in = open(packed, length, bareOrZlib)) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                to.append(piece, n);
            }
        } catch (IOException e) {
            throw ApiError.invalid(null, "The request body is not valid " + name().toLowerCase(Locale.ROOT) + " data.")
                    .asException();
        } finally {
            bareOrZlib.end();
        }
    }

    private InputStream open(byte[] packed, int length, Inflater inflater) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(packed, 0, length);
        return switch (this) {
            case IDENTITY -> in;
            case GZIP -> new GZIPInputStream(in);
            case DEFLATE -> new InflaterInputStream(in, inflater);
        };
    }

    /** "deflate" means zlib's format, but some clients send it bare. */
    private static boolean hasZlibHeader(byte[] packed, int length) {
        return length >= 2 && (packed[0] & 0x0f) == 8 && ((packed[0] & 0xff) * 256 + (packed[1] & 0xff)) % 31 == 0;
    }
}
