package dev.tollgate.upstreams.pool;

import java.util.List;

/** A call under way, and who answers it. Confined to the event loop that asked. */
public interface SentCall extends UpstreamCall {

    /** How often an upstream has been asked. */
    int count();

    /** The name of the channel that is asked, of two the first: once events have come, the one that answers. Never shown to a caller. */
    String channel();

    /** The upstream's name of the model that is asked there. Never shown to a caller. */
    String model();

    /** What became of each try so far, in the order of their ends; of a call's first 16 tries. */
    default List<Tried> tried() {
        return List.of();
    }

    /** Fields without effect on that channel (D5). */
    List<String> ignored();
}
