package dev.tollgate.pages.frame;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The orders of a list that is whole on its page; a link in the head of a column chooses one.
 *
 * @param orders by name, each as the first press sorts
 * @param chosen a name, with a minus sign for the opposite order
 * @param href returns the page sorted by a name
 */
public record Sorting<T>(Map<String, Comparator<T>> orders, String chosen, UnaryOperator<String> href) {

    /** @param chosen by the URL; not used if there is no such order */
    public static <T> Sorting<T> of(
            Map<String, Comparator<T>> orders, @Nullable String chosen, String otherwise, UnaryOperator<String> href) {
        return new Sorting<>(orders, chosen != null && orders.containsKey(name(chosen)) ? chosen : otherwise, href);
    }

    /** Returns the order of a figure, the largest first. */
    public static <T> Comparator<T> most(ToLongFunction<T> figure) {
        return Comparator.comparingLong(figure).reversed();
    }

    private static String name(String chosen) {
        return chosen.startsWith("-") ? chosen.substring(1) : chosen;
    }

    private boolean isOpposite() {
        return chosen.startsWith("-");
    }

    public List<T> sorted(List<T> rows) {
        Comparator<T> order = orders.get(name(chosen));
        return order == null
                ? rows
                : rows.stream().sorted(isOpposite() ? order.reversed() : order).toList();
    }

    /** Returns the page sorted by a name; in the opposite order if it is sorted by it already. */
    String link(String name) {
        return href.apply(chosen.equals(name) ? "-" + name : name);
    }

    /** Returns the direction of a column; null if the list is not sorted by it. @param isNumber whether the first press puts the largest first */
    @Nullable
    String direction(String name, boolean isNumber) {
        return !name(chosen).equals(name) ? null : isNumber == isOpposite() ? "ascending" : "descending";
    }
}
