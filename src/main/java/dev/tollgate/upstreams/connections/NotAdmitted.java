package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamFailure;

/** No connection was asked for, because there is no credential to show. */
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
