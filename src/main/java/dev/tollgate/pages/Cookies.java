package dev.tollgate.pages;

import dev.tollgate.http.Exchange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cookies there are: of a session, of a browser that has none, and of a browser that somebody has signed in with. */
final class Cookies {

    private static final String SESSION = "tollgate";
    private static final String VISIT = "tollgate-visit";
    private static final String BROWSER = "tollgate-browser";
    private static final long BROWSER_SECONDS = 180L * 24 * 3600;
    private static final String HOST_ONLY = "__Host-";
    private static final int VALUE_CHARS_MAX = 256;

    private Cookies() {}

    static @Nullable String session(Exchange exchange, boolean secure) {
        return read(exchange, name(SESSION, secure));
    }

    static @Nullable String visit(Exchange exchange, boolean secure) {
        return read(exchange, name(VISIT, secure));
    }

    static @Nullable String browser(Exchange exchange, boolean secure) {
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

    private static String name(String name, boolean secure) {
        return secure ? HOST_ONLY + name : name;
    }

    private static String set(String name, String value, boolean secure) {
        return name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
    }

    /** The first of its name; a browser sends the most specific one first. */
    private static @Nullable String read(Exchange exchange, String name) {
        List<String> headers = exchange.headers("cookie");
        for (String header : headers) {
            for (String pair : header.split(";", 50)) {
                String cookie = pair.strip();
                if (cookie.startsWith(name + "=")) {
                    String value = cookie.substring(name.length() + 1);
                    return value.isEmpty() || value.length() > VALUE_CHARS_MAX ? null : value;
                }
            }
        }
        return null;
    }
}
