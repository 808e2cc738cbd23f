package dev.tollgate.upstreams.connections;

import dev.tollgate.base.conversation.TextFiles;
import dev.tollgate.upstreams.media.Medium;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * A text file as the content of a JSON string in UTF-8, step by step. It is read as UTF-8, or as UTF-16 if it starts with a UTF-16 byte
 * order mark, strictly: any other fails with a {@link java.nio.charset.CharacterCodingException}. Blocks; for one thread.
 */
final class EscapedText {

    private static final int STEP_BYTES = 16 * 1024;
    private static final int MARK_BYTES = 2;

    private final Medium medium;
    private final CharsetDecoder decoder;
    private final byte[] bytes = new byte[STEP_BYTES];
    private final ByteBuffer in = ByteBuffer.wrap(bytes).limit(0);
    /** A step always fits, since no byte makes more than one character. */
    private final CharBuffer out = CharBuffer.allocate(STEP_BYTES);

    private long at;
    private boolean ended;

    EscapedText(Medium medium) throws IOException {
        this.medium = medium;
        this.decoder = charset(medium).newDecoder();
    }

    private static Charset charset(Medium medium) throws IOException {
        byte[] mark = new byte[MARK_BYTES];
        int read = medium.read(0, mark, 0, mark.length);
        return read == MARK_BYTES && TextFiles.hasMark(mark) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }

    /** Returns the length in bytes. Reads all of it. */
    static long length(Medium medium) throws IOException {
        EscapedText text = new EscapedText(medium);
        long length = 0;
        for (byte[] step = text.next(); step != null; step = text.next()) {
            length += step.length;
        }
        return length;
    }

    /** @return at most 96 KiB, perhaps none; null at the end */
    byte @Nullable [] next() throws IOException {
        if (ended) {
            return null;
        }
        in.compact();
        int read = medium.read(at, bytes, in.position(), in.remaining());
        at += read;
        in.position(in.position() + read).flip();
        ended = at == medium.length();
        out.clear();
        CoderResult result = decoder.decode(in, out, ended);
        if (result.isError()) {
            result.throwException();
        }
        if (ended) {
            decoder.flush(out);
        }
        return JsonStringEncoder.getInstance().quoteAsUTF8(out.flip().toString());
    }
}
