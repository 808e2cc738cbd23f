package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.host.UrlText;
import org.jspecify.annotations.Nullable;

/** A path with a query, put together field by field; what is missing or empty is left out. Immutable. */
public record PageLink(String text) {

    public static final String REQUESTS = "/dashboard/requests";

    public static final String BATCHES = "/dashboard/batches";

    public static PageLink to(String path) {
        return new PageLink(path);
    }

    /** The page of one call. */
    public static String toCall(String id) {
        return REQUESTS + "/" + UrlText.encoded(id);
    }

    /** The page of one batch. @param id as its caller has it */
    public static String toBatch(String id) {
        return BATCHES + "/" + UrlText.encoded(id);
    }

    /** The limit of a budget in the form that sets it. @param window null for the first */
    public static String toBudget(String owner, @Nullable String window) {
        return to("/dashboard/budgets")
                        .with("owner", owner)
                        .with("window", window)
                        .text() + "#limit";
    }

    /** The limit of a key. @param window hour, day or total */
    public static String toLimit(String keyId, String window) {
        return "/dashboard/keys/" + keyId + "#" + window;
    }

    public PageLink with(String field, @Nullable String value) {
        return value == null || value.isEmpty()
                ? this
                : new PageLink(text + (text.indexOf('?') < 0 ? "?" : "&") + field + "=" + UrlText.encoded(value));
    }
}
