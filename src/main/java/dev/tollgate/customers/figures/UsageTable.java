package dev.tollgate.customers.figures;

import java.time.Instant;
import java.util.List;

/**
 * Figures of a span.
 *
 * @param span as it was told: perhaps days of UTC
 * @param all of the span, with the question's filters, whatever the page shows
 * @param isMore whether there are groups after these
 */
public record UsageTable(Instant asOf, Span span, Figures all, List<UsageGroup> groups, boolean isMore) {

    public UsageTable {
        groups = List.copyOf(groups);
    }
}
