package dev.tollgate.media;

import org.jspecify.annotations.Nullable;

/**
 * A medium that lies elsewhere.
 *
 * @param param the field that names it, for messages
 * @param url unchecked
 * @param suffixType what the suffix of the URL's path stands for
 */
public record WantedMedium(
        String param, String url, @Nullable String suffixType) {}
