package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.upstreams.media.WantedMedium;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An ask, translated for the first channel. */
public interface PreparedCall {

    /** Returns the fields that translation had to leave out (D5). */
    List<String> ignored();

    /** Returns the print of the prompt as the first channel gets it, without the tools; null if it has none. */
    default @Nullable PromptPrint print() {
        return null;
    }

    /** Returns the media to download before the call is counted or sent. */
    List<WantedMedium> wanted();

    /**
     * Returns the call with its media, which are in the ask now. If its channel cannot express one of them, another channel that can is
     * used. May read all of them.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field, if no channel can express the call
     */
    PreparedCall loaded();

    /** Counts the prompt's tokens on the current event loop; empty if that fails. Calls {@code then} later, once. */
    void count(Consumer<Optional<PromptCount>> then);

    /**
     * Sends the call on the current event loop.
     *
     * @param maxOutputTokens null for none
     * @param listener called only after this method has returned
     */
    SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener);

    /** Takes a retry from the pool's budget. @return false if none is left */
    boolean mayAskAgain();
}
