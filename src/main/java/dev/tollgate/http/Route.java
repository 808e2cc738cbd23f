package dev.tollgate.http;

import org.jspecify.annotations.Nullable;

/**
 * A line of the routes table.
 *
 * @param method upper case; {@code GET} also answers {@code HEAD}
 * @param path begins with a slash; {@code {name}} takes one segment, {@code {name...}} at the end the rest, slashes
 *     included, and may be followed by a fixed end as in {@code {model...}:countTokens}. Matched against the decoded path, so {@code google%2Fgemini-2.5-pro} and {@code google/gemini-2.5-pro}
 *     are the same to {@code {id...}} (D26)
 * @param readsBody the body is read before the handler runs, and has to be JSON; without it a body is thrown away
 * @param errors how errors of this route look
 * @param servedWhileDraining answered even when the server is shutting down (a probe, the metrics)
 * @param gate asked before a large body is read; null lets every body in
 */
public record Route(
        String method,
        String path,
        Access access,
        boolean readsBody,
        Handler handler,
        ErrorFormat errors,
        boolean servedWhileDraining,
        @Nullable BodyGate gate) {

    public Route {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path " + path);
        }
    }

    public Route(String method, String path, Access access, boolean readsBody, Handler handler) {
        this(method, path, access, readsBody, handler, ErrorFormat.PLATFORM, false, null);
    }

    public static Route get(String path, Access access, Handler handler) {
        return new Route("GET", path, access, false, handler);
    }

    public static Route post(String path, Access access, Handler handler) {
        return new Route("POST", path, access, true, handler);
    }

    public Route withErrors(ErrorFormat errors) {
        return new Route(method, path, access, readsBody, handler, errors, servedWhileDraining, gate);
    }

    public Route withGate(BodyGate gate) {
        return new Route(method, path, access, readsBody, handler, errors, servedWhileDraining, gate);
    }

    public Route whileDraining() {
        return new Route(method, path, access, readsBody, handler, errors, true, gate);
    }

    /** The same route under another path, e.g. the twin without {@code /v1}. */
    public Route at(String path) {
        return new Route(method, path, access, readsBody, handler, errors, servedWhileDraining, gate);
    }
}
