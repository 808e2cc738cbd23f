package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.media.WantedMedium;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A translated ask. May be sent more than once: each sending is a call of its own. */
public interface PreparedAsk {

    /** The upstream's name of the model that it was translated for. */
    String model();

    /** Dotted names of what translation had to leave out (D5). */
    List<String> ignored();

    /** Media that have to be downloaded into the ask before it is counted or sent, in the order of the conversation. */
    default List<WantedMedium> wanted() {
        return List.of();
    }

    /**
     * The same once what was wanted has been downloaded into the ask: what the media are is only known now. May read all of them, so it
     * belongs on no event loop.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a medium that cannot be expressed
     */
    default PreparedAsk loaded() {
        return this;
    }

    /**
     * Counts the prompt's tokens, which costs nothing, on the current event loop.
     *
     * @param then called there once, never before this method returns; empty where the upstream does not count
     */
    void count(Consumer<Optional<PromptCount>> then);

    /**
     * Sends it on the current event loop; everything that comes back arrives there, never before this method returns.
     *
     * @param maxOutputTokens null sends none
     */
    UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener);
}
