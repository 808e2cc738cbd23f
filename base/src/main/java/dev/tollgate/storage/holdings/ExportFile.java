package dev.tollgate.storage.holdings;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of an export: the rows of a table that belong to an account or a person.
 *
 * @param file the name of the file
 * @param about the description that the customer reads
 * @param from the tables, in SQL
 * @param whose the condition, in SQL; here and in {@code from}, {@code :account} and {@code :person} stand for the ids, {@code :after} for the
 *     number that the rows come after, 0 at first
 * @param columns the exported columns
 * @param order the unique columns that order the rows
 * @param rendered the last cells of each line; null if all are columns
 */
public record ExportFile(
        String file,
        String about,
        String from,
        String whose,
        List<Column> columns,
        List<String> order,
        @Nullable Rendered rendered) {

    /** The number of rows that one read returns at most. */
    public static final int ROWS_AT_ONCE = 500;

    /** The format of a value. */
    public enum Form {
        /** Texts, which people may have chosen, and numbers. */
        PLAIN,
        TIME,
        CREDITS,
        YES_NO,
        /** A mark whether a value exists; the value itself is not exported. */
        PRESENT,
        /** The request id of a ledger entry, as sent. */
        REQUEST_ID
    }

    /** @param sql the column @param name its name in the file */
    public record Column(String sql, String name, Form form) {}

    /**
     * Cells that the program renders from a row.
     *
     * @param sql the columns that it reads, which are the first of the row
     * @param width their number
     */
    public record Rendered(String sql, int width, List<String> names, Renderer renderer) {}

    /** Returns a text for each name; null for an empty cell. */
    @FunctionalInterface
    public interface Renderer {
        List<@Nullable String> cells(ResultSet row) throws SQLException;
    }

    /** @param columns each {@code column} or {@code column=name}; the ending of a name decides its form */
    public static ExportFile of(String file, String about, String from, String whose, String columns, String order) {
        return new ExportFile(
                file,
                about,
                from,
                whose,
                List.of(columns.strip().split("\\s+")).stream()
                        .map(ExportFile::column)
                        .toList(),
                List.of(order.split(" ")),
                null);
    }

    /** Returns this file with rendered cells at the end of each line. */
    public ExportFile with(Rendered cells) {
        return new ExportFile(file, about, from, whose, columns, order, cells);
    }

    /** Returns the names of all cells. */
    public List<String> names() {
        List<String> names = new ArrayList<>(columns.stream().map(Column::name).toList());
        names.addAll(rendered == null ? List.of() : rendered.names());
        return names;
    }

    private static Column column(String text) {
        String[] parts = text.split(":", 2);
        String sql = parts[0];
        String plain = sql.substring(sql.indexOf('.') + 1);
        if (parts.length == 2) {
            return new Column(sql, plain, Form.valueOf(parts[1]));
        }
        if (plain.endsWith("_at")) {
            return new Column(sql, plain, Form.TIME);
        }
        return plain.endsWith("_micros")
                ? new Column(sql, plain.substring(0, plain.length() - "_micros".length()), Form.CREDITS)
                : new Column(sql, plain, Form.PLAIN);
    }
}
