package dev.tollgate.upstreams.pool;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One way to an upstream: a protocol, a base URL, a credential. Safe for use by several event loops. */
public interface Channel {

    /** The operator's name for it; never shown to a caller. */
    String name();

    /** Returns the provider in the words of OpenTelemetry's conventions ({@code gen_ai.provider.name}), or the kind of a channel that they do not know. */
    String provider();

    /**
     * Translates an ask.
     *
     * @param ask of any kind; what a channel does not take it refuses, and another one is asked
     * @throws dev.tollgate.base.error.ApiException what only the translation can find wrong, before anything is sent (D2); another
     *     channel may be able to ask it
     */
    PreparedAsk prepare(Ask ask);

    /**
     * What is asked here for an upstream's name of a model, now. It may change from call to call: models retire. Thread-safe.
     */
    default Standing standing(String upstreamModel) {
        return Standing.of(upstreamModel);
    }

    /**
     * Asks the upstream something that costs nothing, on the current event loop, to see whether it answers.
     *
     * @param then told there once, never before this method returns: null where it has answered
     * @return false where there is nothing that costs nothing; then nothing is asked and nothing told
     */
    default boolean tryOut(String upstreamModel, Consumer<@Nullable UpstreamFailure> then) {
        return false;
    }

    /** Connections to the upstream that there are now, those that are being made with them. Thread-safe. */
    default int connections() {
        return 0;
    }

    /** Lets connections go; nothing is asked of it any more. */
    default void close() {}
}
