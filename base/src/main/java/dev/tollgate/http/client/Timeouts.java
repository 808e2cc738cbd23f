package dev.tollgate.http.client;

/**
 * The timeouts of a channel in milliseconds, each at least 1.
 *
 * @param connectMillis for a connection, including the wait for a free one
 * @param headMillis from the request to the response head: a model may think that long before it streams
 * @param idleMillis between two reads, up to a quarter longer; not counted while the caller is not reading
 * @param lingerMillis between two events after a finish reason: a longer silence ends the answer (D38)
 */
public record Timeouts(long connectMillis, long headMillis, long idleMillis, long lingerMillis) {

    public static final Timeouts DEFAULT = new Timeouts(5_000, 600_000, 120_000, 10_000);

    public Timeouts {
        if (Math.min(Math.min(connectMillis, headMillis), Math.min(idleMillis, lingerMillis)) < 1) {
            throw new IllegalArgumentException("a wait must be at least a millisecond");
        }
    }

    public long shortestMillis() {
        return Math.min(Math.min(connectMillis, headMillis), Math.min(idleMillis, lingerMillis));
    }
}
