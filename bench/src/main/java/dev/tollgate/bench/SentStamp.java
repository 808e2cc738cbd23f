package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * When the mock has sent an event: {@link System#nanoTime} in the event's text, which every server between mock and load generator hands on.
 * An instance finds the stamps in a body read byte by byte, wherever it was cut and however many events share a piece of it.
 */
final class SentStamp implements ByteProcessor {
    private static final String LABEL = "sent-";
    private static final byte[] LABEL_BYTES = LABEL.getBytes(StandardCharsets.US_ASCII);

    /** As many as the largest long has; on Linux the clock is never negative. */
    private static final int DIGITS = 19;

    /** Stands in an event where its stamp is to come. */
    static final String PLACE = LABEL + "0".repeat(DIGITS);

    private static final ByteBuf PLACE_BYTES =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(PLACE, StandardCharsets.US_ASCII));

    private final LongConsumer found;
    private int matched;
    private int digits;
    private long value;

    /** @param found gets each stamp as its last digit is read */
    SentStamp(LongConsumer found) {
        this.found = found;
    }

    /** A copy of {@code event}, which must have the place for it, with the stamp; to be written once. */
    static ByteBuf stamped(ByteBuf event, long nanos) {
        ByteBuf copy = Unpooled.copiedBuffer(event);
        int end = ByteBufUtil.indexOf(PLACE_BYTES.duplicate(), copy) + PLACE.length();
        long rest = nanos;
        for (int digit = 1; digit <= DIGITS; digit++) {
            copy.setByte(end - digit, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        return copy;
    }

    void reset() {
        matched = 0;
        digits = 0;
        value = 0;
    }

    @Override
    public boolean process(byte read) {
        if (matched < LABEL_BYTES.length && read == LABEL_BYTES[matched]) {
            matched++;
        } else if (matched == LABEL_BYTES.length && read >= '0' && read <= '9') {
            digit(read - '0');
        } else {
            reset();
            matched = read == LABEL_BYTES[0] ? 1 : 0;
        }
        return true;
    }

    private void digit(int digit) {
        value = value * 10 + digit;
        digits++;
        if (digits == DIGITS) {
            found.accept(value);
            reset();
        }
    }
}
