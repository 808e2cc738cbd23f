package dev.tollgate.customers.figures;

import dev.tollgate.base.money.Credits;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a file of CSV as RFC 4180 has it, in their order: the head of each, and its cell in a row. Made once; not changed after that.
 *
 * @param <T> a row
 */
public final class CsvColumns<T> {

    /** Begins a file, so that spreadsheets read it as UTF-8. */
    public static final String BEGIN = "\ufeff";

    /** Ends a line. */
    public static final String END = "\r\n";

    /** Full-width signs, too: some spreadsheets take them for the usual ones. */
    private static final String FORMULA = "=+-@\t\r＝＋－＠";

    private record Column<T>(String head, Function<T, String> cell) {}

    private final List<Column<T>> columns = new ArrayList<>();

    /** Adds a column of texts that callers may have chosen. */
    public CsvColumns<T> text(String head, Function<T, @Nullable String> text) {
        columns.add(new Column<>(head, row -> cell(text.apply(row))));
        return this;
    }

    /** Adds a column of what we wrote; nothing stands for null. */
    public CsvColumns<T> value(String head, Function<T, @Nullable Object> value) {
        columns.add(new Column<>(head, row -> Objects.toString(value.apply(row), "")));
        return this;
    }

    /** Adds a column of amounts, in credits to the micro-credit. */
    public CsvColumns<T> credits(String head, ToLongFunction<T> micros) {
        return value(head, row -> Credits.text(micros.applyAsLong(row)));
    }

    /** Adds a column of amounts in dollars. */
    public CsvColumns<T> dollars(String head, ToLongFunction<T> micros) {
        return value(head, row -> Credits.dollars(micros.applyAsLong(row)));
    }

    /** Adds a figure, an amount in credits and in dollars. @param figures of a row; null for nothing */
    public CsvColumns<T> figure(Figure figure, Function<T, @Nullable Figures> figures) {
        value(figure.word(), row -> {
            Figures its = figures.apply(row);
            return its == null ? null : figure.text(its);
        });
        return figure.isAmount()
                ? value(figure.word() + "_usd", row -> {
                    Figures its = figures.apply(row);
                    return its == null ? null : Credits.dollars(figure.of(its));
                })
                : this;
    }

    /** Returns a text that a caller may have chosen. A text that a spreadsheet would take for a formula gets an apostrophe. */
    public static String cell(@Nullable String text) {
        String cell = text == null ? "" : text;
        boolean isFormula = !cell.isEmpty() && FORMULA.indexOf(cell.charAt(0)) >= 0
                || cell.startsWith("|=")
                || cell.startsWith("%=");
        String shown = isFormula ? "'" + cell : cell;
        return shown.chars().anyMatch(c -> "\",\r\n".indexOf(c) >= 0) ? '"' + shown.replace("\"", "\"\"") + '"' : shown;
    }

    /** Returns a file. @param end of a line */
    public String file(List<T> rows, String end) {
        return BEGIN + columns.stream().map(Column::head).collect(Collectors.joining(",", "", end)) + lines(rows, end);
    }

    private String lines(List<T> rows, String end) {
        return rows.stream()
                .flatMap(row -> Stream.of(
                        columns.stream().map(column -> column.cell().apply(row)).collect(Collectors.joining(",")), end))
                .collect(Collectors.joining());
    }

    /** Reads rows behind a place. */
    @FunctionalInterface
    public interface Source<T, P> {

        /** @param place null for the begin @param rows takes the rows @return the place behind them; null if there are no more */
        @Nullable
        P read(@Nullable P place, List<T> rows);
    }

    /** Writes a long file in pieces. @param pieces takes whole lines in their order; false: no more is wanted */
    public <P> void write(Predicate<String> pieces, Source<T, P> source) {
        P place = null;
        boolean isWanted;
        do {
            List<T> rows = new ArrayList<>();
            boolean isFirst = place == null;
            place = source.read(place, rows);
            isWanted = pieces.test(isFirst ? file(rows, END) : lines(rows, END));
        } while (isWanted && place != null);
    }
}
