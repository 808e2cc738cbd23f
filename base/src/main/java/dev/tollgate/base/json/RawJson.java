package dev.tollgate.base.json;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonToken;

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

    /**
     * Returns the value in one line, for an event stream: without line breaks between its parts, and with those escaped that some clients see in
     * its strings (U+0085, U+2028, U+2029). It is copied only if it has any.
     */
    RawJson inOneLine() {
        if (leftOut.length > 0) {
            byte[] kept = utf8();
            return new RawJson(kept, 0, kept.length, OmittedValues.NOTHING).inOneLine();
        }
        Utf8Buffer line = null;
        int copied = from;
        for (int i = from; i < to; i++) {
            int length = breakLength(i);
            if (length > 0) {
                line = line == null ? new Utf8Buffer(to - from + 64) : line;
                line.raw(body, copied, i - copied).raw(escape(length, i));
                copied = i + length;
                i = copied - 1;
            }
        }
        if (line == null) {
            return this;
        }
        byte[] utf8 = line.raw(body, copied, to - copied).toByteArray();
        return new RawJson(utf8, 0, utf8.length, OmittedValues.NOTHING);
    }

    /** Returns how many bytes the line break at this place has; 0 if there is none. */
    private int breakLength(int at) {
        return switch (body[at]) {
            case '\n', '\r' -> 1;
            case (byte) 0xC2 -> body[at + 1] == (byte) 0x85 ? 2 : 0;
            case (byte) 0xE2 -> body[at + 1] == (byte) 0x80 && (body[at + 2] & 0xFE) == 0xA8 ? 3 : 0;
            default -> 0;
        };
    }

    private String escape(int length, int at) {
        return switch (length) {
            case 1 -> " ";
            case 2 -> "\\u0085";
            default -> body[at + 2] == (byte) 0xA8 ? "\\u2028" : "\\u2029";
        };
    }

    int length() {
        return to - from;
    }

    /** Returns JSON that is written out in the program. */
    public static RawJson of(String json) {
        byte[] utf8 = WrittenJson.of(json).utf8();
        return new RawJson(utf8, 0, utf8.length, OmittedValues.NOTHING);
    }

    /** Appends the value in the bytes that it came in. */
    public void write(Utf8Buffer out) {
        if (leftOut.length == 0) {
            out.raw(body, from, to - from);
        } else {
            OmittedValues.copyWithout(leftOut, body, from, out);
        }
    }

    /** Appends the value; a long one is sent from where it lies. */
    public void write(JsonPieces out) {
        out.repeat(body, from, to);
    }

    /**
     * Appends an object or an array of objects, in one line. Those of a type get the members that they lack.
     *
     * @param members each with its value, as JSON
     */
    public void write(JsonPieces out, String type, Map<String, String> members) {
        int written = from;
        try (BodyParser parser = JsonBody.FACTORY.of(body, from)) {
            boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
            JsonToken token = isArray ? parser.nextToken() : JsonToken.START_OBJECT;
            while (token == JsonToken.START_OBJECT) {
                Map<String, String> lacking = lacking(parser, type, members);
                if (!lacking.isEmpty()) {
                    int end = parser.end() - 1;
                    out.repeat(body, written, end);
                    lacking.forEach((name, value) ->
                            out.out().raw(',').string(name).raw(':').raw(value));
                    written = end;
                }
                token = isArray ? parser.nextToken() : JsonToken.END_ARRAY;
            }
        }
        out.repeat(body, written, to);
    }

    private static Map<String, String> lacking(BodyParser parser, String type, Map<String, String> members) {
        Map<String, String> lacking = new TreeMap<>(members);
        boolean isOfType = false;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            lacking.remove(name);
            isOfType |= parser.nextToken() == JsonToken.VALUE_STRING
                    && name.equals("type")
                    && parser.getString().equals(type);
            parser.skipChildren();
        }
        return isOfType ? lacking : Map.of();
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
