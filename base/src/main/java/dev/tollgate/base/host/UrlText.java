package dev.tollgate.base.host;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Text in the query of a URL and in form bodies: UTF-8, percent-encoded, a space as {@code +}. Pure. */
public final class UrlText {

    private UrlText() {}

    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Returns the fields in the map's order, as {@code application/x-www-form-urlencoded} has them. */
    public static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }
}
