package dev.tollgate.http;

import java.security.MessageDigest;
import java.util.function.Consumer;

/**
 * Asked before a large body is read into anything: one above the limit of small ones as sent, or compressed at all. What has come of it by
 * then waits.
 *
 * @param <C> the least that it has to know of a caller
 */
@FunctionalInterface
public interface BodyGate<C> {

    /**
     * Called on the exchange's event loop.
     *
     * @return what has to be found out, on a thread that may block
     * @throws dev.tollgate.base.error.ApiException where it is refused at once
     */
    Question ask(Exchange exchange, C caller);

    /** A question that uses nothing of the exchange. */
    @FunctionalInterface
    interface Question {

        /** @throws dev.tollgate.base.error.ApiException where the body is not to be read */
        Verdict answer();
    }

    sealed interface Verdict {}

    /** The body is read as a small one is. */
    record Read() implements Verdict {}

    /**
     * The body goes through a digest, and nothing of it is kept.
     *
     * @param digest has been fed with what precedes the body, if anything
     * @param then receives the digest instead of the route's handler, on the event loop
     */
    record Digest(MessageDigest digest, Consumer<byte[]> then) implements Verdict {}
}
