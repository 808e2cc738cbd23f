package dev.tollgate.pages.frame;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list as {@code part/table.jte} prints it.
 *
 * @param name for screen readers
 * @param style classes of the style sheet; null for none
 * @param empty instead of a table without rows; null for the heads alone
 */
public record Table(
        String name,
        @Nullable String style,
        List<Head> heads,
        List<Row> rows,
        @Nullable Empty empty) {

    /**
     * @param isSilent whether only screen readers get it
     * @param href null for no link
     * @param order {@code ascending} or {@code descending}; null if the list is not sorted by it
     */
    public record Head(
            String text,
            boolean isSilent,
            @Nullable String style,
            @Nullable String href,
            @Nullable String order) {}

    /** @param first names the row @param style class of the style sheet; null for none */
    public record Row(
            Placed first, List<Placed> others, @Nullable String style) {}

    /** @param style classes of the style sheet; null for none */
    public record Placed(Cell cell, @Nullable String style) {}

    /** @param href of a button; null for none */
    public record Empty(String text, @Nullable String href, String label) {}

    /** Returns a role that a table keeps on narrow screens, where it is laid out as blocks; null if it is not. */
    public @Nullable String role(String role) {
        return "told".equals(style) ? role : null;
    }
}
