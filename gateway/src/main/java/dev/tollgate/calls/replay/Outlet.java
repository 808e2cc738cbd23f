package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;

/**
 * The destination of a door's response: its caller's exchange, or a spool that several callers read. Begun once, by {@link #stream} or {@link #body},
 * and ended once, by {@link #end} or {@link #fail}. Used on one event loop.
 */
public interface Outlet {

    /** Sets one of Tollgate's headers before the response begins. It is also sent with an error. */
    void setHeader(String name, String value);

    /** Lists a field as accepted without effect (D5); before the answer begins. */
    void ignore(String fieldPath);

    /** Begins a stream of events. */
    void stream();

    /** Begins one body of so many bytes. */
    void body(long bytes);

    /** Writes bytes, in a stream only whole events. @param length number of bytes that count; the caller may overwrite the array afterwards */
    void write(byte[] bytes, int length);

    /** Ends the response with its last bytes, which may be empty. Parameters as for {@link #write}. */
    void end(byte[] last, int length);

    /** Ends with an error: a plain one if the response has not begun, else a connection reset. */
    void fail(ApiError error);

    /** Returns the most bytes that one write of a long answer should have. */
    int pieceBytes();

    /** Returns whether the writer should wait until earlier bytes have been read. */
    boolean full();

    /** @param resume runs once on the event loop when there is room again */
    void onDrain(Runnable resume);

    /** Runs a step in a later turn of the event loop, unless the caller has left. */
    void later(Runnable step);
}
