package dev.tollgate.pages.frame;

import dev.tollgate.base.words.Language;
import java.util.HashMap;
import java.util.Map;

/** The headers of every page. The playground has a Content-Security-Policy of its own. */
final class PageHeaders {

    /** Referrers stay within the site: without a referrer, the browser would hide a form's origin. */
    static final Map<String, String> ALL = Map.of(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action"
                    + " 'self'; base-uri 'none'; frame-ancestors 'none'",
            "referrer-policy",
            "same-origin",
            "x-content-type-options",
            "nosniff",
            "cross-origin-opener-policy",
            "same-origin",
            "cross-origin-resource-policy",
            "same-origin",
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cache-control",
            "no-store, no-transform");

    private PageHeaders() {}

    /** Returns the headers of a page in a language. */
    static Map<String, String> in(Language language) {
        Map<String, String> headers = new HashMap<>(ALL);
        headers.put("content-language", language.tag());
        return headers;
    }
}
