package dev.tollgate.upstreams.pool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reading of the operator's channels file.
 *
 * @param hedgeAfter how long a call waits for its first channel before a second one runs at the same time; at least a millisecond, null for
 *     never
 * @param keepsSessions whether the calls of a session go to one channel (E85), not to a random one each
 */
public record PoolSpec(List<ChannelSpec> channels, @Nullable Duration hedgeAfter, boolean keepsSessions) {

    public PoolSpec {
        channels = List.copyOf(channels);
        if (hedgeAfter != null && hedgeAfter.toMillis() < 1) {
            throw new IllegalArgumentException("a wait must be at least a millisecond");
        }
    }

    /** Returns channels without hedging. */
    public static PoolSpec of(List<ChannelSpec> channels) {
        return new PoolSpec(channels, null, true);
    }
}
