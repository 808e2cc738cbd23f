package dev.tollgate.upstreams.media;

import java.util.Locale;

/** The end of a download for a call. */
public enum DownloadEnd {
    LOADED,
    /** The file is not accepted, or could not be downloaded. */
    REFUSED,
    /** The account requests too much at the same time. */
    BUSY,
    /** We had no room for it. */
    NO_ROOM,
    /** The call had ended, or could no longer succeed since another of its files failed. */
    CANCELLED,
    /** The program has failed. */
    FAILED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
