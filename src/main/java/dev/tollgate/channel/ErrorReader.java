package dev.tollgate.channel;

import dev.tollgate.upstream.UpstreamFailure;
import org.jspecify.annotations.Nullable;

/** Tells what a provider's errors mean for a call. What it returns holds no secret. */
public interface ErrorReader {

    /**
     * @param status the HTTP status
     * @param body as much of it as was read
     * @param retryAfter the header's value
     */
    UpstreamFailure of(int status, byte[] body, @Nullable String retryAfter);

    /** An exception's words are not ours either. */
    UpstreamFailure of(UpstreamFailure.Kind kind, String detail);
}
