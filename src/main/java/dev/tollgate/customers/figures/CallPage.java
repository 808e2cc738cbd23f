package dev.tollgate.customers.figures;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of calls, the newest first.
 *
 * @param older where the next page begins; null if there are no older calls
 * @param newer where the page before begins; null if there are no newer calls, or it is not known
 * @param lookedBackTo where the search stopped before it was complete: {@code older} continues there; else null
 */
public record CallPage(
        List<CallRow> calls,
        @Nullable String older,
        @Nullable String newer,
        @Nullable Instant lookedBackTo) {

    public CallPage {
        calls = List.copyOf(calls);
    }
}
