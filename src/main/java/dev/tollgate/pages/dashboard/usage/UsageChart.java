package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.DayCredits;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.PartsChart;
import dev.tollgate.pages.dashboard.usage.UsageView.Metric;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Spark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The chart of the usage page and of a key's, and the small lines of rows. Pure, except {@link #ofThirtyDays}.
 *
 * @param names of keys, models, teams or members, by their ids
 * @param order of the columns; others follow, the largest first
 * @param calls the log between two days, both included
 * @param today is marked, if it is in the span
 */
public record UsageChart(
        Span span,
        Function<String, String> names,
        List<String> order,
        BiFunction<LocalDate, LocalDate, String> calls,
        LocalDate today) {

    private static final int MEDIAN = 50;

    /** Returns the spend of the last thirty days by model, of a key, a team or a member; null if there is none. Blocks. */
    public static @Nullable Chart ofThirtyDays(
            AccountHistory history,
            Catalogue catalogue,
            String accountId,
            KeyFilter keys,
            ZoneId zone,
            Instant now,
            Money money) {
        ChosenRange range = ChosenRange.lastThirtyDays(now, zone);
        Span span = history.span(range.from(), range.to(), range.zone());
        List<DayCredits> days = history.credits(accountId, span, UsageQuestion.By.MODEL, null, keys);
        UsageChart chart = new UsageChart(
                span,
                Function.identity(),
                catalogue.all().stream().map(Model::id).toList(),
                (from, to) -> PageLink.to(PageLink.REQUESTS)
                        .with("from", from.toString())
                        .with("to", to.toString())
                        .with("key", keys.keyId())
                        .with("team", keys.teamId())
                        .with("member", keys.memberId())
                        .text(),
                range.last());
        return days.isEmpty() ? null : chart.spend(days, money);
    }

    private LocalDate first() {
        return span.from().atZone(span.zone()).toLocalDate();
    }

    private LocalDate last() {
        return span.to().minusMillis(1).atZone(span.zone()).toLocalDate();
    }

    public Chart spend(List<DayCredits> days, Money money) {
        return chart(
                days.stream()
                        .map(day -> new PartsChart.Part(day.day(), names.apply(day.name()), day.netMicros()))
                        .toList(),
                money.sign(),
                Chart.amounts(money));
    }

    /** @param groups by day and one of model, key, team and member */
    Chart of(Metric metric, List<UsageGroup> groups) {
        ToLongFunction<Figures> figure =
                switch (metric) {
                    case ERRORS -> Figures::failed;
                    case TOKENS -> UsageLines::tokens;
                    default -> Figures::calls;
                };
        Chart counts = chart(
                groups.stream()
                        .map(group -> new PartsChart.Part(
                                Objects.requireNonNull(group.day()), name(group), figure.applyAsLong(group.figures())))
                        .toList(),
                "",
                Chart.Cell::count);
        return metric == Metric.FIRST_BYTE ? times(counts, groups) : counts;
    }

    private String name(UsageGroup group) {
        return names.apply(Stream.of(group.model(), group.keyId(), group.teamId(), group.memberId())
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow());
    }

    private Chart chart(List<PartsChart.Part> parts, String prefix, LongFunction<Chart.Cell> cell) {
        Chart chart = PartsChart.of(parts, order, first(), last(), calls, prefix, cell);
        if (last().isBefore(today) || first().isAfter(today)) {
            return chart;
        }
        List<Chart.Row> rows = new ArrayList<>(chart.rows());
        Chart.Row now = rows.get(place(today));
        rows.set(place(today), new Chart.Row(now.label() + " so far", now.href(), now.cells(), now.all()));
        return new Chart(
                chart.unit(),
                chart.isLines(),
                chart.prefix(),
                chart.suffix(),
                chart.series(),
                chart.last(),
                rows,
                chart.sum());
    }

    private int place(LocalDate day) {
        return PartsChart.Period.of(first(), last()).place(first(), day);
    }

    /** Lines of medians instead of bars. Names without a colour of their own share a line. */
    private Chart times(Chart counts, List<UsageGroup> groups) {
        Set<String> own = counts.series().stream().map(Chart.Series::name).collect(Collectors.toSet());
        Map<String, Figures> sums = new HashMap<>();
        for (UsageGroup group : groups) {
            String series = own.contains(name(group)) ? name(group) : "others";
            int row = place(Objects.requireNonNull(group.day()));
            for (String key : List.of(row + series, row + "\n", series, "\n")) {
                sums.merge(key, group.figures(), Figures::plus);
            }
        }
        List<Chart.Row> rows = new ArrayList<>();
        for (int i = 0; i < counts.rows().size(); i++) {
            rows.add(row(counts.rows().get(i), "" + i, counts, sums));
        }
        return new Chart(
                counts.unit(), true, "", " s", counts.series(), "All", rows, row(counts.sum(), "", counts, sums));
    }

    private static Chart.Row row(Chart.Row count, String row, Chart counts, Map<String, Figures> sums) {
        return new Chart.Row(
                row.isEmpty() ? "All days" : count.label(),
                count.href(),
                counts.series().stream()
                        .map(series -> median(sums.get(row + series.name())))
                        .toList(),
                median(sums.get(row + "\n")));
    }

    private static Chart.Cell median(@Nullable Figures figures) {
        return figures == null ? Chart.Cell.NONE : Chart.Cell.time(figures.firstByteMillis(MEDIAN));
    }

    /** Returns the spend of some rows as a line, with a value for each row of the chart. */
    Spark spark(Chart chart, List<DayCredits> days, Predicate<String> wanted) {
        long[] values = new long[chart.rows().size()];
        days.stream()
                .filter(day -> wanted.test(day.name()))
                .forEach(day -> values[place(day.day())] += day.netMicros());
        return Spark.of(values);
    }
}
