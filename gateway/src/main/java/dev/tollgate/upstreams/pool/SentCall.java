package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.hops.HopEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running call and its current channel. Confined to the event loop that started it. */
public interface SentCall extends UpstreamCall {

    /** Returns the number of attempts so far. */
    int count();

    /**
     * Returns the name of the current channel: the first of two concurrent ones, and the answering one once events have come. Never shown
     * to a caller.
     */
    String channel();

    /** Returns the upstream's name of the model used there. Never shown to a caller. */
    String model();

    /** Returns the place of the project of the current channel, whose cache the call reads. */
    default long projectPlace() {
        return 0;
    }

    /** Returns the results of the call's first 16 attempts, in the order in which they ended. */
    default List<AttemptRecord> tried() {
        return List.of();
    }

    /** Returns the usage of the attempts that were thrown away before anything of them was passed on, in the order in which they ended. */
    default List<Spent> spent() {
        return List.of();
    }

    /** Returns the requests of a call for several images that have reported usage and brought none. */
    default int madeForNothing() {
        return 0;
    }

    /** Returns whether that channel is asked for one hop of an answer that was to have several (H2). */
    default boolean cutsMaximum() {
        return false;
    }

    /** Returns how the hop that was asked for last has ended; null if its answer is a single one. */
    default @Nullable HopEnd hopEnd() {
        return null;
    }

    /** Returns the fields without effect on that channel (D5). */
    List<String> ignored();
}
