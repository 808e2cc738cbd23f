package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.host.UrlText;
import org.jspecify.annotations.Nullable;

/** A path with a query, put together field by field; what is missing or empty is left out. Immutable. */
public record PageLink(String text) {

    public static final String REQUESTS = "/dashboard/requests";

    public static PageLink to(String path) {
        return new PageLink(path);
    }

    /** The page of one call. */
    public static String toCall(String id) {
        return REQUESTS + "/" + UrlText.encoded(id);
    }

    public PageLink with(String field, @Nullable String value) {
        return value == null || value.isEmpty()
                ? this
                : new PageLink(text + (text.indexOf('?') < 0 ? "?" : "&") + field + "=" + UrlText.encoded(value));
    }
}
