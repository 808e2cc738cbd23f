package dev.tollgate.upstreams.media;

import java.util.Map;

/** Media of a call as they are once they have been downloaded. */
public final class LoadedMedia {

    private LoadedMedia() {}

    /** @param byKey what was wanted */
    public static CallMedia of(Map<String, Medium> byKey) {
        CallMedia media = new CallMedia();
        byKey.forEach(media::put);
        return media;
    }
}
