package dev.tollgate.storage.secrets;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sealed values of one kind as they lie in a table (C19): how many there are under each key, how they are sealed again, and how they are lost with a
 * key. The texts of SQL are the store's that alone writes the table. Immutable; its methods block.
 *
 * @param kind in words, as the command shows it
 * @param column that holds the values, in base64 if {@code isText}
 * @param from the table, with a condition that leaves values out, if there is one
 * @param end the column of the time since which {@code kept} runs; null for values without an end
 * @param walk seals them again; null for values that end, and are sealed again when they are used
 * @param lost ends some values at once, with {@code %s} for the condition that says which; null if they have no end, or end with others
 */
public record SealedValues(
        String kind,
        String column,
        boolean isText,
        String from,
        @Nullable String end,
        Duration kept,
        @Nullable Walk walk,
        @Nullable String lost) {

    /** Values whose key does not stand in them; a value in base64 begins with A and one of these. */
    private static final String UNNAMED = "'Q','R','S','T','U','V','W','X','Y','Z','a','b','c','d','e','f'";

    /** Characters of base64 that the form and the id of a key fill, without the last four bits of the id. */
    private static final int NAMED_CHARS = 6;

    private static final byte[] UNNAMED_BYTES = {1};

    /** Goes through values in the order of their names, a few at a time. */
    @FunctionalInterface
    public interface Walk {

        /** @param after the name of the last value that was looked at; empty to begin */
        Step next(Database database, String after, int rowsMax);
    }

    /**
     * A few values.
     *
     * @param last the name of the last one; null if there are no more
     * @param unreadable how many open under no key
     * @param anew seals the others again, as far as they are under an older key; null if none are
     */
    public record Step(
            @Nullable String last, int unreadable, @Nullable Statement anew) {}

    /** Values without an end, of which there are few. */
    public static SealedValues lasting(String kind, String column, String from, Walk walk) {
        return new SealedValues(kind, column, true, from, null, Duration.ZERO, walk, null);
    }

    /** Values that end some time after their last use. @param lost ends them at once */
    public static SealedValues ending(
            String kind, String column, boolean isText, String from, String end, Duration kept, @Nullable String lost) {
        return new SealedValues(kind, column, isText, from, end, kept, null, lost);
    }

    /** @param keyId null for values under no key of the ring @param last when the last of them ends; null if they have no end */
    public record Count(
            String kind,
            @Nullable String keyId,
            long values,
            @Nullable Instant last) {}

    /** Counts the values by their keys. Reads the whole table. */
    List<Count> counts(Database database, SecretBox ring) {
        String time = end == null ? "0" : "MAX(" + end + ")";
        String sql = "SELECT " + head() + " AS head, COUNT(*), " + time + " FROM " + from + " GROUP BY 1";
        return database.read(reads -> reads.list(
                sql, row -> count(row, ring), isText ? new Object[0] : new Object[] {UNNAMED_BYTES, UNNAMED_BYTES}));
    }

    private Count count(ResultSet row, SecretBox ring) throws SQLException {
        Instant last = end == null ? null : Instant.ofEpochMilli(row.getLong(3)).plus(kept);
        String keyId =
                ring.idOf(it -> isText ? textHead(it).equals(row.getString(1)) : Arrays.equals(it, row.getBytes(1)));
        return new Count(kind, keyId, row.getLong(2), last);
    }

    private String head() {
        return isText
                ? "CASE WHEN substr(" + column + ", 2, 1) IN (" + UNNAMED + ") THEN 'A' ELSE substr(" + column + ", 1, "
                        + NAMED_CHARS + ") END"
                : "CASE WHEN substr(" + column + ", 1, 1) = ? THEN ? ELSE substr(" + column + ", 1, 5) END";
    }

    /** Returns how values in base64 begin. */
    private static String textHead(byte[] head) {
        return head.length == UNNAMED_BYTES.length
                ? "A"
                : Base64.getEncoder()
                        .encodeToString(Arrays.copyOf(head, NAMED_CHARS))
                        .substring(0, NAMED_CHARS);
    }

    /** Ends some values under a key at once. The outcome is their number. Null if they have no end of their own. @param head with which they begin */
    @Nullable
    Statement losing(byte[] head) {
        if (lost == null) {
            return null;
        }
        String sql = lost.formatted(head() + " = ?");
        return new Statement(
                sql, List.of(isText ? List.of(textHead(head)) : List.of(UNNAMED_BYTES, UNNAMED_BYTES, head)));
    }

    /** Runs a statement of a store for some values. The outcome is the number of rows that it changed. */
    public static final class Statement extends Write<Integer> {

        private final String sql;
        private final List<List<Object>> rows;

        /** @param rows the parameters of each run */
        public Statement(String sql, List<List<Object>> rows) {
            this.sql = sql;
            this.rows = List.copyOf(rows);
        }

        /** Returns null if there are no values. */
        public static @Nullable Statement ofAny(String sql, List<List<Object>> rows) {
            return rows.isEmpty() ? null : new Statement(sql, rows);
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            int changed = 0;
            for (List<Object> row : rows) {
                changed += statements.run(sql, row.toArray());
            }
            return changed;
        }
    }

    /** Returns the part that writes values. */
    public static Part<?> part() {
        return new WritePart<>(Statement.class);
    }

    /**
     * A column of a table with one name for each row.
     *
     * @param found selects name and value behind a name, in the order of the names: both, and how many
     * @param changed sets the value of a name, unless another value is there: new value, name, old value
     * @param context of a value by its name
     */
    public record Column(String found, String changed, SecretBox.Purpose purpose, Context context) implements Walk {

        /** Names what a value was sealed for. */
        @FunctionalInterface
        public interface Context {
            String of(String name);
        }

        private record Row(String name, String value) {}

        @Override
        public Step next(Database database, String after, int rowsMax) {
            List<Row> rows = database.read(
                    sql -> sql.list(found, row -> new Row(row.getString(1), row.getString(2)), after, rowsMax));
            List<List<Object>> old = new ArrayList<>();
            int unreadable = 0;
            for (Row row : rows) {
                String anew = anew(row);
                if (anew == null) {
                    unreadable++;
                } else if (!anew.equals(row.value())) {
                    old.add(List.of(anew, row.name(), row.value()));
                }
            }
            String last = rows.size() < rowsMax ? null : rows.getLast().name();
            return new Step(last, unreadable, Statement.ofAny(changed, old));
        }

        /** Returns null for a value that does not open. */
        private @Nullable String anew(Row row) {
            try {
                byte[] sealed = Base64.getDecoder().decode(row.value().getBytes(StandardCharsets.US_ASCII));
                return purpose.isOld(sealed)
                        ? Base64.getEncoder().encodeToString(purpose.anew(sealed, context.of(row.name())))
                        : row.value();
            } catch (StoreException | IllegalArgumentException e) {
                return null;
            }
        }
    }
}
