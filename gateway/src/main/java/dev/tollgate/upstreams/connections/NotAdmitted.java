package dev.tollgate.upstreams.connections;

import dev.tollgate.running.UpstreamFailure;

/** A call without a connection, because there is no credential for it. */
public final class NotAdmitted extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient UpstreamFailure failure;

    public NotAdmitted(UpstreamFailure failure) {
        super(failure.detail(), null, false, false);
        this.failure = failure;
    }

    public UpstreamFailure failure() {
        return failure;
    }
}
