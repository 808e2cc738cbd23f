package dev.tollgate.upstreams.gemini;

import dev.tollgate.running.UpstreamFailure;

/** A file that could not be uploaded. */
final class UploadFailed extends Exception {

    private final transient UpstreamFailure failure;

    UploadFailed(UpstreamFailure failure) {
        super(failure.detail(), null, false, false);
        this.failure = failure;
    }

    UpstreamFailure failure() {
        return failure;
    }
}
