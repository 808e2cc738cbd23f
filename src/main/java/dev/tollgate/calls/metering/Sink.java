package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PrintedUsage;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a door does with the answer to a metered call; called on the exchange's event loop, in this order: {@code admitted},
 * perhaps {@code ignoring}, {@code answering}, any number of {@code events}, then exactly one of {@code end}'s {@code send} and {@code
 * failed}. A refusal is {@code failed} alone. After the caller has left nothing more is called but {@code signed}.
 */
public interface Sink {

    /** Something is held for the call. Nothing has been asked yet: an answer may still become a plain error. Nothing leaves by this. */
    void admitted(Admission admission);

    /**
     * Another channel answers than the one that was to be asked first: what has no effect there besides (D5). Before {@code answering}, at
     * most once.
     */
    void ignoring(List<String> fields);

    /**
     * Right before the first events.
     *
     * @param attempts how often the upstream had to be asked (D48)
     */
    void answering(int attempts);

    /** What may be shown now, at least one event; the hold covers it. */
    void events(List<UpstreamEvent> events);

    /**
     * Renders the end of the answer with its charge as it will be, before that is made: whatever can fail fails while everything can still
     * go back. Nothing leaves by this; where the charge is not made {@link #failed} follows.
     */
    End end(Completion completion);

    /** A whole answer's end, rendered. */
    @FunctionalInterface
    interface End {

        /** The charge is durable: the usage and the end leave. */
        void send();
    }

    /** Nothing is charged. Before the first event this is a plain error, after it an error within the stream (D18). */
    void failed(ApiError error);

    /** What was to tell the end has thrown: the caller's connection ends in whatever way is left. Does nothing where the answer has ended. */
    void cut();

    /**
     * What of the answer, as far as it was shown, later turns need and the caller may not send back; asked for at the settlement. A door
     * whose callers send everything back has nothing.
     */
    default List<SignedPart> signed() {
        return List.of();
    }

    /** Whether nothing of the answer leaves before its end. */
    default boolean leavesWhole() {
        return false;
    }

    /** The answer as long as nothing of it has left; null where it leaves as it comes. */
    default @Nullable Draft draft() {
        return null;
    }

    /** An answer that is whole and may still be thrown away: one that leaves in one piece (D48). */
    interface Draft {

        /**
         * Judges what was told until now.
         *
         * @param then told once, through the executor, whether it is what the caller asked for as far as can be told
         */
        void check(Executor loop, Consumer<Boolean> then);

        /** The call has ended while it is being judged, and nobody waits for that any more. */
        void abandon();

        /** What was told is put aside; the events of another answer follow. At most once. */
        void beginAnew();

        /** The answer that was put aside is the one after all; nothing more is told before its end. */
        void takeBack();
    }

    /** Whether it shows what the call has come to while it runs. */
    default boolean wantsCost() {
        return false;
    }

    /** After {@code events}, where it {@link #wantsCost}. */
    default void cost(CallNow now) {}

    /** Whether the caller reads more slowly than we write. */
    boolean full();

    /** Runs once when the caller has caught up. */
    void onDrain(Runnable resume);

    /**
     * @param taskId also the completion's id (D14)
     * @param maxTokensApplied the maximum that a partly covering balance left of the one asked for (D31); null where none was cut
     * @param ignored fields without effect that translation found, to be listed beside the request's own (D5)
     */
    record Admission(String taskId, @Nullable Long maxTokensApplied, List<String> ignored) {}

    /**
     * @param usage as it is printed
     * @param chargeMicros what the ledger charged
     */
    record Completion(PrintedUsage usage, long chargeMicros) {}
}
