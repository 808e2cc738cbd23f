package dev.tollgate.protocols.door;

import dev.tollgate.http.ErrorFormat;

/** One way of a protocol to ask. Thread-safe. */
public interface Protocol {

    /** The door's name in tasks and logs. */
    String name();

    /** How errors look to its callers. */
    default ErrorFormat errors() {
        return ErrorFormat.PLATFORM;
    }

    /**
     * Looks at a request before its body is read.
     *
     * @throws dev.tollgate.base.error.ApiException if that is enough to refuse it
     */
    Reading<?> open(Envelope envelope);
}
