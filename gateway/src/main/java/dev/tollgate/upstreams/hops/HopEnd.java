package dev.tollgate.upstreams.hops;

/** The end of a hop, for metrics. */
public enum HopEnd {
    /** A chunk had the token for the rest. */
    CONTINUED,
    /** The hop was the last, although the upstream would go on: it brought the answer no further, or there were very many (H8). */
    STUCK,
    /** Any other end, or a failure. */
    OTHER
}
