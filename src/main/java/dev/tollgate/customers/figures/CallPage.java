package dev.tollgate.customers.figures;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of calls, the newest first.
 *
 * @param older where the next page begins, or null where there is nothing older
 * @param newer where the page before begins, or null where there is nothing newer, or nobody knows
 * @param lookedBackTo where it was given up to look further: {@code older} goes on there; else null
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
