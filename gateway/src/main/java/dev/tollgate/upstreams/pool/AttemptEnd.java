package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import java.util.Locale;

/** The ways in which an attempt can end, for metrics. */
public enum AttemptEnd {
    ANSWERED,
    /** A normal end without any output. */
    EMPTY,
    REFUSED,
    TOO_LONG,
    SIGNATURE,
    REPLACED,
    MISCONFIGURED,
    QUOTA,
    DAY_QUOTA,
    UNAVAILABLE,
    BROKEN,
    /** Failed because of this server, not of the channel. */
    LOCAL,
    /** The caller left, or the answer had reached the end of its hold or a maximum. */
    CANCELLED,
    /** Another channel was faster. */
    OVERTAKEN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static AttemptEnd of(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case REFUSED -> REFUSED;
            case TOO_LONG -> TOO_LONG;
            case SIGNATURE -> SIGNATURE;
            case REPLACED -> REPLACED;
            case MISCONFIGURED -> MISCONFIGURED;
            case QUOTA -> QUOTA;
            case DAY_QUOTA -> DAY_QUOTA;
            case UNAVAILABLE -> UNAVAILABLE;
            case TOO_LARGE, BROKEN -> BROKEN;
            case LOCAL -> LOCAL;
        };
    }
}
