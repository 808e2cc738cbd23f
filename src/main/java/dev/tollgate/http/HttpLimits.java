package dev.tollgate.http;

import java.time.Duration;

/**
 * The written limits of the front (D28, D29).
 *
 * @param bodyBytesMax a body, as sent and as decompressed; beyond it 413
 * @param smallBodyBytesMax a body up to here, as sent and not compressed, is small: read without being asked who pays, and on the event
 *     loop; a larger one beside it
 * @param headerBytesMax the header block; beyond it 400
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

    /** D29's figures. */
    public static HttpLimits defaults() {
        return new HttpLimits(
                32 * MIB,
                64 * KIB,
                32 * KIB,
                16_384,
                64 * KIB,
                KIB,
                Duration.ofSeconds(30),
                Duration.ofSeconds(120),
                Duration.ofSeconds(75),
                Duration.ofSeconds(120),
                Duration.ofSeconds(10),
                128L * MIB,
                Duration.ofSeconds(1));
    }

    /** The same with another limit of a body. */
    public HttpLimits withBodyBytesMax(int bytes) {
        return new HttpLimits(
                bytes,
                smallBodyBytesMax,
                headerBytesMax,
                connectionsMax,
                writeQueueBytesMax,
                bodyBytesPerSecondMin,
                bodyWindow,
                bodyTime,
                idle,
                write,
                linger,
                lingerBytesMax,
                sweep);
    }

    /** The same with another limit of the header block. */
    public HttpLimits withHeaderBytesMax(int bytes) {
        return new HttpLimits(
                bodyBytesMax,
                smallBodyBytesMax,
                bytes,
                connectionsMax,
                writeQueueBytesMax,
                bodyBytesPerSecondMin,
                bodyWindow,
                bodyTime,
                idle,
                write,
                linger,
                lingerBytesMax,
                sweep);
    }

    public HttpLimits withConnectionsMax(int connections) {
        return new HttpLimits(
                bodyBytesMax,
                smallBodyBytesMax,
                headerBytesMax,
                connections,
                writeQueueBytesMax,
                bodyBytesPerSecondMin,
                bodyWindow,
                bodyTime,
                idle,
                write,
                linger,
                lingerBytesMax,
                sweep);
    }

    /** The same with other times for bodies, idle connections and slow readers. */
    public HttpLimits withTimes(Duration bodyWindow, Duration bodyTime, Duration idle, Duration write) {
        return new HttpLimits(
                bodyBytesMax,
                smallBodyBytesMax,
                headerBytesMax,
                connectionsMax,
                writeQueueBytesMax,
                bodyBytesPerSecondMin,
                bodyWindow,
                bodyTime,
                idle,
                write,
                linger,
                lingerBytesMax,
                sweep);
    }
}
