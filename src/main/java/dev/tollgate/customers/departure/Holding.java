package dev.tollgate.customers.departure;

import java.util.List;

/**
 * What one table holds of an account or a person, as a file of lines.
 *
 * @param file the name of the file
 * @param about what it is, for a reader
 * @param from the tables, in SQL
 * @param whose the condition, in SQL; {@code :account} and {@code :person} stand for the ids
 * @param columns what is told
 * @param order columns that tell the rows apart and put them in order
 */
record Holding(String file, String about, String from, String whose, List<Column> columns, List<String> order) {

    /** How a value is written. */
    enum Form {
        /** Texts that somebody may have chosen, and numbers. */
        PLAIN,
        TIME,
        CREDITS,
        YES_NO,
        /** Whether there is something that is not told. */
        PRESENT,
        /** An id under which a movement was asked for, as it was sent. */
        REQUEST_ID,
        /** JSON of a call's course, without what is the operator's matter. */
        COURSE
    }

    /** @param sql the column @param name what it is called in the file */
    record Column(String sql, String name, Form form) {}

    /** @param columns each {@code column}, or {@code column=name}; what a name ends with tells its form */
    static Holding of(String file, String about, String from, String whose, String columns, String order) {
        return new Holding(
                file,
                about,
                from,
                whose,
                List.of(columns.strip().split("\\s+")).stream()
                        .map(Holding::column)
                        .toList(),
                List.of(order.split(" ")));
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
