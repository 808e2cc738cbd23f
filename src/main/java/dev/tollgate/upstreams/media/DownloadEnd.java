package dev.tollgate.upstreams.media;

import java.util.Locale;

/** How a download for a call has ended. */
public enum DownloadEnd {
    LOADED,
    /** It is not taken, or could not be had. */
    REFUSED,
    /** Its account wants too much at once. */
    BUSY,
    /** We had no room for it. */
    NO_ROOM,
    /** Its call was over before it, or could not be any more since another of its media was not had. */
    CANCELLED,
    /** By a fault of ours. */
    FAILED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
