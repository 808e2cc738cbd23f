package dev.tollgate.sandbox;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One thing that an answer does. A script is made of them, and so is every generated answer. */
public sealed interface Step {

    /**
     * One event, sent as it stands: an object as compact JSON, a string as its own characters (broken JSON too).
     *
     * @param tree not to be changed
     */
    record Event(JsonNode tree) implements Step {
        String text() {
            return tree.isString() ? tree.stringValue() : Json.write(tree);
        }
    }

    /**
     * The whole answer is an HTTP error.
     *
     * @param code 400 to 599
     * @param body sent as it stands (a string as HTML); null for what Google says with that status
     */
    record Status(int code, @Nullable JsonNode body) implements Step {
        public Status {
            if (code < 400 || code > 599) {
                throw new IllegalArgumentException("status must be 400 to 599, not " + code);
            }
        }
    }

    /** A pause. Before the first event the response's head waits as well. */
    record Delay(long millis) implements Step {
        static final long MILLIS_MAX = 600_000;

        public Delay {
            if (millis < 0 || millis > MILLIS_MAX) {
                throw new IllegalArgumentException("delay_ms must be 0 to " + MILLIS_MAX + ", not " + millis);
            }
        }
    }

    /** Something that goes wrong. */
    enum Fault implements Step {
        /** The connection is closed in the middle of things. */
        RESET,
        /** The answer ends here, in good order but without its rest. */
        EOF,
        /** {@code data: {"error":…}}, then the end. */
        ERROR_EVENT,
        /** A pretty-printed error without {@code data:}, then the end. */
        RAW_ERROR_TAIL,
        /** A page of a front end in place of JSON: status 502, or the rest of a stream. */
        HTML,
        /** Not a failure: everything that follows is written one byte at a time. */
        ONE_BYTE_AT_A_TIME;

        /** Whether the answer is over with it. */
        boolean ends() {
            return this != ONE_BYTE_AT_A_TIME;
        }
    }

    /** Whether this says what the answer is; otherwise it only says how it is sent. */
    default boolean decides() {
        return switch (this) {
            case Event event -> true;
            case Status status -> true;
            case Delay delay -> false;
            case Fault fault -> fault.ends();
        };
    }
}
