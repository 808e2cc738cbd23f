package dev.tollgate.gemini;

import dev.tollgate.upstream.UpstreamFailure;

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
