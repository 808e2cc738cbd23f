package dev.tollgate.storage.holdings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The rule by which rows of a table are kept, and whether they are written once: a line of {@code tables.csv} (C38). A table that is in no line, or a line
 * without a table, fails a test.
 *
 * @param table its name, in both databases
 * @param period the time after which rows go, in the words of {@code docs/data.md}; empty if no time says so, or no page has it
 * @param once the columns by which a row that is written once is found again, in order; empty if rows are changed
 * @param emptied columns of such a row that an erasure empties
 * @param data the beginning of the line about it in {@code docs/data.md}; empty if it has nothing of one customer, or is counted there with others
 */
public record TableRule(String table, Goes goes, String period, List<String> once, List<String> emptied, String data) {

    /** The end of a row. */
    public enum Goes {
        /** Nothing: it belongs to the books or to the installation. */
        NEVER,
        /** The erasure or the end of what it belongs to: an account, a person, a webhook, a file. */
        OWNER,
        /** The end of what it is for: a call that has ended, a mail that was sent, a day that was added up. */
        DONE,
        /** A sweep, once a time is over. */
        TIME
    }

    private static final String FILE = "/tables.csv";
    private static final int FIELDS = 6;

    public TableRule {
        once = List.copyOf(once);
        emptied = List.copyOf(emptied);
    }

    /** Returns the rules of all tables, in the order of their names. Reads the file in the jar. */
    public static List<TableRule> all() {
        try (InputStream in = TableRule.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + FILE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(TableRule::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TableRule of(String line) {
        String[] fields = line.split(",", -1);
        if (fields.length != FIELDS) {
            throw new IllegalStateException("a line of " + FILE + " has " + FIELDS + " fields: " + line);
        }
        return new TableRule(
                fields[0],
                Goes.valueOf(fields[1].toUpperCase(Locale.ROOT)),
                fields[2],
                words(fields[3]),
                words(fields[4]),
                fields[5]);
    }

    private static List<String> words(String field) {
        return field.isEmpty() ? List.of() : Arrays.asList(field.split(" "));
    }
}
