package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageTable;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Display;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of the usage page: its groups put together by day, model or key. Pure. */
public record UsageLines(UsageTable table, CallFilters filters, String by, KeyNames names) {

    /**
     * A row.
     *
     * @param href its calls; empty for none
     * @param bar the length of its bar: hundredths of the largest row
     * @param share of all credits, in hundredths
     */
    public record Row(String label, String href, Figures figures, long bar, long share) {}

    /** Maximum number of rows on the page. The file has all rows. */
    static final int ROWS_MAX = 200;

    /** Maximum number of rows of the second grouping. */
    static final int OTHER_ROWS_MAX = 50;

    private static final int DAYS_MAX = 92;
    private static final int MONTH_CHARS = 7;
    private static final int SHARE_WIDTH = 100;

    /** @param most what is beyond is one row */
    List<Row> rows(int most) {
        Map<String, Figures> sums = new TreeMap<>();
        for (UsageGroup group : table.groups()) {
            sums.merge(id(group), group.figures(), Figures::plus);
        }
        Stream<Map.Entry<String, Figures>> sorted = by.equals("day")
                ? sums.entrySet().stream()
                        .sorted(Map.Entry.<String, Figures>comparingByKey().reversed())
                : sums.entrySet().stream()
                        .sorted(Comparator.comparingLong((Map.Entry<String, Figures> each) ->
                                -each.getValue().netMicros()));
        List<Map.Entry<String, Figures>> all = sorted.toList();
        long largest = all.stream()
                .mapToLong(each -> each.getValue().netMicros())
                .max()
                .orElse(0);
        List<Row> rows = new ArrayList<>();
        all.stream()
                .limit(most)
                .forEach(each -> rows.add(line(label(each.getKey()), link(each.getKey()), each.getValue(), largest)));
        all.stream()
                .skip(most)
                .map(Map.Entry::getValue)
                .reduce(Figures::plus)
                .ifPresent(rest -> rows.add(line("others", "", rest, largest)));
        return rows;
    }

    private String id(UsageGroup group) {
        return switch (by) {
            case "day" -> {
                String day = Objects.requireNonNull(group.day()).toString();
                yield isByMonth() ? day.substring(0, MONTH_CHARS) : day;
            }
            case "key" -> Objects.requireNonNull(group.keyId());
            default -> Objects.requireNonNull(group.model());
        };
    }

    private boolean isByMonth() {
        return ChronoUnit.DAYS.between(first(), last()) >= DAYS_MAX;
    }

    private LocalDate first() {
        return table.span().from().atZone(zone()).toLocalDate();
    }

    private LocalDate last() {
        return table.span().to().minusMillis(1).atZone(zone()).toLocalDate();
    }

    private ZoneId zone() {
        return table.span().zone();
    }

    private String label(String id) {
        return switch (by) {
            case "key" -> names.name(id);
            case "day" -> isByMonth() ? Display.month(YearMonth.parse(id)) : Display.day(LocalDate.parse(id));
            default -> id;
        };
    }

    private String link(String id) {
        if (by.equals("day")) {
            LocalDate day = LocalDate.parse(isByMonth() ? id + "-01" : id);
            LocalDate end = isByMonth() ? day.plusMonths(1).minusDays(1) : day;
            return calls(day.isBefore(first()) ? first() : day, end.isAfter(last()) ? last() : end);
        }
        return by.equals("key")
                ? calls(first(), last(), filters.model(), id)
                : calls(first(), last(), id, filters.key());
    }

    /** The log of these days, of the filters' model and key. */
    String calls(LocalDate from, LocalDate to) {
        return calls(from, to, filters.model(), filters.key());
    }

    private String calls(LocalDate from, LocalDate to, @Nullable String model, @Nullable String key) {
        return PageLink.to(PageLink.REQUESTS)
                .with("range", "own")
                .with("from", from.toString())
                .with("to", to.toString())
                .with("utc", zone().equals(ZoneOffset.UTC) ? "1" : null)
                .with("model", model)
                .with("key", key)
                .text();
    }

    private Row line(String label, String href, Figures figures, long largest) {
        long net = figures.netMicros();
        return new Row(
                label,
                href,
                figures,
                hundredths(net, largest),
                hundredths(net, table.all().netMicros()));
    }

    /** The nearest; what is more than nothing is at least 1. */
    private static long hundredths(long part, long whole) {
        if (part <= 0 || whole <= 0) {
            return 0;
        }
        long hundredth = Math.max(1, whole / SHARE_WIDTH);
        return Math.clamp((part + hundredth / 2) / hundredth, 1, SHARE_WIDTH);
    }
}
