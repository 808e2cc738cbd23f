package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.upstreams.media.GoogleUrl;
import dev.tollgate.upstreams.media.MediaRefused;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Media that Gemini fetches itself: public YouTube videos, and files in those buckets of Google's storage that the operator has opened.
 * Files and caches of the operator's are out of reach (D49).
 *
 * @param mimeType null where Gemini finds out itself
 */
record RemoteMedia(String fileUri, @Nullable String mimeType) {

    private static final String GS = "gs://";

    /**
     * @param buckets that callers may name files of
     * @return null for what has to be downloaded
     * @throws dev.tollgate.base.error.ApiException for what is neither
     */
    static @Nullable RemoteMedia of(ContentPart.Media part, ContentPart.Source.Remote remote, Set<String> buckets) {
        String url = remote.url();
        if (GoogleUrl.isYouTube(url)) {
            return new RemoteMedia(url, null);
        }
        if (GoogleUrl.isStored(url)) {
            return inBucket(part, remote, buckets);
        }
        requireDownload(part, url);
        return null;
    }

    private static RemoteMedia inBucket(ContentPart.Media part, ContentPart.Source.Remote remote, Set<String> buckets) {
        String path = remote.url().substring(GS.length());
        requireOpenBucket(part, GS + path, buckets);
        String type = remote.suffixType();
        if (type == null) {
            throw InlineMedia.refuse(part, "has a name whose suffix tells no media type; rename it, like x.pdf.");
        }
        return new RemoteMedia(GS + path, type);
    }

    /** @param uri beginning with {@code gs://} */
    static void requireOpenBucket(ContentPart.Media part, String uri, Set<String> buckets) {
        if (!isInOpenBucket(uri, buckets)) {
            throw InlineMedia.refuse(part, "is not a file in one of the buckets that are open to callers.");
        }
    }

    static boolean isInOpenBucket(String uri, Set<String> buckets) {
        int slash = uri.indexOf('/', GS.length());
        return uri.startsWith(GS)
                && slash > GS.length()
                && slash < uri.length() - 1
                && buckets.contains(uri.substring(GS.length(), slash));
    }

    /** A URL that cannot be downloaded from is refused before anything is done. */
    static void requireDownload(ContentPart.Media part, String text) {
        try {
            GoogleUrl.requireDownload(text);
        } catch (MediaRefused refused) {
            throw InlineMedia.refuse(part, refused.why());
        }
    }
}
