package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * By which load generator and mock mean the same call: a number in the text of the request, which every server between them hands on.
 * An instance finds it in a body read byte by byte, wherever it was cut.
 */
final class CallNumber implements ByteProcessor {
    private static final String LABEL = "departure-";
    private static final byte[] LABEL_BYTES = LABEL.getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 9;

    /** Stands in a request where its number is to come. */
    static final String PLACE = LABEL + "0".repeat(DIGITS);

    private static final byte[] PLACE_BYTES = PLACE.getBytes(StandardCharsets.US_ASCII);

    private int matched;
    private int digits;
    private long value;

    /** A copy of {@code request} with its number in place, to be written once. */
    static ByteBuf numbered(ByteBuf request, long number) {
        ByteBuf copy = Unpooled.copiedBuffer(request);
        int place = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(PLACE_BYTES), copy);
        copy.setBytes(place, String.format(Locale.ROOT, LABEL + "%09d", number).getBytes(StandardCharsets.US_ASCII));
        return copy;
    }

    void reset() {
        matched = 0;
        digits = 0;
        value = 0;
    }

    /** 0 where none was found. */
    long value() {
        return digits == DIGITS ? value : 0;
    }

    @Override
    public boolean process(byte read) {
        if (digits == DIGITS) {
            return false;
        }
        if (matched < LABEL_BYTES.length && read == LABEL_BYTES[matched]) {
            matched++;
        } else if (matched == LABEL_BYTES.length && read >= '0' && read <= '9') {
            value = value * 10 + read - '0';
            digits++;
        } else {
            reset();
            matched = read == LABEL_BYTES[0] ? 1 : 0;
        }
        return true;
    }
}
