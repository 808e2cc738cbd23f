package dev.tollgate.pages.dashboard;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A path with a query, put together field by field; what is missing or empty is left out. Immutable. */
record PageLink(String text) {

    static final String REQUESTS = "/dashboard/requests";

    static PageLink to(String path) {
        return new PageLink(path);
    }

    /** The page of one call. */
    static String toCall(String id) {
        return REQUESTS + "/" + encoded(id);
    }

    PageLink with(String field, @Nullable String value) {
        return value == null || value.isEmpty()
                ? this
                : new PageLink(text + (text.indexOf('?') < 0 ? "?" : "&") + field + "=" + encoded(value));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
