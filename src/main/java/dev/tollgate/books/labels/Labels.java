package dev.tollgate.books.labels;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the dictionary of labels. Thread-safe; blocks. */
public final class Labels {

    private static final String ONE =
            "SELECT name, value FROM label WHERE account_id = ? AND number = ? AND value <> ''";
    private static final String VALUES = """
            SELECT value, created_day, used_day FROM label
            WHERE account_id = ? AND name = ? AND value > ? AND value <> '' ORDER BY value LIMIT ?""";

    private final Database database;

    public Labels(Database database) {
        this.database = database;
    }

    /** A value of a name. @param createdDay the first day (UTC) of a call with it @param usedDay the last */
    public record Value(String value, Instant createdDay, Instant usedDay) {}

    /** Returns the values of a tag in their order. @param after the last value of the page before; empty for the first page */
    public List<Value> values(String accountId, String name, String after, int limit) {
        return database.pages()
                .read(
                        accountId,
                        sql -> sql.list(
                                VALUES,
                                row -> new Value(
                                        row.getString(1),
                                        Instant.ofEpochMilli(row.getLong(2)),
                                        Instant.ofEpochMilli(row.getLong(3))),
                                accountId,
                                name,
                                after,
                                limit));
    }

    /** Returns the labels of a call that has ended, without those that are erased or old. @param numbers with spaces between them */
    public static CallLabels of(Reads sql, String accountId, String numbers) throws SQLException {
        if (numbers.isEmpty()) {
            return CallLabels.NONE;
        }
        Map<String, String> values = new HashMap<>();
        for (String number : numbers.split(" ")) {
            sql.each(ONE, row -> values.put(row.getString(1), row.getString(2)), accountId, Long.parseLong(number));
        }
        String endUser = values.remove(CallLabels.END_USER);
        return new CallLabels(new TreeMap<>(values), endUser == null ? "" : endUser);
    }
}
