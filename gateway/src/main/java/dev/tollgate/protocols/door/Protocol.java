package dev.tollgate.protocols.door;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.jobs.Job;

/** One way of a protocol to ask. Thread-safe. */
public interface Protocol {

    /** Returns the door's name in tasks, logs and metrics: the code of a {@link ProtocolName}. */
    String name();

    /**
     * The work of a protocol in the background.
     *
     * @param kind of its jobs
     * @param route of its calls
     */
    record Background(Job.Kind kind, String route) {}

    /** Returns its work in the background. */
    default Background background() {
        throw new IllegalStateException("a protocol without work in the background");
    }

    /** Returns the format of this protocol's errors. */
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
