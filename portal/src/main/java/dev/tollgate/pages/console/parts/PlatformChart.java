package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.Figures;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Chart.Column;
import dev.tollgate.pages.frame.Chart.Line;
import dev.tollgate.pages.frame.Chart.Series;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Spark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The figures of a range by hour or day, as a chart and small lines.
 *
 * @param now by the begins of hours or days; those without calls are missing; a chart may sum up days to weeks
 * @param before the same of the range before
 * @param isOfAccount whether the cost of older calls is not known: its chart of money has the spend alone
 */
public record PlatformChart(
        ConsoleRange range,
        NavigableMap<Instant, Figures> now,
        NavigableMap<Instant, Figures> before,
        boolean isOfAccount) {

    private static final int PERMILLE = 1_000;
    private static final int COLOURS = 6;

    public Figures at(Instant period) {
        return sum(now.subMap(period, range.end(period)));
    }

    public Figures beforeAt(Instant period) {
        return sum(before.subMap(range.before(period), range.before(range.end(period))));
    }

    private static Figures sum(Map<Instant, Figures> figures) {
        return figures.values().stream().reduce(Figures.NONE, Figures::plus);
    }

    public Figures sum() {
        return sum(now);
    }

    public Figures sumBefore() {
        return sum(before);
    }

    /** Returns a small line of a figure. */
    public Spark spark(ToLongFunction<Figures> of) {
        return Spark.of(range.periods().stream().map(this::at).mapToLong(of).toArray());
    }

    public static long permille(long part, long whole) {
        return whole <= 0 ? 0 : part * PERMILLE / whole;
    }

    /** Returns the figures of each period and, at the end, of all. */
    private List<Figures> rows() {
        return Stream.concat(range.periods().stream().map(this::at), Stream.of(sum()))
                .toList();
    }

    /** Returns a chart of the parts of a metric. @param calls the address of calls, up to the time */
    public Chart chart(Metric chosen, Money money, String calls) {
        return chart(chosen, money, at -> calls + range.fields(at));
    }

    /** Returns a chart of the parts of a metric. @param href the page that a period opens */
    public Chart chart(Metric chosen, Money money, Function<Instant, String> href) {
        Metric metric = isOfAccount && chosen == Metric.MONEY ? Metric.SPEND : chosen;
        List<Column> columns = new ArrayList<>(metric.columns(rows(), money));
        if (chosen == Metric.MONEY && range.past().isCompared()) {
            String past =
                    isOfAccount ? say("spend, {span}", range.pastDays()) : say("revenue, {span}", range.pastDays());
            List<Figures> rows = Stream.concat(range.periods().stream().map(this::beforeAt), Stream.of(sumBefore()))
                    .toList();
            columns.add(metric.column(new Series(past, Chart.BEFORE), rows, money));
        }
        return chart(metric, money, columns, href);
    }

    private Chart chart(Metric metric, Money money, List<Column> columns, Function<Instant, String> href) {
        Stream<Line> lines = range.periods().stream().map(at -> new Line(range.label(at), href.apply(at)));
        return Chart.of(
                range.unit(),
                metric,
                money,
                Stream.concat(lines, Stream.of(new Line(say("All"), ""))).toList(),
                columns,
                metric.last(rows(), money));
    }

    /**
     * Returns a chart with a column for each of some parts of these figures, of which the first six have a colour of their own.
     *
     * @param calls the address of calls, up to the time
     */
    public Chart ofParts(Metric metric, Money money, SequencedMap<String, PlatformChart> parts, String calls) {
        List<Column> columns = new ArrayList<>();
        parts.forEach((name, part) -> columns.add(metric.column(
                new Series(name, columns.size() < COLOURS ? columns.size() + 1 : 0), part.rows(), money)));
        return chart(metric, money, columns, at -> calls + range.fields(at));
    }
}
