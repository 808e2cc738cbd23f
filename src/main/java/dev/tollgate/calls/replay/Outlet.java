package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;

/**
 * Where a door writes an answer to: its caller's exchange, or a spool that several callers read. Begun once, by {@link #stream} or
 * {@link #body}, and ended once, by {@link #end} or {@link #fail}. Used on one event loop.
 */
public interface Outlet {

    /** A header of our own, also of an error that may become of the answer; before it begins. */
    void setHeader(String name, String value);

    /** Lists a field as accepted without effect (D5); before the answer begins. */
    void ignore(String fieldPath);

    /** Begins a stream of events. */
    void stream();

    /** Begins one JSON body of so many bytes. */
    void body(long bytes);

    /** Of a stream whole events only. @param length how many of them count; they may be changed afterwards */
    void write(byte[] bytes, int length);

    /** With the last bytes, of which there may be none: as {@link #write}. */
    void end(byte[] last, int length);

    /** Ends with an error: a plain one where the answer has not begun, else the connection is reset. */
    void fail(ApiError error);

    /** Whether what was written last should be taken up before more is written. */
    boolean full();

    /** @param resume runs once on the event loop when there is room again */
    void onDrain(Runnable resume);
}
