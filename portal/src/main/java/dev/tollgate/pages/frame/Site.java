package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.http.Exchange;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Under which names the pages are shown. What the operator has said is the one name there is; besides that this machine's own: loopback, bare IP
 * addresses and the name it listens on. Immutable.
 *
 * @param publicUrl scheme, host and port as people know them; null where nothing was said
 * @param host what the server listens on
 * @param brand what this service is called
 * @param languages those that it offers
 */
public record Site(@Nullable URI publicUrl, String host, String brand, Languages languages) {

    private static final List<String> FORWARDED = List.of("forwarded", "x-forwarded-for", "x-forwarded-proto");
    /** The form of an address on pages: nothing else can be in a snippet. */
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?");

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** Refuses requests for a name that is not ours: a page under a foreign name could be another's (rebinding). */
    void requireOurs(Exchange exchange) {
        String asked = exchange.header("host");
        String name = asked == null || !AUTHORITY.matcher(asked).matches() ? "" : nameOf(asked);
        boolean isPublic = publicUrl != null && asked != null && asked.equalsIgnoreCase(authority(publicUrl));
        if (!isPublic && !isOwn(name)) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence(
                                    "This site is not available under this host name. The operator can set public.url."))
                    .withStatus(421)
                    .asException();
        }
    }

    private boolean isOwn(String name) {
        return isLoopback(name) || name.startsWith("[") || IPV4.matcher(name).matches() || name.equalsIgnoreCase(host);
    }

    private static boolean isLoopback(String name) {
        return name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]");
    }

    private static String nameOf(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        return (end <= 0 ? authority : authority.substring(0, end)).toLowerCase(Locale.ROOT);
    }

    private static String authority(URI url) {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    /** Returns whether browsers reach us by TLS: then cookies go no other way. */
    boolean isSecure(Exchange exchange) {
        String asked = exchange.header("host");
        return publicUrl != null
                && "https".equals(publicUrl.getScheme())
                && (asked == null || !isLoopback(nameOf(asked)) || isForwarded(exchange));
    }

    /** A proxy on this machine may ask for us as loopback: then it is not the browser that does. */
    private static boolean isForwarded(Exchange exchange) {
        return FORWARDED.stream().anyMatch(name -> exchange.header(name) != null);
    }

    /** Returns whether a form was sent from a page of ours. Where a browser says neither, it is not believed. */
    boolean isFromUs(Exchange exchange) {
        String origin = exchange.header("origin");
        if (origin == null) {
            return "same-origin".equals(exchange.header("sec-fetch-site"));
        }
        // a proxy may have replaced the Host that the browser sent
        return (publicUrl != null && origin.equalsIgnoreCase(publicUrl.getScheme() + "://" + authority(publicUrl)))
                || origin.equals(origin(exchange));
    }

    /** Returns the address of the page of ours that a browser has left; null if it does not say it, or another site's. */
    @Nullable
    URI from(Exchange exchange) {
        try {
            URI from = new URI(Objects.requireNonNullElse(exchange.header("referer"), ""));
            String origin = from.getScheme() + "://" + from.getRawAuthority();
            return origin.equals(origin(exchange))
                            || (publicUrl != null
                                    && origin.equalsIgnoreCase(publicUrl.getScheme() + "://" + authority(publicUrl)))
                    ? from
                    : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private String origin(Exchange exchange) {
        String asked = Objects.requireNonNullElse(exchange.header("host"), "");
        if (publicUrl != null && asked.equalsIgnoreCase(authority(publicUrl))) {
            return publicUrl.getScheme() + "://" + authority(publicUrl);
        }
        return "http://" + asked;
    }

    /**
     * Returns the language of a page: the first that is offered of the query's {@code lang}, the person's setting, the cookie and what the browser
     * accepts (L17).
     *
     * @param asked the query's; null for none
     * @param setting of the person; null for a stranger or the browser's
     */
    Language language(Exchange exchange, @Nullable String asked, @Nullable String setting) {
        return languages.isChoice()
                ? languages.first(
                        asked,
                        setting,
                        Cookies.language(exchange, isSecure(exchange)),
                        languages.accepted(exchange.header("accept-language")))
                : languages.usual();
    }

    /**
     * Returns the addresses of a page in each language, by tag, for search engines; empty if it is in one language, or the site's address is not
     * known.
     */
    Map<String, String> alternates(String path) {
        return path.equals("/") || path.startsWith("/docs/models") ? alternates(path, _ -> true) : Map.of();
    }

    /** Returns those of a page that is not in every language. @param isIn whether it is in an offered one */
    public Map<String, String> alternates(String path, Predicate<Language> isIn) {
        if (publicUrl == null) {
            return Map.of();
        }
        List<Language> its = languages.offered().stream().filter(isIn).toList();
        if (its.size() < 2) {
            return Map.of();
        }
        Map<String, String> alternates = new LinkedHashMap<>();
        its.forEach(it -> alternates.put(it.tag(), publicUrl + path + "?lang=" + it.tag()));
        alternates.put("x-default", publicUrl + path);
        return alternates;
    }

    /** Scheme, host and port for what is to be pasted elsewhere; no slash behind it. Never from what the request says, unless nothing was configured. */
    public String address(@Nullable String askedHost) {
        if (publicUrl != null) {
            return publicUrl.toString();
        }
        return "http://" + (askedHost == null ? "127.0.0.1" : askedHost);
    }
}
