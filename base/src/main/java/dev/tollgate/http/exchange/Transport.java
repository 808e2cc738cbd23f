package dev.tollgate.http.exchange;

import dev.tollgate.http.SharedBytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a request, as its exchange uses it: the exchange decides what is sent and when, the connection turns it into bytes.
 * Implemented by the engine, and by tests without a socket. Confined to its event loop, except {@link #onLoop}.
 */
public interface Transport {

    // ---- the peer ----

    /** Returns the other end of the connection. */
    Peer peer();

    /** Returns the subject of the client's certificate, signed by a configured authority; null without one. */
    @Nullable
    String certificate();

    // ---- the request ----

    /** Charges a long head to another network than the peer's, which is a proxy. @throws dev.tollgate.base.error.ApiException 503 without room */
    void chargeHead(String network);

    /** The request's headers are no longer kept. */
    void forgetHead();

    /** Delivers no more of the body until {@link #resume}. */
    void pause();

    /** Continues to deliver the body. */
    void resume();

    /**
     * Starts the time limits of the body.
     *
     * @param isInvited whether the caller waits for {@code 100 Continue}
     * @param time how long the whole may take
     */
    void awaitBody(boolean isInvited, Duration time);

    /** Returns the message for a caller whose body comes too slowly; null while it is in time. */
    @Nullable
    String lateBody();

    // ---- the response ----

    /** Sends a whole response. The body must not be changed afterwards; it is empty where none may follow the head. */
    void send(ResponseHead head, byte[] body);

    /** Sends a whole response whose body is shared with others. */
    void send(ResponseHead head, SharedBytes body);

    /** Sends a piece of a streamed body. @param head what precedes the first piece, otherwise null */
    void write(@Nullable ResponseHead head, byte[] bytes, int length);

    /** Sends the last piece of a streamed body, which may be empty. */
    void end(@Nullable ResponseHead head, byte[] bytes, int length);

    /** Returns the most bytes for which a billed response has room, whatever its caller reads: one piece of it. */
    int pieceBytes();

    /** Returns whether more may be written; the exchange hears when there is room again ({@link CallerExchange#hasRoom}). */
    boolean hasRoom();

    /** Returns whether everything written has been handed to the socket. */
    boolean isEmpty();

    /** Reserves memory for an unread response. @throws dev.tollgate.base.error.ApiException 429 if the account has too much */
    void reserve(String account);

    /** Releases what {@link #reserve} took. */
    void release(String account);

    // ---- the end ----

    /** The exchange is over: its response has been sent, or its caller has disconnected. */
    void over();

    /** Discards the rest of a refused body for at most this time, then closes: closing over unread bytes would destroy the response. */
    void linger(Duration time);

    /** Closes immediately: what waits to be written is lost. */
    void cut();

    /** Closes when everything has been written, or could not be written in time. */
    void closeOnceWritten();

    /** Runs a step in a later turn of the event loop. From any thread. */
    void onLoop(Runnable step);
}
