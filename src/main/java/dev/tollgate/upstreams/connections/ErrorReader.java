package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamFailure;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what a provider's errors mean for a call. What it returns holds no secret. */
public interface ErrorReader {

    /** protocol 2.4, rule 6; a missing one is another matter. */
    Pattern BAD_SIGNATURE = Pattern.compile(
            "(invalid|corrupted) thought.?signature|thought.?signature is (invalid|not valid)",
            Pattern.CASE_INSENSITIVE);

    /** Whether a provider's message says that it does not take a thought signature. */
    static boolean refusesSignature(String message) {
        return BAD_SIGNATURE.matcher(message).find();
    }

    /**
     * @param status the HTTP status
     * @param body as much of it as was read
     * @param retryAfter the header's value
     */
    UpstreamFailure of(int status, byte[] body, @Nullable String retryAfter);

    /** An exception's words are not ours either. */
    UpstreamFailure of(UpstreamFailure.Kind kind, String detail);
}
