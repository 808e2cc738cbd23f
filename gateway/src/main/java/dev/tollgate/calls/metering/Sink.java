package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.running.CallNow;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The door's side of a metered call. Called on the exchange's event loop, in this order: {@code admitted}, perhaps
 * {@code ignoring}, {@code answering}, any number of {@code events}, then exactly one of {@code end}'s {@code send} and {@code failed}. A refusal is {@code failed} alone.
 * {@code waiting} may come anywhere between {@code admitted} and the end. After the
 * caller has disconnected, only {@code signed} is called.
 */
public interface Sink {

    /** Reports that the call has a hold. No upstream has been asked, so the response may still become a plain error. Sends nothing. */
    void admitted(Admission admission);

    /**
     * Reports at intervals that the call runs: what is shown from now on is covered by the hold. Called until the end of the upstream's response, never if
     * the response leaves as a whole. A response that begins here, before {@code ignoring} and {@code answering}, gets its failures as errors within the stream.
     */
    default void waiting() {}

    /** Lists fields that have no effect on the channel that answers, if that is not the first choice (D5). Before {@code answering}, at most once. */
    void ignoring(List<String> fields);

    /**
     * Called right before the first events.
     *
     * @param attempts number of upstream attempts (D48)
     */
    void answering(int attempts);

    /** Passes events that may be shown, at least one. The hold covers them. */
    void events(List<UpstreamEvent> events);

    /**
     * Returns about how many bytes the sink keeps of events until its end, on the heap: asked before each batch, so that an answer that finds no room is
     * cut before it takes more.
     */
    default long keeps(List<UpstreamEvent> events) {
        return 0;
    }

    /** Forgets the events so far, of which nothing has left: only the end of the response follows. For a sink that {@link #leavesWhole}. */
    default void forget() {}

    /**
     * Renders the end of the response with its future charge. Everything that can fail must fail here, while the hold can still be released. Sends
     * nothing. If the call is not charged, {@link #failed} follows.
     */
    End end(Completion completion);

    /** The rendered end of a complete response. */
    @FunctionalInterface
    interface End {

        /** Sends the usage and the end. The charge is durable. */
        void send();

        /** Returns the door's own changes for the unit of the settlement. Called once, before {@link #send}. */
        default List<Change> kept(Settle settle) {
            return List.of();
        }

        /** Returns the state in which the door says that the response has ended. */
        default String status() {
            return "completed";
        }

        /** Deletes what was stored on its way: the response is not kept after all. */
        default void forget() {}

        /** Returns an end with changes of the door's own. */
        static End with(Runnable send, Function<Settle, List<Change>> kept) {
            return with(send, kept, "completed", () -> {});
        }

        /** Returns such an end with the door's word for the state. @param forget as {@link #forget} */
        static End with(Runnable send, Function<Settle, List<Change>> kept, String status, Runnable forget) {
            return new End() {

                @Override
                public String status() {
                    return status;
                }

                @Override
                public void forget() {
                    forget.run();
                }

                @Override
                public void send() {
                    send.run();
                }

                @Override
                public List<Change> kept(Settle settle) {
                    return kept.apply(settle);
                }
            };
        }
    }

    /** Returns why the response cannot be shown, which fails the call; null if it can. Asked before each charge of a response that its caller waits for. */
    default @Nullable ApiError unshowable() {
        return null;
    }

    /** Sends an error; nothing is charged. Before the first event it is a plain error, afterwards an error within the stream (D18). */
    void failed(ApiError error);

    /** Returns whether the end of the response has begun to leave and waits for its caller. */
    default boolean isSending() {
        return false;
    }

    /** @param then runs once, when the end has left, if it {@link #isSending} */
    default void onSent(Runnable then) {}

    /**
     * Ends the caller's connection after the code that sends the end has thrown, or after others needed the room of its end. Does nothing if
     * the response has ended.
     */
    void cut();

    /**
     * Returns the shown parts that later turns need and that the caller may not send back. Called at the settlement. Empty for a door whose callers
     * send everything back.
     */
    default List<SignedPart> signed() {
        return List.of();
    }

    /** Returns whether the response leaves as a whole, at its end. */
    default boolean leavesWhole() {
        return false;
    }

    /** Returns the response while nothing of it has left; null if it leaves piece by piece. */
    default @Nullable Draft draft() {
        return null;
    }

    /** A complete response that may still be discarded, because it leaves as a whole (D48). */
    interface Draft {

        /**
         * Checks the events received so far.
         *
         * @param then called once, through the executor, with false if the response is known not to be what the caller requested
         */
        void check(Executor loop, Consumer<Boolean> then);

        /** Stops the check, because the call has ended. */
        void abandon();

        /** Holds back the events received so far. Those of another response follow. At most once. */
        void beginAnew();

        /** Makes the first response current again. Only its end follows. */
        void takeBack();
    }

    /** Returns whether the sink shows the cost of the call while it runs. */
    default boolean wantsCost() {
        return false;
    }

    /** Reports the cost after {@code events}, if the sink {@link #wantsCost}. */
    default void cost(CallNow now) {}

    /** Returns whether the caller reads more slowly than Tollgate writes. A response that leaves as a whole waits for its caller at its end only. */
    default boolean full() {
        return false;
    }

    /** Returns whether a large event is leaving, as fast as the caller takes it. Until it has left, the sink is {@link #full}, and the next event waits. */
    default boolean isMidway() {
        return false;
    }

    /** Runs a task once, when the caller has caught up. */
    default void onDrain(Runnable resume) {}

    /**
     * The start of a call.
     *
     * @param taskId also the completion's id (D14)
     * @param maxTokensApplied the reduced maximum if the balance covers only part of the requested one (D31); null if it was not reduced
     * @param ignored fields without effect that translation found, listed in addition to the request's own (D5)
     */
    record Admission(String taskId, @Nullable Long maxTokensApplied, List<String> ignored) {}

    /**
     * The end of a charged call.
     *
     * @param usage the usage as printed
     * @param chargeMicros the ledger's charge
     * @param tier the service tier that was granted; if the upstream has not reported it, the tier that is charged
     */
    record Completion(PrintedUsage usage, long chargeMicros, ServiceTier tier) {

        /** Returns the usage in the upstream's tokens. */
        public Usage tokens() {
            return usage.tokens();
        }
    }
}
