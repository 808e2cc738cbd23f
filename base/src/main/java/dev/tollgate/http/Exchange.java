package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.memory.Lease;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request and its response, as gates, handlers and pages see it.
 *
 * <p>An exchange ends once: by {@link #json}, {@link #send}, {@link #empty}, {@link #fail}, the end of a {@link #stream}, or because the
 * caller disconnects. After a disconnect all of them do nothing, so a late result needs no check; a second response otherwise is a fault
 * and throws.
 *
 * <p>Confined to its event loop, except {@link #run}, {@link #onLoop} and {@link #hasDeparted}, which any thread may call. Tests use an
 * exchange without a socket: {@code testing/Asked}.
 */
public interface Exchange extends CallWatch {

    /** The logger of the access log; its level is the operator's choice. */
    String ACCESS_LOG_NAME = "access";

    // ---- the request ----

    /** Returns the method in upper case; {@code HEAD} is not disguised. */
    String method();

    /** Returns the decoded path, without the query. */
    String path();

    /** Returns path and query as sent, without scheme and host. */
    String target();

    /** Returns the first value of a header, or null. The name's case does not matter. Fails once a stream has begun: it keeps no headers. */
    @Nullable
    String header(String name);

    /** Returns all values of a header. Fails once a stream has begun. */
    List<String> headers(String name);

    /**
     * Returns a parameter of the route's path, decoded and never empty.
     *
     * @throws IllegalArgumentException if the route has no such parameter
     */
    String pathParam(String name);

    /**
     * Returns the first value of a query parameter, decoded, or null.
     *
     * @throws ApiException 400 for a query string that cannot be decoded
     */
    @Nullable
    String query(String name);

    /** Returns all values of a query parameter, decoded. @throws ApiException as {@link #query} does */
    List<String> queries(String name);

    /** Returns the caller's IP address: as trusted proxies report it, otherwise the {@link #peerAddress}. */
    String remoteAddress();

    /** Returns the IP address at the other end of the connection, which may be a proxy's. */
    String peerAddress();

    /** Returns what tells callers without a key apart: an IPv4 address, or the first half of an IPv6 address. */
    String network();

    /** Returns the /24 (IPv4) or /48 (IPv6) of the caller's address: one holder may have all of its addresses. */
    String wideNetwork();

    /** Returns whether a program on this machine sent the request for itself; false behind proxies, where that cannot be known. */
    boolean isFromThisMachine();

    /** Returns whether a browser sends this because some page has it do so: the browser adds certificates, whatever the page. */
    default boolean isAskedByPage() {
        String site = header("sec-fetch-site");
        return header("origin") != null || site != null && !site.equals("none");
    }

    /** Returns the subject (RFC 2253) of the client's certificate, signed by a configured authority; null if the client sent none. */
    @Nullable
    String clientCertificate();

    /** Returns the id of this exchange, which the response carries as {@code x-request-id}. */
    String requestId();

    /** Returns when the request's head arrived, by {@link System#nanoTime}. */
    long startedNanos();

    /** Returns whether the request belongs to the API that programs call, or comes from the playground's script. */
    boolean isOfApi();

    /** Returns method and route pattern, or the start of the path if no route matches. */
    String routeName();

    /** Returns the route's pattern, not the path, which may contain an id; "-" without a route. Never has the query. */
    String routePattern();

    /** Returns the name of the protocol whose calls the route makes; null if it makes none. */
    @Nullable
    String door();

    /**
     * Returns the lease that the body is charged to. What is made of the body has to be charged to it, too. This exchange holds it until it
     * is over; retain it to keep something longer.
     */
    Lease memory();

    // ---- the caller ----

    /** Sets account and key of a caller before the key is accepted, for observers of refused requests. */
    void shownKey(String accountId, String keyId);

    /** Returns the caller's account; empty if it is unknown. */
    String callerAccount();

    /** Returns the id of the caller's key; empty if there is none, or it is unknown. */
    String callerKey();

    /**
     * Returns the refusal of a wrong secret: the given one, or a 429 if the caller's address has sent many of them recently. Call this only
     * after the secret was found to be wrong, so that callers with a valid one are never affected.
     */
    ApiException refuseWrongKey(ApiError refusal);

    /**
     * Reserves memory for the response, so that it is not lost to unread responses of other callers. For billed responses; held until this
     * exchange is over.
     *
     * @throws ApiException 429 if the account has as much as is left for the others
     */
    void reserveRoom();

    // ---- work on other threads ----

    /**
     * Reads the body into a value, which may hold pieces of it, and continues with the value on this loop. A large body is read on another thread when it
     * is its account's turn. Exceptions of either step are answered as by {@link #fail(Throwable)}; if the caller disconnects, {@code then}
     * is not called.
     */
    <T> void read(BodyReader<T> reader, Consumer<T> then);

    /**
     * Reads a body while it comes, on another thread, and continues with the value on this loop; to be called once, on a route whose body is
     * {@link Route#streaming streamed}. Exceptions of either step are answered; if the caller disconnects, the reader's next read fails.
     */
    <T> void readWhileItComes(StreamedBody.Reader<T> reader, Consumer<T> then);

    /** Returns whether the body may be too large for work over all of it on the loop. */
    boolean hasLargeBody();

    /**
     * Runs a supplier that blocks, e.g. on the database, on another thread, and continues with its value on this loop. Exceptions of either
     * step are answered; if the caller disconnects, {@code then} is not called.
     */
    <T> void compute(Supplier<T> blocking, Consumer<T> then);

    /**
     * Computes over much data, however small the body is: it runs in its account's turn, among the readers of large bodies.
     */
    <T> void computeInTurn(Supplier<T> work, Consumer<T> then);

    /** Runs a step on the loop, unless the caller has disconnected by then. From any thread. */
    void run(Runnable step);

    /** Runs a step on the loop even if the caller has disconnected. From any thread. */
    void onLoop(Runnable step);

    /** Runs a step immediately and answers its exceptions as {@link #fail(Throwable)} does, so that no caller stays without a response. */
    default void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /**
     * Sets what runs, once, if the connection ends before the response does: the caller disconnected, or did not read. Runs immediately if
     * that has already happened, and never after a normal end. A later step replaces an earlier one.
     */
    void onGone(Runnable gone);

    /** Returns whether the caller disconnected before the response ended. From any thread. */
    boolean hasDeparted();

    // ---- the response ----

    /**
     * Sets a header of the response, also of an error response.
     *
     * @throws IllegalStateException if the head has been sent
     * @throws IllegalArgumentException for a control character
     */
    void setHeader(String name, String value);

    /** Adds a header next to others of the same name, e.g. a cookie; throws as {@link #setHeader} does. */
    void addHeader(String name, String value);

    /** Lists a field of the request as accepted without effect (D5). */
    void ignore(String fieldPath);

    /**
     * Responds 200 with JSON that is rendered first: a large one on another thread, one at a time for an account.
     *
     * @param bytesAbout its approximate size
     */
    void json(long bytesAbout, Supplier<byte[]> rendering);

    /** Responds with a JSON body. */
    default void json(int status, byte[] body) {
        send(status, "application/json", body);
    }

    /** Responds with a whole body, which must not be changed afterwards. */
    void send(int status, String contentType, byte[] body);

    /** Responds with a whole body that is shared with other responses. */
    void send(int status, String contentType, SharedBytes body);

    /** Responds without a body, e.g. with 204. */
    void empty(int status);

    /** Begins a stream of events; nothing is sent before the first write. */
    default SseWriter stream() {
        return stream("text/event-stream; charset=utf-8");
    }

    /** Begins a stream of another type, e.g. of a JSON array that grows. */
    SseWriter stream(String contentType);

    /** Begins a JSON body of a known size in bytes that is written in pieces, as fast as the caller reads. */
    default SseWriter body(long bytes) {
        return body("application/json", bytes);
    }

    /** Begins a body of another type, of a known size in bytes. */
    SseWriter body(String contentType, long bytes);

    /**
     * Ends with an error in the route's format. A stream of which nothing was sent becomes that error, too; a stream that has begun is reset (a
     * protocol that can report an error inside its stream does so itself). Does nothing after a response.
     */
    void fail(ApiError error);

    /** Answers an {@link ApiException} as it says; logs anything else as a fault and answers 500 without details. */
    void fail(Throwable cause);
}
