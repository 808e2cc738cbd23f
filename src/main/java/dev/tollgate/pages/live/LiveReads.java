package dev.tollgate.pages.live;

import dev.tollgate.calls.metering.CallNow;
import dev.tollgate.customers.figures.LiveAccounts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The reads of a look at all streams. They may block. */
interface LiveReads {

    Map<String, LiveAccounts.Head> heads(List<String> accountIds);

    LiveAccounts.@Nullable Now now(String accountId, ZoneId zone, Instant now);

    int newer(String accountId, String callId);

    /** Returns the sessions, named by their hashes, that have not ended. */
    Set<String> alive(List<String> sessions);

    /** Calls of this node, by their ids. */
    Map<String, CallNow> running(Set<String> accountIds);
}
