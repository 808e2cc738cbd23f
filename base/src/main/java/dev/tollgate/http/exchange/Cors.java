package dev.tollgate.http.exchange;

import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The headers for browsers (D25). Never with credentials: a key travels in a header that the page sets itself. Immutable. */
public final class Cors {

    private static final int REQUESTED_NAMES_MAX = 64;
    private static final int NAME_CHARS_MAX = 64;
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    /** Always exposed; what else an answer carries is added, so that a new header need not be listed here. */
    private static final Set<String> EXPOSED = Set.of(
            "x-request-id",
            "x-tollgate-ignored",
            "x-tollgate-task-id",
            "x-tollgate-max-tokens",
            "x-tollgate-attempts",
            "x-upstream-response-id",
            "x-tollgate-schema",
            "retry-after",
            "retry-after-ms",
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
            "x-ratelimit-limit-tokens",
            "x-ratelimit-remaining-tokens",
            "x-ratelimit-reset-tokens",
            "x-should-retry",
            "openai-processing-ms",
            "openai-version",
            "idempotent-replayed");

    private static final Set<String> NEVER_LISTED = Set.of(
            "connection", "transfer-encoding", "content-length", "content-type", "cache-control", "vary", "date");

    private final Set<String> origins;
    private final boolean any;
    private final String exposed = String.join(", ", EXPOSED.stream().sorted().toList());

    public Cors(Set<String> origins) {
        this.origins = origins;
        this.any = origins.contains("*");
    }

    /** Puts the headers of an answer; the others have to be there already. */
    void answer(String origin, ResponseHead head) {
        if (allow(origin, head)) {
            head.set("access-control-expose-headers", exposed(head));
        }
    }

    /**
     * Puts the headers of a preflight's answer. The requested names are echoed one by one, for {@code *} does not cover
     * {@code authorization}.
     */
    void preflight(String origin, @Nullable String requestedNames, ResponseHead head) {
        if (!allow(origin, head)) {
            return;
        }
        head.set("access-control-allow-methods", METHODS);
        String names = tokens(requestedNames == null ? "" : requestedNames);
        if (!names.isEmpty()) {
            head.set("access-control-allow-headers", names);
        }
        head.set("access-control-max-age", "7200");
        head.add("vary", "access-control-request-headers");
    }

    private boolean allow(String origin, ResponseHead head) {
        if (any) {
            head.set("access-control-allow-origin", "*");
            return true;
        }
        head.add("vary", "origin");
        if (!origins.contains(origin)) {
            return false;
        }
        head.set("access-control-allow-origin", origin);
        return true;
    }

    private String exposed(ResponseHead head) {
        StringJoiner names = new StringJoiner(", ").add(exposed);
        head.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!EXPOSED.contains(lower) && !NEVER_LISTED.contains(lower) && !lower.startsWith("access-control-")) {
                names.add(lower);
            }
        });
        return names.toString();
    }

    private static String tokens(String requested) {
        StringJoiner names = new StringJoiner(", ");
        int count = 0;
        for (String part : requested.split(",", REQUESTED_NAMES_MAX + 1)) {
            String name = part.strip();
            if (count < REQUESTED_NAMES_MAX && isToken(name)) {
                names.add(name);
                count++;
            }
        }
        return names.toString();
    }

    private static boolean isToken(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_CHARS_MAX
                && name.chars().allMatch(Cors::isTokenChar);
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isTokenChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
