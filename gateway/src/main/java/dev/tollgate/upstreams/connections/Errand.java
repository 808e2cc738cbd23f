package dev.tollgate.upstreams.connections;

import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.running.UpstreamFailure;

/** The sending of a {@link StreamedCall}'s request, on the call's event loop. */
public interface Errand {

    /** Starts to send on a connection. */
    void send(Roundtrip connected);

    /** Ends the sending, because the call has ended. */
    default void over() {}

    /** Returns the meaning of a failure, given what was sent. */
    default UpstreamFailure meaning(UpstreamFailure failure) {
        return failure;
    }
}
