package dev.tollgate.http;

import java.time.Duration;

/**
 * The written limits of the front (D28, D29).
 *
 * @param bodyBytesMax a body, as sent and as decompressed; beyond it 413
 * @param smallBodyBytesMax a body up to here, as sent and not compressed, is small: read without asking who pays, and on the event
 *     loop; a larger one on another thread
 * @param headerBytesMax the header block of a caller with a known key; beyond it 400 (other callers: {@code HeadLimits})
 * @param connectionsMax open connections; a further one is closed at once
 * @param writeQueueBytesMax what may wait for a slow reader before its stream counts as full
 * @param bodyBytesPerSecondMin the slowest body, measured over {@code bodyWindow} of time in which it is read; below it 408
 * @param bodyTime how long a whole body may take, however fast its parts come; beyond it 408
 * @param idle how long a connection may stay without an exchange; covers headers that trickle in, too
 * @param write how long a full stream or a finished answer may wait for its reader before the connection is cut
 * @param linger how long the rest of a refused body is still read, so that the caller gets to see the answer
 * @param lingerBytesMax how much of it
 * @param sweep how often time limits are looked at; they are exact to this
 */
public record HttpLimits(
        int bodyBytesMax,
        int smallBodyBytesMax,
        int headerBytesMax,
        int connectionsMax,
        int writeQueueBytesMax,
        int bodyBytesPerSecondMin,
        Duration bodyWindow,
        Duration bodyTime,
        Duration idle,
        Duration write,
        Duration linger,
        long lingerBytesMax,
        Duration sweep) {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    public HttpLimits {
        if (bodyBytesMax < 1
                || smallBodyBytesMax < 0
                || headerBytesMax < 1
                || connectionsMax < 1
                || writeQueueBytesMax < 1
                || bodyBytesPerSecondMin < 0
                || lingerBytesMax < 0) {
            throw new IllegalArgumentException("a limit is out of range");
        }
        for (Duration time : new Duration[] {bodyWindow, bodyTime, idle, write, linger, sweep}) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a time limit must be positive");
            }
        }
    }

    /** Returns D29's figures. */
    public static HttpLimits defaults() {
        return of(
                32 * MIB,
                32 * KIB,
                16_384,
                Duration.ofSeconds(30),
                Duration.ofSeconds(120),
                Duration.ofSeconds(75),
                Duration.ofSeconds(120));
    }

    /** Returns D29's figures with those that an operator may set. */
    public static HttpLimits of(
            int bodyBytesMax,
            int headerBytesMax,
            int connectionsMax,
            Duration bodyWindow,
            Duration bodyTime,
            Duration idle,
            Duration write) {
        return new HttpLimits(
                bodyBytesMax,
                64 * KIB,
                headerBytesMax,
                connectionsMax,
                64 * KIB,
                KIB,
                bodyWindow,
                bodyTime,
                idle,
                write,
                Duration.ofSeconds(10),
                128L * MIB,
                Duration.ofSeconds(1));
    }
}
