package dev.tollgate.upstream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A translated ask. May be sent more than once: each sending is a call of its own. */
public interface PreparedAsk {

    /** Dotted names of what translation had to leave out (D5). */
    List<String> ignored();

    /**
     * Sends it on the current event loop; everything that comes back arrives there, never before this method returns.
     *
     * @param maxOutputTokens null sends none
     */
    UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener);
}
