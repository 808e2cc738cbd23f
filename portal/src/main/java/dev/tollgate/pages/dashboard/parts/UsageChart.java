package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Chart.Column;
import dev.tollgate.pages.frame.Chart.Line;
import dev.tollgate.pages.frame.Chart.Series;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Spark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Charts of an account by day, or by week, month or year if there are many days, in a column for each model, key, team or member. Those beyond six share a
 * column; the last column is of all. Pure, except {@link #ofThirtyDays}.
 *
 * @param first day of the range
 * @param last day of the range
 * @param today its row is marked as not over; null marks none
 * @param order of the columns; others follow, the largest first
 * @param calls the log between two days, both included
 */
public record UsageChart(
        LocalDate first,
        LocalDate last,
        @Nullable LocalDate today,
        List<String> order,
        BiFunction<LocalDate, LocalDate, String> calls) {

    private static final int COLOURS = 6;

    /** Returns the chart of a span. @param byModel whether its columns are models */
    public static UsageChart of(
            Span span,
            LocalDate today,
            Catalogue catalogue,
            boolean byModel,
            BiFunction<LocalDate, LocalDate, String> calls) {
        return new UsageChart(
                span.from().atZone(span.zone()).toLocalDate(),
                span.to().minusMillis(1).atZone(span.zone()).toLocalDate(),
                today,
                byModel ? catalogue.all().stream().map(Model::id).toList() : List.of(),
                calls);
    }

    /** Returns the chart of a key's, a team's or a member's spend in the last thirty days, by model; null if nothing was spent. Blocks. */
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
        List<UsageGroup> days = history.credits(accountId, span, UsageQuestion.By.MODEL, null, keys);
        UsageChart chart = of(span, range.last(), catalogue, true, (from, to) -> PageLink.to(PageLink.REQUESTS)
                .with("from", from.toString())
                .with("to", to.toString())
                .with("key", keys.keyId())
                .with("team", keys.teamId())
                .with("member", keys.memberId())
                .text());
        return days.isEmpty() ? null : chart.of(Metric.SPEND, money, days, Function.identity());
    }

    /** The length of a row: the shortest that gives not too many rows, so that the page stays small. */
    private enum Period {
        DAY(ChronoUnit.DAYS, 31, TimeForm.DAY_OF_MONTH),
        WEEK(ChronoUnit.WEEKS, 27, TimeForm.DAY_OF_MONTH),
        MONTH(ChronoUnit.MONTHS, 36, TimeForm.MONTH),
        YEAR(ChronoUnit.YEARS, Integer.MAX_VALUE, TimeForm.YEAR);

        private final ChronoUnit unit;
        private final int rowsMax;
        private final TimeForm label;

        Period(ChronoUnit unit, int rowsMax, TimeForm label) {
            this.unit = unit;
            this.rowsMax = rowsMax;
            this.label = label;
        }

        /** Returns the row of a day. @param first day of the range */
        private int place(LocalDate first, LocalDate day) {
            return (int) unit.between(begin(first), begin(day));
        }

        private LocalDate begin(LocalDate day) {
            return switch (this) {
                case DAY -> day;
                case WEEK -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
                case MONTH -> day.withDayOfMonth(1);
                case YEAR -> day.withDayOfYear(1);
            };
        }
    }

    private Period period() {
        return Arrays.stream(Period.values())
                .filter(period -> period.place(first, last) < period.rowsMax)
                .findFirst()
                .orElseThrow();
    }

    /** Returns what a row is: day, week, month or year. */
    public String unit() {
        return period().name().toLowerCase(Locale.ROOT);
    }

    /** @param groups by day and one of model, key, team and member @param names of those, by their ids */
    public Chart of(Metric metric, Money money, List<UsageGroup> groups, Function<String, String> names) {
        Function<UsageGroup, String> name = group -> names.apply(group.name());
        Metric size = metric == Metric.MEDIAN ? Metric.CALLS : metric;
        Map<String, Series> series = series(groups.stream()
                .collect(Collectors.groupingBy(
                        name, LinkedHashMap::new, Collectors.summingLong(it -> size.value(it.figures())))));
        List<Column> columns = new ArrayList<>();
        Set<Series> all = new LinkedHashSet<>(series.values());
        Series others = others();
        boolean hasOthers = all.remove(others);
        Stream.concat(all.stream(), hasOthers ? Stream.of(others) : Stream.empty())
                .forEach(each -> columns.add(
                        metric.column(each, rows(groups, group -> each.equals(series.get(name.apply(group)))), money)));
        Column last = metric.column(new Series(say("All"), 0), rows(groups, _ -> true), money);
        return Chart.of(
                unit(), metric, money, lines(metric == Metric.MEDIAN ? say("All days") : say("Sum")), columns, last);
    }

    private List<Line> lines(String ofAll) {
        Period period = period();
        List<Line> lines = new ArrayList<>();
        LocalDate next;
        for (LocalDate from = first; !from.isAfter(last); from = next) {
            next = period.begin(from).plus(1, period.unit);
            LocalDate end = next.isAfter(last) ? last : next.minusDays(1);
            boolean isNow = today != null && !today.isBefore(from) && !today.isAfter(end);
            lines.add(new Line(
                    isNow ? say("{day} so far", period.label.format(from)) : period.label.format(from),
                    calls.apply(from, end)));
        }
        lines.add(new Line(ofAll, ""));
        return lines;
    }

    /** Returns the figures of each row and, at the end, of all. */
    private List<Figures> rows(List<UsageGroup> groups, Predicate<UsageGroup> wanted) {
        Period period = period();
        Figures[] rows = new Figures[period.place(first, last) + 2];
        Arrays.fill(rows, Figures.NONE);
        groups.stream().filter(wanted).forEach(group -> {
            int row = period.place(first, group.date());
            rows[row] = rows[row].plus(group.figures());
            rows[rows.length - 1] = rows[rows.length - 1].plus(group.figures());
        });
        return List.of(rows);
    }

    /** Returns the spend of some rows as a line. */
    public Spark spark(List<UsageGroup> days, String id) {
        List<Figures> rows = rows(days, group -> group.name().equals(id));
        return Spark.of(rows.subList(0, rows.size() - 1).stream()
                .mapToLong(Figures::netMicros)
                .toArray());
    }

    /**
     * Gives each of the six largest series a colour. A name among the first six of the order always gets the colour of its place, so a model has
     * the same colour on every page.
     *
     * @param sizes of all days, by name
     */
    private Map<String, Series> series(Map<String, Long> sizes) {
        List<String> largest = sizes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        Set<String> present = new LinkedHashSet<>(order);
        present.retainAll(sizes.keySet());
        present.addAll(largest);
        Set<String> coloured = Set.copyOf(largest.subList(0, Math.min(COLOURS, largest.size())));
        Map<String, Series> series = new LinkedHashMap<>();
        boolean[] taken = new boolean[COLOURS + 1];
        for (String name : present) {
            int place = order.indexOf(name);
            if (place >= 0 && place < COLOURS && coloured.contains(name)) {
                series.put(name, new Series(name, place + 1));
                taken[place + 1] = true;
            }
        }
        for (String name : present) {
            series.computeIfAbsent(name, it -> coloured.contains(it) ? new Series(it, free(taken)) : others());
        }
        return series;
    }

    private static Series others() {
        return new Series(say("others"), 0);
    }

    /** Takes the first colour that is free: there is one for each of the largest. */
    private static int free(boolean[] taken) {
        int colour = 1;
        while (taken[colour]) {
            colour++;
        }
        taken[colour] = true;
        return colour;
    }
}
