package dev.tollgate.sandbox.routes;

import dev.tollgate.sandbox.wire.GoogleError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The project that sends a request. Files and thought signatures belong to the project that made them.
 *
 * @param project on Vertex AI the project of the path; otherwise the key, or its part after the last {@code @}, so that several keys
 *     can share a project
 */
public record CallingProject(String project) {

    private static final String BEARER = "bearer ";

    /**
     * Reads the key, or on Vertex AI the token. Only headers count: a key in the query would end up in logs.
     *
     * @param target null for a path that leads nowhere
     * @throws GoogleError.Failure if it is absent or starts with {@code invalid}
     */
    public static CallingProject of(Function<String, @Nullable String> header, @Nullable Target target) {
        boolean vertex = target != null && target.vertex();
        String key = orEmpty(header.apply("x-goog-api-key"));
        String token = vertex && key.isBlank() ? token(orEmpty(header.apply("authorization"))) : "";
        if (key.isBlank() && token.isBlank()) {
            throw (vertex ? GoogleError.tokenMissing() : GoogleError.unregistered()).asRefusal();
        }
        if (key.startsWith("invalid")) {
            throw GoogleError.keyInvalid().asRefusal();
        }
        if (token.startsWith("invalid")) {
            throw GoogleError.tokenInvalid().asRefusal();
        }
        String parent = target == null ? "" : target.parent();
        return new CallingProject(parent.isEmpty() ? ofKey(key + token) : parent.replaceFirst("/locations/.*", ""));
    }

    /** Returns whether a request brings this key; how long the answer takes tells nothing of it. */
    public static boolean has(String key, Function<String, @Nullable String> header) {
        return MessageDigest.isEqual(
                orEmpty(header.apply("x-goog-api-key")).getBytes(StandardCharsets.UTF_8),
                key.getBytes(StandardCharsets.UTF_8));
    }

    private static String ofKey(String key) {
        return key.substring(key.lastIndexOf('@') + 1);
    }

    private static String token(String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return bearer ? authorization.substring(BEARER.length()).strip() : "";
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Returns a text without the project, which may be a key. */
    @Override
    public String toString() {
        return "Caller[…]";
    }
}
