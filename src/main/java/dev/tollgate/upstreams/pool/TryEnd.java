package dev.tollgate.upstreams.pool;

import java.util.Locale;

/** How a try has ended, for who watches. */
public enum TryEnd {
    ANSWERED,
    /** It ended well, and there was nothing in it. */
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
    /** Nobody wanted it any more, or its answer had come to where the hold or a maximum ends. */
    CANCELLED,
    /** Another channel was faster. */
    OVERTAKEN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static TryEnd of(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case REFUSED -> REFUSED;
            case TOO_LONG -> TOO_LONG;
            case SIGNATURE -> SIGNATURE;
            case REPLACED -> REPLACED;
            case MISCONFIGURED -> MISCONFIGURED;
            case QUOTA -> QUOTA;
            case DAY_QUOTA -> DAY_QUOTA;
            case UNAVAILABLE -> UNAVAILABLE;
            case BROKEN -> BROKEN;
        };
    }
}
