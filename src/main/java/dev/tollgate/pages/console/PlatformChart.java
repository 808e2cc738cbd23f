package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.CsvCells;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Chart.Cell;
import dev.tollgate.pages.frame.Chart.Series;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Spark;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a range by hour or day, as a chart, small lines and a file.
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

    /** A choice of figures. */
    public enum Metric {
        MONEY("Money", "Revenue, cost and margin"),
        CALLS("Calls", "Calls"),
        ERRORS("Errors", "Failed calls"),
        TOKENS("Tokens", "Tokens"),
        FIRST_BYTE("First byte", "Time to the first byte");

        private final String text;
        private final String title;

        Metric(String text, String title) {
            this.text = text;
            this.title = title;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The first one for any other word. */
        static Metric of(@Nullable String word) {
            return of(word, MONEY);
        }

        static Metric of(@Nullable String word, Metric otherwise) {
            return Stream.of(values())
                    .filter(metric -> metric.word().equals(word))
                    .findFirst()
                    .orElse(otherwise);
        }

        /** @param path of a page, with a query up to the name of the figure */
        static List<SwitchLink> links(String path, Metric current) {
            return Stream.of(values())
                    .map(metric -> new SwitchLink(metric.text, path + metric.word(), metric == current))
                    .toList();
        }

        String titleOfParts(ConsoleRange range) {
            return switch (this) {
                        case MONEY -> "Revenue";
                        case FIRST_BYTE -> "First byte, p95,";
                        default -> title;
                    }
                    + " by " + range.unit();
        }

        public String title(ConsoleRange range) {
            return title + " by " + range.unit();
        }
    }

    Figures at(Instant period) {
        return sum(now.subMap(period, range.end(period)));
    }

    Figures beforeAt(Instant period) {
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
    Spark spark(ToLongFunction<Figures> of) {
        return Spark.of(range.periods().stream().map(this::at).mapToLong(of).toArray());
    }

    static long permille(long part, long whole) {
        return whole <= 0 ? 0 : part * PERMILLE / whole;
    }

    /** @param calls the address of calls, up to the time */
    Chart chart(Metric metric, Money money, String calls) {
        List<Chart.Row> rows = range.periods().stream()
                .map(at -> row(metric, money, range.label(at), calls + range.fields(at), at(at), beforeAt(at)))
                .toList();
        return chart(metric, money, series(metric), rows, row(metric, money, "All", "", sum(), sumBefore()));
    }

    private Chart chart(Metric metric, Money money, List<Series> series, List<Chart.Row> rows, Chart.Row sum) {
        boolean isTime = metric == Metric.FIRST_BYTE;
        return new Chart(
                range.unit(),
                isTime,
                metric == Metric.MONEY ? money.sign() : "",
                isTime ? " s" : "",
                series,
                last(metric),
                rows,
                sum);
    }

    private List<Series> series(Metric metric) {
        return switch (metric) {
            case MONEY -> {
                String revenue = isOfAccount ? "spend" : "revenue";
                Series past = new Series(revenue + " of the " + range.length() + " before", Chart.BEFORE);
                yield isOfAccount
                        ? List.of(new Series(revenue, 1), past)
                        : List.of(new Series("cost", 1), new Series("margin", 4), past);
            }
            case CALLS -> List.of(new Series("completed", 1), new Series("failed", 2), new Series("cancelled", 0));
            case ERRORS -> List.of(new Series("failed", 2));
            case TOKENS ->
                List.of(new Series("in", 1), new Series("cached", 4), new Series("out", 2), new Series("thoughts", 5));
            case FIRST_BYTE -> List.of(new Series("p50", 4), new Series("p95", 1));
        };
    }

    private String last(Metric metric) {
        return switch (metric) {
            case MONEY -> isOfAccount ? "Spend" : "Revenue";
            case CALLS -> "All";
            case ERRORS -> "Of all calls";
            case TOKENS -> "All";
            case FIRST_BYTE -> "Calls";
        };
    }

    private Chart.Row row(Metric metric, Money money, String label, String href, Figures now, Figures before) {
        LongFunction<Cell> amount = Chart.amounts(money);
        List<Cell> cells =
                switch (metric) {
                    case MONEY ->
                        (isOfAccount
                                        ? LongStream.of(now.netMicros(), before.netMicros())
                                        : LongStream.of(now.costMicros(), now.marginMicros(), before.netMicros()))
                                .mapToObj(amount)
                                .toList();
                    case CALLS ->
                        Stream.of(now.completed(), now.failed(), now.cancelled())
                                .map(Cell::count)
                                .toList();
                    case ERRORS -> List.of(Cell.count(now.failed()));
                    case TOKENS ->
                        Stream.of(
                                        now.promptTokens() - now.cachedTokens(),
                                        now.cachedTokens(),
                                        now.completionTokens(),
                                        now.thoughtsTokens())
                                .map(Cell::count)
                                .toList();
                    case FIRST_BYTE -> List.of(Cell.time(now.firstByteMillis(50)), Cell.time(now.firstByteMillis(95)));
                };
        return new Chart.Row(label, href, cells, all(metric, amount, now));
    }

    private static Cell all(Metric metric, LongFunction<Cell> amount, Figures now) {
        return switch (metric) {
            case ERRORS -> new Cell("", Display.percent(now.failed(), now.calls()), "");
            case FIRST_BYTE -> Cell.count(now.withFirstByte());
            default -> one(metric, amount, now);
        };
    }

    private static Cell one(Metric metric, LongFunction<Cell> amount, Figures now) {
        return switch (metric) {
            case MONEY -> amount.apply(now.netMicros());
            case CALLS -> Cell.count(now.calls());
            case ERRORS -> Cell.count(now.failed());
            case TOKENS -> Cell.count(now.promptTokens() + now.completionTokens() + now.thoughtsTokens());
            case FIRST_BYTE -> Cell.time(now.firstByteMillis(95));
        };
    }

    /**
     * Returns a chart with a column for each of some parts of these figures, of which the first six have a colour of their own.
     *
     * @param calls the address of calls, up to the time
     */
    Chart ofParts(Metric metric, Money money, SequencedMap<String, PlatformChart> parts, String calls) {
        LongFunction<Cell> amount = Chart.amounts(money);
        List<Series> series = new ArrayList<>();
        parts.keySet().forEach(name -> series.add(new Series(name, series.size() < COLOURS ? series.size() + 1 : 0)));
        List<Chart.Row> rows = range.periods().stream()
                .map(at -> new Chart.Row(
                        range.label(at),
                        calls + range.fields(at),
                        cells(parts, part -> one(metric, amount, part.at(at))),
                        all(metric, amount, at(at))))
                .toList();
        Chart.Row sum = new Chart.Row(
                "All", "", cells(parts, part -> one(metric, amount, part.sum())), all(metric, amount, sum()));
        return chart(metric, money, series, rows, sum);
    }

    private static List<Cell> cells(SequencedMap<String, PlatformChart> parts, Function<PlatformChart, Cell> cell) {
        return parts.values().stream().map(cell).toList();
    }

    /** Returns all figures as CSV, one line an hour, a day or a week. */
    String csv() {
        StringBuilder lines = new StringBuilder(CsvCells.BEGIN + "begin," + heads());
        CsvCells cells = new CsvCells();
        range.periods().forEach(at -> lines.append(line(cells.figure(at.toString()), at(at), beforeAt(at), true)));
        return lines.toString();
    }

    /** Returns the heads of {@link #line}. */
    static String heads() {
        return Figure.heads(Figure.OF_FILES) + ",net_before\r\n";
    }

    /** @param isCosted whether the cost is known */
    static String line(CsvCells cells, Figures figures, Figures before, boolean isCosted) {
        Figure.OF_FILES.forEach(figure -> {
            if (isCosted || !figure.isOfCost()) {
                figure.cell(cells, figures);
            } else {
                cells.figure("");
            }
        });
        Figure.NET.cell(cells, before);
        return cells.line();
    }
}
