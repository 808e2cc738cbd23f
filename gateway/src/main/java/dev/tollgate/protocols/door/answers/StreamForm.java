package dev.tollgate.protocols.door.answers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A way in which a stream leaves.
 *
 * @param contentType of the stream, and of a whole body if the stream has no events
 * @param silence after how much of it a heartbeat goes out (D35, E21); null for never
 * @param heartbeat ASCII characters that clients of the protocol read over between two events, or with which each event begins
 */
public record StreamForm(String contentType, @Nullable Duration silence, String heartbeat) {

    public static final String EVENTS = "text/event-stream";

    /** The form of a response that never leaves as a stream. */
    public static final StreamForm NONE = new StreamForm(EVENTS, null, "");

    /** A comment line. A blank line behind it would be an event without data, which older clients of OpenAI's protocols cannot read. */
    public static final String COMMENT = ": keep-alive\n";

    boolean isEvents() {
        return contentType.equals(EVENTS);
    }
}
