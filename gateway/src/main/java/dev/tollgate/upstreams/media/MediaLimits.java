package dev.tollgate.upstreams.media;

import java.time.Duration;

/**
 * D29.
 *
 * @param mediumBytesMax of one medium
 * @param callBytesMax of all media of a call
 * @param madeBytesMax of a file that a model makes
 * @param spoolBytesMax of all files that media lie in
 * @param time of one download, redirects included, and of the wait before it
 * @param redirectsMax of one download
 * @param downloadsMax at once
 * @param accountDownloadsMax at once for one account
 */
public record MediaLimits(
        long mediumBytesMax,
        long callBytesMax,
        long madeBytesMax,
        long spoolBytesMax,
        Duration time,
        int redirectsMax,
        int downloadsMax,
        int accountDownloadsMax) {

    public MediaLimits {
        if (mediumBytesMax < 1 || callBytesMax < 1 || madeBytesMax < 1 || spoolBytesMax < 1 || redirectsMax < 0) {
            throw new IllegalArgumentException("limits out of range");
        }
        if (time.toMillis() < 1 || downloadsMax < 1 || accountDownloadsMax < 1) {
            throw new IllegalArgumentException("limits out of range");
        }
    }
}
