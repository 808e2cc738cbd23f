package dev.tollgate.protocols.door;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a stream leaves.
 *
 * @param heartbeat after how much silence a comment goes out (D35); null for never
 */
public record StreamForm(String contentType, @Nullable Duration heartbeat) {

    public static final String EVENTS = "text/event-stream";
}
