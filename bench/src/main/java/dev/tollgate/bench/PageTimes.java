package dev.tollgate.bench;

import org.HdrHistogram.Histogram;

/** How long one kind of page took, from the request to its last byte. @param budgetMillis that p95 is to keep */
record PageTimes(String page, String zone, int budgetMillis, long looks, long p50Nanos, long p95Nanos, long maxNanos) {

    static final String HEADER = "run,page,zone,budget_millis,looks,p50_nanos,p95_nanos,max_nanos";

    static PageTimes of(PageKind page, String zone, Histogram nanos) {
        return new PageTimes(
                page.name(),
                zone,
                page.budgetMillis(),
                nanos.getTotalCount(),
                nanos.getValueAtPercentile(50),
                nanos.getValueAtPercentile(95),
                nanos.getMaxValue());
    }

    /** What is looked at. @param path with its query */
    record PageKind(String name, String path, int budgetMillis) {}

    boolean isWithin() {
        return p95Nanos <= budgetMillis * 1_000_000L;
    }

    String line() {
        return "%-34s %-20s %8.1f %8.1f %8.1f %6d  %s"
                .formatted(
                        page,
                        zone,
                        p50Nanos / 1e6,
                        p95Nanos / 1e6,
                        maxNanos / 1e6,
                        budgetMillis,
                        isWithin() ? "met" : "MISSED");
    }

    String csv(String run) {
        return String.join(
                ",",
                run,
                page,
                zone,
                Integer.toString(budgetMillis),
                Long.toString(looks),
                Long.toString(p50Nanos),
                Long.toString(p95Nanos),
                Long.toString(maxNanos));
    }
}
