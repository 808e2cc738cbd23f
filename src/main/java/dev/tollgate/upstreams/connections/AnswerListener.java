package dev.tollgate.upstreams.connections;

/**
 * Hears an answer, on the event loop of who asked: a head, pieces of the body, then exactly one of {@link #ended} and {@link #failed}; a failure may
 * come at any time before. Nothing after {@link Roundtrip#reset}.
 */
public interface AnswerListener {

    /** @param head only good during the call */
    void head(AnswerHead head);

    /**
     * Some of the body: what one read has brought.
     *
     * @param bytes only good during the call, and only so many of them as
     * @param length says
     */
    void body(byte[] bytes, int length);

    /** What one turn of the loop brings has come. Perhaps nothing has since the last time. */
    default void readComplete() {}

    /** The whole answer has come. */
    void ended();

    /** It will not come whole; the connection is gone. */
    void failed(Throwable why);

    /** Nothing has come for as long as {@link Roundtrip#await} said; whoever has enough of it resets. Told once for each such wait. */
    default void silent() {}
}
