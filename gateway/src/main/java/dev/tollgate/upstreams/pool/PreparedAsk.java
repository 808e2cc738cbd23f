package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.upstreams.media.WantedMedium;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A translated ask. May be sent more than once: each sending is a separate call. */
public interface PreparedAsk {

    /** Returns the upstream's name of the model that it was translated for. */
    String model();

    /** Returns the dotted names of the fields that translation had to leave out (D5). */
    List<String> ignored();

    /** Returns the print of the prompt as it is sent, without the tools; null if it has none. */
    default @Nullable PromptPrint print() {
        return null;
    }

    /** Returns the media to download into the ask before it is counted or sent, in the order of the conversation. */
    default List<WantedMedium> wanted() {
        return List.of();
    }

    /**
     * Returns this ask with its downloaded media, whose types are only known now. May read all of them, so it must not run on an event
     * loop.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a media file that cannot be expressed
     */
    default PreparedAsk loaded() {
        return this;
    }

    /** Returns whether it may be sent to a second channel while the first is silent. With media, most of that time is their upload. */
    default boolean mayBeHedged() {
        return wanted().isEmpty();
    }

    /**
     * Counts the prompt's tokens, which costs nothing, on the current event loop.
     *
     * @param then called there once, never before this method returns; empty if the upstream does not count
     */
    void count(Consumer<Optional<PromptCount>> then);

    /**
     * Sends it on the current event loop; all events arrive there, never before this method returns.
     *
     * @param maxOutputTokens null for none
     */
    UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener);
}
