package dev.tollgate.protocols.door;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.ErrorFormat;
import org.jspecify.annotations.Nullable;

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
     * @throws dev.tollgate.base.error.ApiException where that is enough to refuse it
     */
    Opening open(Envelope envelope);

    /** A request whose body has not been read. Confined to it. */
    interface Opening {

        /** What stands before the body in its hash: all that makes two requests the same. */
        String label();

        /** The model that is asked for, where that is known without the body. */
        default @Nullable String model() {
            return null;
        }

        /** How a stream of it leaves. */
        StreamForm form();

        /**
         * Reads the body.
         *
         * @param memory what becomes of it is charged to it
         * @throws dev.tollgate.base.error.ApiException for what is not of the protocol
         */
        Question read(byte[] body, Lease memory);
    }
}
