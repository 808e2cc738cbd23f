package dev.tollgate.pages.frame;

import dev.tollgate.http.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/**
 * Answers as gzip. Only for what is the same for all readers: from the length of packed bytes, who can put words of their own into an answer learns what
 * else is in it.
 */
final class Packing {

    private Packing() {}

    /** Returns whether the caller reads gzip; the answer says that it depends on that. */
    static boolean isAccepted(Exchange exchange) {
        exchange.setHeader("vary", "accept-encoding");
        String accepted = exchange.header("accept-encoding");
        return accepted != null && accepted.contains("gzip");
    }

    /** Marks the answer as packed. */
    static void mark(Exchange exchange) {
        exchange.setHeader("content-encoding", "gzip");
    }

    static byte[] packed(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2);
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
