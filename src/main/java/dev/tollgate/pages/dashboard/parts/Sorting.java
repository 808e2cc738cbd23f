package dev.tollgate.pages.dashboard.parts;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a list that is whole on its page, by each of which a link sorts it.
 *
 * @param chosen the name of a column, with a minus sign for the opposite order
 */
public record Sorting<T>(List<Column<T>> columns, String chosen) {

    /** @param order of the first press; null for a column that nothing is sorted by @param style classes of its head */
    public record Column<T>(
            String name,
            String text,
            String style,
            @Nullable Comparator<T> order) {}

    /** @param href null for no link @param order of {@code aria-sort}; null if the list is not sorted by it */
    public record Head(
            String text,
            String style,
            @Nullable String href,
            @Nullable String order) {}

    /** @param chosen by the URL; the first column that sorts where it is none */
    public static <T> Sorting<T> of(List<Column<T>> columns, @Nullable String chosen, String otherwise) {
        boolean isKnown = columns.stream()
                .anyMatch(column -> column.order() != null
                        && (column.name().equals(chosen) || ("-" + column.name()).equals(chosen)));
        return new Sorting<>(columns, isKnown && chosen != null ? chosen : otherwise);
    }

    /** Returns a column of a figure, the largest first. */
    public static <T> Column<T> most(String name, String text, String style, ToLongFunction<T> figure) {
        return new Column<>(name, text, style, Comparator.comparingLong(figure).reversed());
    }

    private boolean isOpposite() {
        return chosen.startsWith("-");
    }

    private boolean isChosen(Column<T> column) {
        return chosen.equals((isOpposite() ? "-" : "") + column.name());
    }

    public List<T> sorted(List<T> rows) {
        Comparator<T> order = columns.stream()
                .filter(this::isChosen)
                .map(Column::order)
                .findFirst()
                .orElse(null);
        return order == null
                ? rows
                : rows.stream().sorted(isOpposite() ? order.reversed() : order).toList();
    }

    /** @param href the page sorted by a name */
    public List<Head> heads(Function<String, String> href) {
        return columns.stream().map(column -> head(column, href)).toList();
    }

    private Head head(Column<T> column, Function<String, String> href) {
        if (column.order() == null) {
            return new Head(column.text(), column.style(), null, null);
        }
        boolean isTurned = isChosen(column) && !isOpposite();
        boolean isNumber = column.style().startsWith("num");
        String order = isChosen(column) ? isNumber == isOpposite() ? "ascending" : "descending" : null;
        return new Head(column.text(), column.style(), href.apply((isTurned ? "-" : "") + column.name()), order);
    }
}
