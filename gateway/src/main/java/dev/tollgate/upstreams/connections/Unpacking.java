package dev.tollgate.upstreams.connections;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import io.netty.handler.codec.compression.ZlibWrapper;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses an answer that a server or proxy has compressed although Tollgate did not request it. Pieces come out as they come in.
 * Confined to its call.
 */
final class Unpacking {

    /** The limit on one piece after decompression; an event has a limit of its own. */
    private static final int PIECE_BYTES_MAX = SseReader.EVENT_BYTES_MAX;

    private final EmbeddedChannel decoder;

    private Unpacking(ZlibWrapper form) {
        decoder = new EmbeddedChannel(new JdkZlibDecoder(form, true, 0));
    }

    /** Returns null if the answer is not compressed, or with an unknown method. */
    static @Nullable Unpacking of(@Nullable String contentEncoding) {
        return switch (contentEncoding == null ? "" : contentEncoding.strip().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> new Unpacking(ZlibWrapper.GZIP);
            case "deflate" -> new Unpacking(ZlibWrapper.ZLIB_OR_NONE);
            default -> null;
        };
    }

    /** Returns null if the bytes are invalid, or become too many. */
    byte @Nullable [] unpacked(byte[] packed, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length * 4);
        boolean fits = true;
        try {
            // A copy: the decoder keeps incomplete input, and the caller reuses its buffer.
            decoder.writeInbound(Unpooled.copiedBuffer(packed, 0, length));
        } catch (DecoderException broken) {
            fits = false;
        }
        for (ByteBuf piece = decoder.readInbound(); piece != null; piece = decoder.readInbound()) {
            fits &= out.size() + piece.readableBytes() <= PIECE_BYTES_MAX;
            if (fits) {
                byte[] bytes = new byte[piece.readableBytes()];
                piece.readBytes(bytes);
                out.writeBytes(bytes);
            }
            piece.release();
        }
        return fits ? out.toByteArray() : null;
    }

    void close() {
        decoder.finishAndReleaseAll();
    }
}
