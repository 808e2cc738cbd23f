package dev.tollgate.base.json;

import java.util.Arrays;

/** A value as it stands in a body, which is not copied, without what was passed over in it. Immutable. */
public final class RawJson {

    private final byte[] body;
    private final int from;
    private final int to;
    private final int[] leftOut;

    /**
     * @param body valid UTF-8, not changed any more
     * @param leftOut where the values begin that are not part of it, in the order of the body
     */
    RawJson(byte[] body, int from, int to, int[] leftOut) {
        this.body = body;
        this.from = from;
        this.to = to;
        this.leftOut = leftOut;
    }

    /** Returns JSON that is written out in the program. */
    public static RawJson of(String json) {
        byte[] utf8 = WrittenJson.of(json).utf8();
        return new RawJson(utf8, 0, utf8.length, LeftOut.NOTHING);
    }

    /** Appends the value in the bytes that it came in. */
    public void write(Utf8Buffer out) {
        if (leftOut.length == 0) {
            out.raw(body, from, to - from);
        } else {
            LeftOut.copyWithout(leftOut, body, from, out);
        }
    }

    /** Appends the value; a long one is sent from where it lies. */
    public void write(JsonPieces out) {
        out.repeat(body, from, to);
    }

    /** Returns a copy of the bytes. */
    public byte[] utf8() {
        if (leftOut.length == 0) {
            return Arrays.copyOfRange(body, from, to);
        }
        Utf8Buffer out = new Utf8Buffer(0);
        write(out);
        return out.toByteArray();
    }

    /** Returns the most bytes that it has. */
    public int bytesMax() {
        return to - from;
    }
}
