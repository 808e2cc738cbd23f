package dev.tollgate.http.client;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;

/** The bytes of a line. Its buffer stays small until a line needs more: thousands of connections each keep one. Not safe for several threads. */
final class LineBuffer {

    private static final int BYTES_MIN = 16;
    private static final byte[] NONE = {};

    byte[] bytes = NONE;
    int length;

    /**
     * Takes a line without its end.
     *
     * @return whether it is complete
     * @throws IOException if it is longer than allowed
     */
    boolean take(ByteBuf in, int bytesMax) throws IOException {
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int more = end < 0 ? in.readableBytes() : end - in.readerIndex();
        AnswerParser.require(length + more <= bytesMax, "a line that is too long");
        in.readBytes(reserve(length + more), length, more);
        length += more;
        if (end < 0) {
            return false;
        }
        in.skipBytes(1);
        if (length > 0 && bytes[length - 1] == '\r') {
            length--;
        }
        return true;
    }

    byte[] reserve(int room) {
        if (room > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.max(room, BYTES_MIN), 2 * bytes.length));
        }
        return bytes;
    }
}
