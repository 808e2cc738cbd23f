package dev.tollgate.gemini;

import dev.tollgate.error.ApiError;
import dev.tollgate.openai.ContentPart;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Media that Gemini fetches itself: public YouTube videos. Files and caches of the operator's are out of reach (D49). */
final class RemoteMedia {

    private static final Set<String> YOUTUBE =
            Set.of("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be");

    private RemoteMedia() {}

    static String fileUri(ContentPart.Media part, String url) {
        if (isYouTube(url)) {
            return url;
        }
        throw ApiError.invalid(
                        part.param(),
                        "'%s': downloads from a URL are not available yet; send it as a data URL (data:<type>;base64,…)."
                                .formatted(part.param()))
                .asException();
    }

    static boolean isYouTube(String url) {
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
}
