package dev.tollgate.http.client;

/**
 * The receiver of one answer, on the caller's event loop: a head, pieces of the body, then exactly one of {@link #ended} and {@link
 * #failed}; a failure may come at any time before. No event follows {@link Roundtrip#reset}.
 */
public interface AnswerListener {

    /** @param head valid only during the call */
    void head(AnswerHead head);

    /**
     * Receives the part of the body that one read has brought.
     *
     * @param bytes valid only during the call
     * @param length the number of valid bytes
     */
    void body(byte[] bytes, int length);

    /** Marks the end of a turn of the event loop, perhaps without a new event. */
    default void readComplete() {}

    /** Marks the end of a whole answer. */
    void ended();

    /** Marks an incomplete answer; the connection is closed. */
    void failed(Throwable why);

    /**
     * Marks a silence as long as {@link Roundtrip#await} allows, once for each wait. A listener that gives up calls {@link
     * Roundtrip#reset}.
     */
    default void silent() {}
}
