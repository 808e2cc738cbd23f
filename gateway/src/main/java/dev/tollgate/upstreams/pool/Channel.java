package dev.tollgate.upstreams.pool;

import dev.tollgate.running.Standing;
import dev.tollgate.running.UpstreamFailure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection to an upstream: a protocol, a base URL, a credential. Safe for use by several event loops. */
public interface Channel {

    /** Returns the operator's name for the channel; never shown to a caller. */
    String name();

    /** Returns the provider in the words of OpenTelemetry's conventions ({@code gen_ai.provider.name}), or the kind of a channel that they do not know. */
    String provider();

    /** Returns whether the operator lets the provider store prompts and answers. */
    default boolean mayStore() {
        return false;
    }

    /**
     * Translates an ask.
     *
     * @param ask of any kind; the channel refuses what it does not support, and another channel is tried
     * @throws dev.tollgate.base.error.ApiException for faults that only translation can find, before anything is sent (D2); another channel
     *     may be able to express the ask
     */
    PreparedAsk prepare(Ask ask);

    /**
     * Returns the model that this channel uses now for an upstream's model name. It may change from call to call, since models retire.
     * Thread-safe.
     */
    default Standing standing(String upstreamModel) {
        return Standing.of(upstreamModel);
    }

    /** Returns whether the upstream writes answers in several hops (protocol 2.5). */
    default boolean hasHops() {
        return false;
    }

    /** Returns whether the upstream takes functions together with its own search, on models that can do both. */
    default boolean takesFunctionsWithSearch() {
        return true;
    }

    /**
     * Sends the upstream a request that costs nothing, on the current event loop, to see whether it answers.
     *
     * @param then called there once, never before this method returns: null if the upstream has answered
     * @return false if there is no free request; then nothing is sent and {@code then} is not called
     */
    default boolean tryOut(String upstreamModel, Consumer<@Nullable UpstreamFailure> then) {
        return false;
    }

    /** Returns the number of connections to the upstream, including those being opened. Thread-safe. */
    default int connections() {
        return 0;
    }

    /** Closes all connections; the channel is no longer used. */
    default void close() {}
}
