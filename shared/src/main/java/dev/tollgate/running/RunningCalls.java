package dev.tollgate.running;

import java.util.Map;
import java.util.Set;

/** The calls that run on this node. */
public interface RunningCalls {

    /**
     * Returns the current figures of some accounts' calls, by task id. Leaves out the calls of a loop that does not answer within a second.
     * Blocks: not for event loops.
     */
    Map<String, CallNow> of(Set<String> accountIds);
}
