package dev.tollgate.http;

import java.time.Duration;

/**
 * The limits of a caller before it is known.
 *
 * @param connectionsPerAddressMax open connections of one address (of IPv6 a /64), a further one is closed at once; behind trusted
 *     proxies the requests of one caller's address at once, and a further one gets a 429
 * @param wrongKeysPerMinuteMax wrong keys that one address may send within a minute; further ones get a 429 instead of the 401, valid
 *     ones are accepted all the same
 * @param headTime how long a connection may wait for its first byte, and a head that has begun for its last one; beyond it 408
 * @param halfClose how long after a request's end the end of what its caller sends may come and still be no departure; zero: it always is one
 */
public record EdgeLimits(
        int connectionsPerAddressMax, int wrongKeysPerMinuteMax, Duration headTime, Duration halfClose) {

    private static final int WRONG_KEYS_PER_MINUTE_MAX = 300;

    public static final Duration HEAD_TIME = Duration.ofSeconds(10);

    /** The longest time between the two system calls of a client that sends a request and closes its side. */
    public static final Duration HALF_CLOSE = Duration.ofMillis(20);

    public EdgeLimits {
        if (connectionsPerAddressMax < 1
                || wrongKeysPerMinuteMax < 0
                || !headTime.isPositive()
                || halfClose.isNegative()) {
            throw new IllegalArgumentException("a limit is out of range");
        }
    }

    /** Returns limits with which one address gets a quarter of all connections. */
    public static EdgeLimits of(int connectionsMax) {
        return new EdgeLimits(Math.max(1, connectionsMax / 4), WRONG_KEYS_PER_MINUTE_MAX, HEAD_TIME, HALF_CLOSE);
    }

    public EdgeLimits withConnectionsPerAddressMax(int connections) {
        return new EdgeLimits(connections, wrongKeysPerMinuteMax, headTime, halfClose);
    }

    public EdgeLimits withHeadTime(Duration time) {
        return new EdgeLimits(connectionsPerAddressMax, wrongKeysPerMinuteMax, time, halfClose);
    }

    public EdgeLimits withHalfClose(Duration halfClose) {
        return new EdgeLimits(connectionsPerAddressMax, wrongKeysPerMinuteMax, headTime, halfClose);
    }
}
