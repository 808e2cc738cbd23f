package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.host.Printable;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.function.Consumer;

/** Rows in columns of equal width. What stands in a cell cannot move the cursor: see {@link Printable}. */
public final class TextTable {

    private static final String GAP = "  ";

    private TextTable() {}

    /** The rows of a table, in their order. */
    @FunctionalInterface
    public interface Rows {

        /** Hands over all rows. */
        void read(Consumer<String[]> row);
    }

    /**
     * Prints a table. Its rows are read twice, first for the widths of the columns, so that a list of any length takes no memory. A cell that has
     * grown in between is printed whole.
     */
    public static void print(PrintWriter out, String[] heads, Rows rows) {
        int[] widths = Arrays.stream(heads).mapToInt(String::length).toArray();
        rows.read(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Printable.line(row[i]).length());
            }
        });
        out.println(line(heads, widths));
        rows.read(row -> out.println(line(row, widths)));
    }

    private static String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = Printable.line(row[i]);
            line.append(cell)
                    .repeat(' ', Math.max(0, widths[i] - cell.length()))
                    .append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
