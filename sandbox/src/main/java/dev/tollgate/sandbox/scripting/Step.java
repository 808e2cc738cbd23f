package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A thing that a response does. A script is made of them, and so is every generated answer. */
public sealed interface Step {

    /** An event, sent unchanged: an object as compact JSON, a string as its own characters (broken JSON too). */
    sealed interface Event extends Step {
        /** Returns the event; the caller must not change it. */
        JsonNode tree();

        default String text() {
            JsonNode tree = tree();
            return tree.isString() ? tree.stringValue() : JsonTrees.write(tree);
        }
    }

    /** An event that a script or an error holds. */
    record Fixed(JsonNode tree) implements Event {}

    /** An event that is made each time it is sent, since the trees of a long answer take a hundred times its text. */
    record Made(Supplier<ObjectNode> source) implements Event {
        @Override
        public ObjectNode tree() {
            return source.get();
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
        public static final long MILLIS_MAX = 600_000;

        public Delay {
            if (millis < 0 || millis > MILLIS_MAX) {
                throw new IllegalArgumentException("delay_ms must be 0 to " + MILLIS_MAX + ", not " + millis);
            }
        }
    }

    /** What follows is written byte by byte, each after a pause. */
    record Trickle(long millis) implements Step {
        public Trickle {
            if (millis < 0 || millis > Delay.MILLIS_MAX) {
                throw new IllegalArgumentException("every_ms must be 0 to " + Delay.MILLIS_MAX + ", not " + millis);
            }
        }
    }

    /** Not a failure: the head names this service tier; an empty one is not named. */
    record Tier(String word) implements Step {}

    /**
     * The way in which events with images are sent from now on. This is no failure.
     *
     * @param filling the bytes behind the end of each image
     * @param pieces about how many writes an event is; 0 for as few as there can be
     */
    record Images(int filling, int pieces) implements Step {}

    /** Something that goes wrong. */
    enum Fault implements Step {
        /** The connection is closed in the middle of things. */
        RESET,
        /** Half of the next event is sent, then the connection is closed. */
        RESET_MID_EVENT,
        /** Nothing more comes for ten minutes. */
        HANG,
        /** The answer ends here, in good order but without its rest. */
        EOF,
        /** {@code data: {"error":…}}, then the end. */
        ERROR_EVENT,
        /** A pretty-printed error without {@code data:}, then the end. */
        RAW_ERROR_TAIL,
        /** An HTML page of a front end instead of JSON: status 502, or the rest of a stream. */
        HTML,
        /** The head is sent now, before any event. This is no failure. */
        HEADERS,
        /** The rest is written one byte at a time. This is no failure. */
        ONE_BYTE_AT_A_TIME,
        /** The whole response is one write. This is no failure. */
        ONE_WRITE,
        /** The rest is cut inside each character of several bytes. This is no failure. */
        SPLIT_UTF8,
        /** The response is compressed. This is no failure. */
        GZIP,
        /** Slashes and equals signs are JSON escapes from now on. This is no failure. */
        JSON_ESCAPES;

        private static final Set<Fault> WAYS =
                Set.of(HEADERS, ONE_BYTE_AT_A_TIME, ONE_WRITE, SPLIT_UTF8, GZIP, JSON_ESCAPES);

        /** Returns whether the answer is over with it. */
        boolean ends() {
            return !WAYS.contains(this);
        }
    }

    /** Returns whether this says what the answer is; otherwise it only says how it is sent. */
    default boolean decides() {
        return switch (this) {
            case Event event -> true;
            case Status status -> true;
            case Delay delay -> false;
            case Trickle trickle -> false;
            case Tier tier -> false;
            case Images images -> false;
            case Fault fault -> fault.ends();
        };
    }
}
