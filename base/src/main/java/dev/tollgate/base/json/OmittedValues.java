package dev.tollgate.base.json;

import dev.tollgate.base.memory.Tally;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** The values in a raw value that have no effect, by where they begin. For one thread. */
final class OmittedValues {

    static final int[] NOTHING = {};

    private final Tally tally;
    private int[] starts = NOTHING;
    private int count;

    /** @param tally charged with the places */
    OmittedValues(Tally tally) {
        this.tally = tally;
    }

    void add(int start) {
        if (count == starts.length) {
            int more = Math.max(8, count);
            tally.add((long) more * Integer.BYTES);
            starts = Arrays.copyOf(starts, count + more);
        }
        starts[count++] = start;
    }

    /** Returns the places in the order of the body. */
    int[] starts() {
        int[] all = count == 0 ? NOTHING : Arrays.copyOf(starts, count);
        Arrays.sort(all);
        return all;
    }

    /** Copies a value, which has been read before, without such values, their names and spaces between values. */
    static void copyWithout(int[] starts, byte[] body, int from, Utf8Buffer out) {
        try (BodyParser parser = JsonBody.FACTORY.of(body, from)) {
            new Copy(starts, body, parser, out).all();
        }
    }

    private static final class Copy {

        private final int[] starts;
        private final byte[] body;
        private final BodyParser parser;
        private final Utf8Buffer out;
        private int passed;
        private int open;
        private boolean isFirst = true;

        Copy(int[] starts, byte[] body, BodyParser parser, Utf8Buffer out) {
            this.starts = starts;
            this.body = body;
            this.parser = parser;
            this.out = out;
        }

        void all() {
            String name = null;
            do {
                JsonToken token = parser.nextToken();
                if (token == JsonToken.PROPERTY_NAME) {
                    name = parser.currentName();
                } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                    out.raw(token == JsonToken.END_OBJECT ? '}' : ']');
                    open--;
                    isFirst = false;
                    name = null;
                } else {
                    value(token, name);
                    name = null;
                }
            } while (open > 0);
        }

        private void value(@Nullable JsonToken token, @Nullable String name) {
            int at = (int) parser.currentTokenLocation().getByteOffset();
            while (passed < starts.length && starts[passed] < at) {
                passed++;
            }
            if (passed < starts.length && starts[passed] == at) {
                parser.skipChildren();
                return;
            }
            if (!isFirst) {
                out.raw(',');
            }
            if (name != null) {
                out.string(name).raw(':');
            }
            isFirst = token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY;
            open += isFirst ? 1 : 0;
            out.raw(body, at, isFirst ? 1 : parser.end() - at);
        }
    }
}
