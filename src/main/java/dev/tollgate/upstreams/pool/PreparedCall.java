package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.media.WantedMedium;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An ask that has been translated for the channel that is to be asked first. */
public interface PreparedCall {

    /** Fields that translation had to leave out (D5). */
    List<String> ignored();

    /** Media that have to be downloaded before it is counted or sent. */
    List<WantedMedium> wanted();

    /**
     * The same with its media, which are in the ask now. Where its channel cannot express one of them, another one that can is asked.
     * May read all of them.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field, where no channel can
     */
    PreparedCall loaded();

    /** Counts the prompt's tokens on the current event loop; empty where that fails. Told later, once. */
    void count(Consumer<Optional<PromptCount>> then);

    /**
     * Sends it on the current event loop.
     *
     * @param maxOutputTokens null sends none
     * @param listener hears nothing before this returns
     */
    SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener);

    /** Takes one from what may be asked beyond the calls themselves. @return false where nothing is left of it */
    boolean mayAskAgain();
}
