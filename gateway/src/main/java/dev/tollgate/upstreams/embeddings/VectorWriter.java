package dev.tollgate.upstreams.embeddings;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes one vector as a JSON value, from its numbers as the upstream has written them. Digits stay as they are, unless the vector is
 * scaled: then they are the shortest ones of the float32. Confined to its reader.
 */
final class VectorWriter {

    /** The length of a number with its comma. The shortest digits of a double have at most 24. */
    static final int NUMBER_BYTES_MAX = 25;

    private final int dimensions;
    private final @Nullable Utf8Buffer digits;
    private final double @Nullable [] unscaled;
    private final @Nullable ByteBuffer floats;
    private int count;

    VectorWriter(EmbedAsk.Form form, int dimensions, boolean scales) {
        this.dimensions = dimensions;
        this.unscaled = scales ? new double[dimensions] : null;
        this.digits = form == EmbedAsk.Form.DIGITS ? new Utf8Buffer(dimensions * 14) : null;
        this.floats = form == EmbedAsk.Form.BASE64
                ? ByteBuffer.allocate(dimensions * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                : null;
    }

    /** @param number a JSON number @return whether it belongs to such a vector */
    boolean add(String number) {
        if (count == dimensions || number.length() >= NUMBER_BYTES_MAX) {
            return false;
        }
        if (unscaled != null) {
            unscaled[count++] = Double.parseDouble(number);
            return Double.isFinite(unscaled[count - 1]);
        }
        return write(number);
    }

    private boolean write(String number) {
        boolean isFirst = count++ == 0;
        if (digits != null) {
            digits.raw(isFirst ? '[' : ',').raw(number);
            return !hasExponent(number) || Float.isFinite(Float.parseFloat(number));
        }
        float value = Float.parseFloat(number);
        if (floats != null) {
            floats.putFloat(value);
        }
        return Float.isFinite(value);
    }

    /** Returns whether a number has an exponent. Without one, so few digits are within float32's range. */
    private static boolean hasExponent(String number) {
        return number.indexOf('e') >= 0 || number.indexOf('E') >= 0;
    }

    /** Returns the JSON value; null if the vector is too short. */
    byte @Nullable [] end() {
        if (count < dimensions) {
            return null;
        }
        if (unscaled != null) {
            scale(unscaled);
        }
        if (digits != null) {
            return digits.raw(']').toByteArray();
        }
        byte[] base64 = floats == null ? new byte[0] : Base64.getEncoder().encode(floats.array());
        return new Utf8Buffer(base64.length + 2).raw('"').raw(base64).raw('"').toByteArray();
    }

    /** A vector of zeros has no direction, and stays. */
    private void scale(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        double length = Math.sqrt(sum);
        count = 0;
        for (double value : values) {
            write(Float.toString((float) (length > 0 && Double.isFinite(length) ? value / length : value)));
        }
    }
}
