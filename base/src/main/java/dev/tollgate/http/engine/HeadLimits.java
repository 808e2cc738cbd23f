package dev.tollgate.http.engine;

import java.util.function.Predicate;

/**
 * The limits of a request's head.
 *
 * @param lineBytesMax the request line, empty lines before it included
 * @param headerBytesMax all headers of a caller with a known key
 * @param isKnownKey whether the value of a header that carries API keys contains an existing key; must not block
 */
record HeadLimits(int lineBytesMax, int headerBytesMax, Predicate<String> isKnownKey) {

    /** The limit of a caller without a known key. */
    static final int STRANGER_HEADER_BYTES_MAX = 16 * 1024;

    int strangerHeaderBytesMax() {
        return Math.min(STRANGER_HEADER_BYTES_MAX, headerBytesMax);
    }

    BadHead lineTooLong() {
        return new BadHead("Its first line is longer than " + lineBytesMax + " bytes.");
    }

    BadHead headersTooLong() {
        int strangers = strangerHeaderBytesMax();
        return new BadHead("Its headers take more than " + strangers + " bytes"
                + (strangers == headerBytesMax
                        ? "."
                        : ", or " + headerBytesMax + " if the first " + strangers + " hold a valid API key."));
    }
}
