package dev.tollgate.base.json;

import java.util.Arrays;

/** A value as it stands in a body, which is not copied. Immutable. */
public final class RawJson {

    private final byte[] body;
    private final int from;
    private final int to;

    /** @param body valid UTF-8, not changed any more */
    RawJson(byte[] body, int from, int to) {
        this.body = body;
        this.from = from;
        this.to = to;
    }

    /** Returns JSON that is written out in the program. */
    public static RawJson of(String json) {
        byte[] utf8 = WrittenJson.of(json).utf8();
        return new RawJson(utf8, 0, utf8.length);
    }

    /** Appends the value in the bytes that it came in. */
    public void write(Utf8Buffer out) {
        out.raw(body, from, to - from);
    }

    /** Appends the value; a long one is sent from where it lies. */
    public void write(JsonPieces out) {
        out.repeat(body, from, to);
    }

    /** Returns a copy of the bytes. */
    public byte[] utf8() {
        return Arrays.copyOfRange(body, from, to);
    }
}
