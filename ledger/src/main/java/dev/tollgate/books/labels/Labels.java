package dev.tollgate.books.labels;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads the dictionary of labels. Thread-safe; blocks. */
public record Labels(Database database) {

    private static final String SOME =
            "SELECT number, name, value FROM label WHERE account_id = ? AND value <> '' AND number IN (%s)";

    /** The most numbers of a query. */
    private static final int NUMBERS_MAX = 500;

    private static final String VALUES = """
            SELECT value, created_day, used_day FROM label
            WHERE account_id = ? AND name = ? AND value > ? AND value <> '' ORDER BY value LIMIT ?""";

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
        return of(sql, accountId, Set.of(numbers)).getOrDefault(numbers, CallLabels.NONE);
    }

    /** Returns the labels of calls that have ended, as above, by their numbers. */
    public static Map<String, CallLabels> of(Reads sql, String accountId, Set<String> ofCalls) throws SQLException {
        List<Long> wanted = ofCalls.stream()
                .flatMap(numbers -> numbers(numbers).stream())
                .distinct()
                .sorted()
                .toList();
        Map<Long, Label> known = new HashMap<>();
        for (int from = 0; from < wanted.size(); from += NUMBERS_MAX) {
            List<Long> some = wanted.subList(from, Math.min(wanted.size(), from + NUMBERS_MAX));
            List<Object> values = new ArrayList<>(List.of(accountId));
            values.addAll(some);
            sql.each(
                    SOME.formatted(String.join(", ", Collections.nCopies(some.size(), "?"))),
                    row -> known.put(row.getLong(1), new Label(row.getString(2), row.getString(3))),
                    values.toArray());
        }
        Map<String, CallLabels> labels = new HashMap<>();
        for (String numbers : ofCalls) {
            SortedMap<String, String> values = new TreeMap<>();
            for (long number : numbers(numbers)) {
                Label label = known.get(number);
                if (label != null) {
                    values.put(label.name(), label.value());
                }
            }
            String endUser = values.remove(CallLabels.END_USER);
            labels.put(numbers, new CallLabels(values, endUser == null ? "" : endUser));
        }
        return labels;
    }

    private static List<Long> numbers(String text) {
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(" ")).map(Long::valueOf).toList();
    }

    /** Returns the labels of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "labels.csv",
                        "tags and end users of calls; an end user's label has no name",
                        "label l",
                        "l.account_id = :account",
                        "l.number l.name l.value l.created_day:TIME l.used_day:TIME",
                        "l.account_id l.number"))
                .with(RowErasure.ofAccount("UPDATE label SET value = '', proof = 0 WHERE account_id = ?"));
    }
}
