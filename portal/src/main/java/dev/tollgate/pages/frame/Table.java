package dev.tollgate.pages.frame;

import gg.jte.Content;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list as {@code part/table.jte} prints it.
 *
 * @param name for screen readers
 * @param style classes of the style sheet; null for none
 * @param foot the sum; null for none
 * @param id for a script; null for none
 * @param live how a script fills the rows; null if none does
 * @param empty instead of a table without rows; null for the heads alone
 */
public record Table(
        String name,
        @Nullable String style,
        List<Head> heads,
        List<Row> rows,
        @Nullable Row foot,
        @Nullable Empty empty,
        @Nullable String id,
        @Nullable Live live) {

    /** @param list the name by which a script fills the rows @param sample a template of a row */
    public record Live(String list, Content sample) {}

    /**
     * @param isSilent whether only screen readers get it
     * @param href null for no link
     * @param colour of a chart's series; null for none
     * @param order {@code ascending} or {@code descending}; null if the list is not sorted by it
     */
    public record Head(
            String text,
            boolean isSilent,
            @Nullable String style,
            @Nullable String href,
            @Nullable String order,
            @Nullable Integer colour) {

        Head coloured(int number) {
            return new Head(text, isSilent, style, href, order, number);
        }
    }

    /** @param first names the row @param style class of the style sheet; null for none */
    public record Row(
            Placed first, List<Placed> others, @Nullable String style) {}

    /** @param style classes of the style sheet; null for none */
    public record Placed(Cell cell, @Nullable String style) {

        /** Returns whether it has ids or codes. */
        public boolean isKept() {
            return Table.isKept(style);
        }
    }

    /** Ids and codes stand in letters of one width. */
    static boolean isKept(@Nullable String style) {
        return style != null && List.of(style.split(" ")).contains("mono");
    }

    /** @param href of a button; null for none */
    public record Empty(String text, @Nullable String href, String label) {}

    /** Returns a role that a table keeps on narrow screens, where it is laid out as blocks; null if it is not. */
    public @Nullable String role(String role) {
        return "told".equals(style) ? role : null;
    }
}
