package dev.tollgate.customers.figures;

import java.time.Instant;
import java.util.List;

/**
 * Figures of a span.
 *
 * @param span the span that the figures cover, which may be whole days of UTC
 * @param all the figures of the whole span under the request's filters, not only of this page
 * @param isMore whether there are groups after these
 */
public record UsageTable(Instant asOf, Span span, Figures all, List<UsageGroup> groups, boolean isMore) {

    public UsageTable {
        groups = List.copyOf(groups);
    }
}
