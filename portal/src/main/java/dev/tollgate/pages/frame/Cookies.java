package dev.tollgate.pages.frame;

import dev.tollgate.http.Exchange;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cookies: for a session, for a browser without one, and for a browser that is known for a person. */
final class Cookies {

    private static final String SESSION = "tollgate";
    private static final String VISIT = "tollgate-visit";
    private static final String BROWSER = "tollgate-browser";
    private static final String LANGUAGE = "lang";
    private static final long LANGUAGE_SECONDS = 365L * 24 * 3600;
    private static final long BROWSER_SECONDS = 180L * 24 * 3600;
    private static final String HOST_ONLY = "__Host-";
    private static final int VALUE_CHARS_MAX = 256;

    private Cookies() {}

    static List<String> sessions(Exchange exchange, boolean secure) {
        return read(exchange, name(SESSION, secure));
    }

    static List<String> visits(Exchange exchange, boolean secure) {
        return read(exchange, name(VISIT, secure));
    }

    static List<String> browsers(Exchange exchange, boolean secure) {
        return read(exchange, name(BROWSER, secure));
    }

    static String setBrowser(String value, boolean secure) {
        return set(name(BROWSER, secure), value, secure) + "; Max-Age=" + BROWSER_SECONDS;
    }

    static String setSession(String token, boolean secure, long seconds) {
        return set(name(SESSION, secure), token, secure) + "; Max-Age=" + seconds;
    }

    static String endSession(boolean secure) {
        return set(name(SESSION, secure), "", secure) + "; Max-Age=0";
    }

    static String setVisit(String value, boolean secure) {
        return set(name(VISIT, secure), value, secure);
    }

    /** Returns the tag that was chosen in this browser; null for none. */
    static @Nullable String language(Exchange exchange, boolean secure) {
        return read(exchange, name(LANGUAGE, secure)).stream().findFirst().orElse(null);
    }

    static String setLanguage(String tag, boolean secure) {
        return set(name(LANGUAGE, secure), tag, secure) + "; Max-Age=" + LANGUAGE_SECONDS;
    }

    /** Returns the cookie with which the browser's own language counts again. */
    static String endLanguage(boolean secure) {
        return set(name(LANGUAGE, secure), "", secure) + "; Max-Age=0";
    }

    private static String name(String name, boolean secure) {
        return secure ? HOST_ONLY + name : name;
    }

    private static String set(String name, String value, boolean secure) {
        return name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
    }

    /** All of its name, since a page on another host of the domain may have set more; as many as headers may hold. */
    private static List<String> read(Exchange exchange, String name) {
        return exchange.headers("cookie").stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(cookie -> cookie.startsWith(name + "="))
                .map(cookie -> cookie.substring(name.length() + 1))
                .filter(value -> !value.isEmpty() && value.length() <= VALUE_CHARS_MAX)
                .distinct()
                .toList();
    }
}
