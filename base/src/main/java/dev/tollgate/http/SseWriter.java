package dev.tollgate.http;

import java.time.Duration;

/** A response that is written in pieces, as fast as its caller reads. Writes nothing once the caller has disconnected. On its exchange's event loop. */
public interface SseWriter {

    /** Sends whole events, including their blank lines, in one write; pass all that there are, not one by one. */
    default void write(byte[] events) {
        write(events, events.length);
    }

    /** Sends the first bytes of an array, which may be changed afterwards. */
    void write(byte[] events, int length);

    /** Ends the response. */
    default void end() {
        end(new byte[0], 0);
    }

    /** Sends the last events and ends the response. */
    default void end(byte[] last) {
        end(last, last.length);
    }

    /** Sends the first bytes of an array, which may be changed afterwards, and ends the response. */
    void end(byte[] last, int length);

    /** Returns the most bytes that one write should have, if there are many: so many are reserved for a billed response. */
    int pieceBytes();

    /** Returns whether the caller reads more slowly than this writes; then stop producing until {@link #onDrain}. */
    boolean full();

    /** Sets what runs each time there is room again after {@link #full} was true; a later step replaces an earlier one. */
    void onDrain(Runnable drained);

    /** A heartbeat that clients of the protocol skip: a comment line. */
    String COMMENT = ": keep-alive\n\n";

    /** Sends a comment line after each such silence (D35), exact to the limits' sweep. */
    default void heartbeatAfter(Duration silence) {
        heartbeatAfter(silence, COMMENT);
    }

    /**
     * Sends ASCII characters after each such silence.
     *
     * @param heartbeat whole lines; or the characters with which each event begins: these are sent early, then a space for each further silence
     */
    void heartbeatAfter(Duration silence, String heartbeat);
}
