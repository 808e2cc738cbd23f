package dev.tollgate.protocols.door;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a stream leaves.
 *
 * @param silence after how much of it a heartbeat goes out (D35, E21); null for never
 * @param heartbeat whole events of ASCII characters that are no part of the response
 */
public record StreamForm(String contentType, @Nullable Duration silence, String heartbeat) {

    public static final String EVENTS = "text/event-stream";
}
