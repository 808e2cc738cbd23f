package dev.tollgate.upstreams.media;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** URLs of media that only Google can read and that Tollgate cannot download. */
public final class GoogleUrl {

    private static final Set<String> YOUTUBE =
            Set.of("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be");

    private static final String FILES_API = "generativelanguage.googleapis.com";
    private static final String GS = "gs://";

    private GoogleUrl() {}

    /** A page with a video, which is no video itself. */
    public static boolean isYouTube(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null
                    && YOUTUBE.contains(uri.getHost().toLowerCase(Locale.ROOT))
                    && uri.getUserInfo() == null
                    && uri.getPort() == -1;
        } catch (URISyntaxException notAUrl) {
            return false;
        }
    }

    /** In Google's storage, beginning with {@code gs://} in any case. */
    public static boolean isStored(String url) {
        return url.toLowerCase(Locale.ROOT).startsWith(GS);
    }

    /**
     * Refuses a URL from which Tollgate cannot download, before anything is done.
     *
     * @throws MediaRefused if the URL is not http(s), or is a file of Google's Files API; the text follows the field's name
     */
    public static void requireDownload(String url) throws MediaRefused {
        if (MediaUrl.parse(url).host().equals(FILES_API)) {
            throw new MediaRefused(
                    "is a file of Google's Files API, which is not supported; upload it to this server, or send the file itself.");
        }
    }
}
