package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table from which the browser draws a chart: bars on top of each other, or lines. Without scripts the table is all there is.
 *
 * @param unit what a row is: hour, day, week, month or year
 * @param isLines whether its series are lines that are not added up, like times
 * @param signs around the numbers of the axis, like a dollar sign
 * @param lastColumn the last column; it is the sum of the others if it has no name within a sentence
 * @param sum the last row; its cells are empty texts where nothing can be added up
 * @param isRounded whether amounts do not add up as they are shown
 */
public record Chart(
        String unit,
        boolean isLines,
        Money.Around signs,
        List<Series> series,
        Series lastColumn,
        List<Row> rows,
        Row sum,
        boolean isRounded) {

    /** The colour of the range before: a dashed line over the bars. It is no part of their sum. */
    public static final int BEFORE = -1;

    public Chart {
        series = List.copyOf(series);
        rows = List.copyOf(rows);
    }

    /** A row without its cells. @param href the calls of the row; empty for none */
    public record Line(String label, String href) {}

    /** A column. @param cells of each line @param micros amounts of each line that are shown as sums; empty if they are not */
    public record Column(Series series, List<Cell> cells, List<Long> micros) {

        boolean isRounded(Money money) {
            return !micros.isEmpty() && money.isRounded(micros.subList(0, micros.size() - 1), micros.getLast());
        }
    }

    /**
     * Returns a chart of columns.
     *
     * @param lines the rows' labels; the last line is the sum of all rows
     * @param last the last column
     */
    public static Chart of(
            String unit, Metric metric, Money money, List<Line> lines, List<Column> columns, Column last) {
        List<Row> rows = IntStream.range(0, lines.size())
                .mapToObj(i -> new Row(
                        lines.get(i).label,
                        lines.get(i).href,
                        columns.stream().map(column -> column.cells.get(i)).toList(),
                        last.cells.get(i)))
                .toList();
        return new Chart(
                unit,
                metric.isTime(),
                metric.isAmount() ? money.around() : new Money.Around("", metric.isTime() ? " " + say("unit::s") : ""),
                columns.stream().map(Column::series).toList(),
                last.series,
                rows.subList(0, rows.size() - 1),
                rows.getLast(),
                metric.isAmount() && isRounded(money, columns, last));
    }

    private static boolean isRounded(Money money, List<Column> columns, Column last) {
        List<Column> parts = columns.stream()
                .filter(it -> it.series.colour != BEFORE && !it.micros.isEmpty())
                .toList();
        return Stream.concat(columns.stream(), Stream.of(last)).anyMatch(it -> it.isRounded(money))
                || IntStream.range(0, last.micros.size()).anyMatch(row -> {
                    List<Long> ofRow =
                            parts.stream().map(it -> it.micros.get(row)).toList();
                    return money.isRounded(ofRow, last.micros.get(row));
                });
    }

    private static final Map<String, Unit> UNITS = Map.of(
            "hour", new Unit(sentence("hour"), sentence("Hour")),
            "day", new Unit(sentence("day"), sentence("Day")),
            "week", new Unit(sentence("week"), sentence("Week")),
            "month", new Unit(sentence("month"), sentence("Month")),
            "year", new Unit(sentence("year"), sentence("Year")));

    /** The words for a length of rows. */
    private record Unit(Sentence word, Sentence head) {}

    private static Unit words(String unit) {
        return Objects.requireNonNull(UNITS.get(unit), unit);
    }

    /** Returns the word for a length of rows, within a sentence. */
    public static Sentence unit(String unit) {
        return words(unit).word;
    }

    /** Returns the head of the last column. */
    public String last() {
        return lastColumn.name;
    }

    /** Returns the same within a sentence; null if the column is the sum of the others. */
    public @Nullable String beside() {
        return lastColumn.beside;
    }

    /** Returns the head of the column of its rows. */
    public String head() {
        return words(unit).head.said();
    }

    /** Returns the chart with one of its columns. */
    public Chart only(int column) {
        return new Chart(
                unit,
                isLines,
                signs,
                List.of(series.get(column)),
                lastColumn,
                rows.stream().map(row -> row.only(column)).toList(),
                sum.only(column),
                isRounded);
    }

    /**
     * @param colour 1 to 6, 0 for all others, {@link #BEFORE} for the range before
     * @param beside its name within a sentence, of a last column that is no sum of the others; else null
     */
    public record Series(String name, int colour, @Nullable String beside) {

        public Series(String name, int colour) {
            this(name, colour, null);
        }

        public String style() {
            return colour == BEFORE ? "before" : "f" + colour;
        }
    }

    /** @param href the calls of the row; empty for none @param all its last column */
    public record Row(String label, String href, List<Cell> cells, Cell all) {

        private Row only(int column) {
            return new Row(label, href, List.of(cells.get(column)), cells.get(column));
        }
    }

    /** @param value a number for the script; empty if there is none @param text as people read it @param exact the title */
    public record Cell(String value, String text, String exact) {

        public static final Cell NONE = new Cell("", "–", "");

        /** A count, or a dash for none. */
        public static Cell count(long number) {
            return new Cell(Long.toString(number), number == 0 ? "–" : Display.number(number), Display.number(number));
        }

        /** An interpolated time. */
        public static Cell time(long millis) {
            return millis < 0
                    ? NONE
                    : new Cell(Display.quotient(Math.min(millis, LAST_BUCKET), SECOND), Display.about(millis), "");
        }
    }

    private static final long SECOND = 1_000;

    /** The place of a time in the last bucket, which has no end. */
    private static final long LAST_BUCKET = 10 * SECOND;

    /** Returns the cell of an amount. @param text as the page shows it */
    static Cell amount(Money money, long micros, String text) {
        return new Cell(money.drawn(micros), micros == 0 ? "–" : text, Money.exact(micros));
    }
}
