package dev.tollgate.customers.figures;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of CSV as RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe; numbers do not. Not thread-safe.
 */
public final class CsvCells {

    /** Begins a file, so that spreadsheets read it as UTF-8. */
    public static final String BEGIN = "\ufeff";

    /** Full-width signs, too: some spreadsheets take them for the usual ones. */
    private static final String FORMULA = "=+-@\t\r＝＋－＠";

    private final List<String> cells = new ArrayList<>();

    /** A text that a caller may have chosen. */
    public CsvCells text(@Nullable String text) {
        String cell = text == null ? "" : text;
        boolean isFormula = !cell.isEmpty() && FORMULA.indexOf(cell.charAt(0)) >= 0;
        cells.add(quoted(isFormula ? "'" + cell : cell));
        return this;
    }

    public CsvCells number(long number) {
        cells.add(Long.toString(number));
        return this;
    }

    /** Figures that we wrote, e.g. an amount. */
    public CsvCells figure(String text) {
        cells.add(text);
        return this;
    }

    private static String quoted(String cell) {
        for (int i = 0; i < cell.length(); i++) {
            if ("\",\r\n".indexOf(cell.charAt(i)) >= 0) {
                return '"' + cell.replace("\"", "\"\"") + '"';
            }
        }
        return cell;
    }

    /** Returns the line with its end, and begins the next one. */
    public String line() {
        return line("\r\n");
    }

    /** Returns the line with another end, and begins the next one. */
    public String line(String end) {
        String line = String.join(",", cells) + end;
        cells.clear();
        return line;
    }
}
