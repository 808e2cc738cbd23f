package dev.tollgate.upstreams.media;

import org.jspecify.annotations.Nullable;

/** What has to be got or made before a call can be sent, at its account's expense. */
public sealed interface WantedMedium {

    /** The field that names it, for messages. */
    String param();

    /** Returns its key in the call's media. */
    String key();

    /**
     * A medium that lies elsewhere.
     *
     * @param url unchecked
     * @param said what its caller says of it
     */
    record Remote(String param, String url, Hint said) implements WantedMedium {
        @Override
        public String key() {
            return url;
        }
    }

    /**
     * The first frame of a GIF that came with the request, as PNG.
     *
     * @param base64 standard alphabet, padded
     */
    record Frame(String param, String base64) implements WantedMedium {

        /** No URL looks like it. */
        @Override
        public String key() {
            return param;
        }
    }

    /**
     * What is said of a medium before its bytes are seen.
     *
     * @param mimeType in lower case, by a label or by the name; null where they say nothing
     * @param picture whether it stands where pictures and videos do, so that a page is none
     */
    record Hint(@Nullable String mimeType, boolean picture) {}
}
