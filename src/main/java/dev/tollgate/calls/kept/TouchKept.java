package dev.tollgate.calls.kept;

import java.time.Instant;
import java.util.List;

/** Notes that responses are still in use. */
record TouchKept(String accountId, List<String> ids, Instant at) implements KeptChange {

    TouchKept {
        ids = List.copyOf(ids);
    }
}
