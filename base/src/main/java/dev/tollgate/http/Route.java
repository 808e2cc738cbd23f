package dev.tollgate.http;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of the routes table.
 *
 * @param method upper case; {@code GET} also answers {@code HEAD}
 * @param path begins with a slash; {@code {name}} takes one segment, {@code {name...}} at the end the rest, slashes
 *     included, and may be followed by a fixed end as in {@code {model...}:countTokens} or {@code {id...}/prices}. Matched against the decoded path, so {@code google%2Fgemini-2.5-pro} and {@code google/gemini-2.5-pro}
 *     are the same to {@code {id...}} (D26)
 * @param gate who may call
 * @param bodies one of these is read before the handler runs, others are refused; where there is none, a body is thrown away
 * @param errors how errors of this route look
 * @param servedWhileDraining answered even when the server is shutting down (a probe, the metrics)
 * @param bodyGate asked before a body is read that is large or compressed; null if the route takes none of these
 * @param streamed the bounds of a body that the handler reads while it comes, never compressed; null if it is read whole before
 * @param door the name of the protocol whose calls it makes; null if it makes none
 * @param <C> a caller that the gate accepts
 */
public record Route<C>(
        String method,
        String path,
        Gate<C> gate,
        Set<BodyKind> bodies,
        Handler<? super C> handler,
        ErrorFormat errors,
        boolean servedWhileDraining,
        @Nullable BodyGate<? super C> bodyGate,
        @Nullable StreamedBody streamed,
        @Nullable String door) {

    public Route {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path " + path);
        }
        bodies = Set.copyOf(bodies);
    }

    private static <C> Route<C> of(
            String method, String path, Gate<C> gate, Set<BodyKind> bodies, Handler<? super C> handler) {
        return new Route<>(method, path, gate, bodies, handler, ErrorFormat.PLATFORM, false, null, null, null);
    }

    public static <C> Route<C> get(String path, Gate<C> gate, Handler<? super C> handler) {
        return of("GET", path, gate, Set.of(), handler);
    }

    /** Takes JSON. */
    public static <C> Route<C> post(String path, Gate<C> gate, Handler<? super C> handler) {
        return of("POST", path, gate, Set.of(BodyKind.JSON), handler);
    }

    /** Takes JSON. */
    public static <C> Route<C> patch(String path, Gate<C> gate, Handler<? super C> handler) {
        return of("PATCH", path, gate, Set.of(BodyKind.JSON), handler);
    }

    /** Takes JSON. */
    public static <C> Route<C> put(String path, Gate<C> gate, Handler<? super C> handler) {
        return of("PUT", path, gate, Set.of(BodyKind.JSON), handler);
    }

    public static <C> Route<C> delete(String path, Gate<C> gate, Handler<? super C> handler) {
        return of("DELETE", path, gate, Set.of(), handler);
    }

    /** Returns this route for bodies of other kinds, or for none. */
    public Route<C> taking(BodyKind... kinds) {
        return new Route<>(
                method, path, gate, Set.of(kinds), handler, errors, servedWhileDraining, bodyGate, streamed, door);
    }

    public Route<C> withErrors(ErrorFormat errors) {
        return new Route<>(method, path, gate, bodies, handler, errors, servedWhileDraining, bodyGate, streamed, door);
    }

    public Route<C> withBodyGate(BodyGate<? super C> bodyGate) {
        return new Route<>(method, path, gate, bodies, handler, errors, servedWhileDraining, bodyGate, streamed, door);
    }

    /** Returns this route for bodies that its handler reads while they come ({@link Exchange#readWhileItComes}). */
    public Route<C> streaming(int bytesMax, Duration time) {
        return new Route<>(
                method,
                path,
                gate,
                bodies,
                handler,
                errors,
                servedWhileDraining,
                bodyGate,
                new StreamedBody(bytesMax, time),
                door);
    }

    public Route<C> withDoor(String door) {
        return new Route<>(method, path, gate, bodies, handler, errors, servedWhileDraining, bodyGate, streamed, door);
    }

    public Route<C> whileDraining() {
        return new Route<>(method, path, gate, bodies, handler, errors, true, bodyGate, streamed, door);
    }

    /** Returns this route under another path, e.g. without {@code /v1}. */
    public Route<C> at(String path) {
        return new Route<>(method, path, gate, bodies, handler, errors, servedWhileDraining, bodyGate, streamed, door);
    }
}
