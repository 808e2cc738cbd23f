package dev.tollgate.http;

/** A request's head that is not HTTP/1.1 to the letter. The message is a sentence for the caller. No stack trace: it is an answer. */
final class BadHead extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadHead(String message) {
        super(message, null, false, false);
    }
}
