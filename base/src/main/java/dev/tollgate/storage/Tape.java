package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A table whose rows form one tape for each account: a row takes a place as long as its size, and rows that end beyond the account's share, measured
 * from the tape's end, are deleted. Another table has the tapes' lengths. Immutable.
 */
public final class Tape {

    private final RowStatement advance;
    private final RowStatement windOff;

    /**
     * @param rows the table of the rows, with {@code account_id} and {@code place}
     * @param lengths the table of the lengths, with {@code account_id}
     * @param length the column of a length
     * @param one SQL for a size and its account
     * @param many SQL for arrays of them
     */
    public Tape(String rows, String lengths, String length, String one, String many) {
        String into = "INSERT INTO " + lengths + " (" + length + ", account_id) ";
        String grown = " ON CONFLICT (account_id) DO UPDATE SET " + length + " = " + lengths + "." + length
                + " + excluded." + length + " RETURNING account_id, " + length;
        this.advance = RowStatement.of(into + one + grown, into + many + grown, "bigint", "text");
        this.windOff = RowStatement.of(
                "DELETE FROM " + rows + " WHERE account_id = ? AND place <= ?",
                "DELETE FROM " + rows + " USING unnest(?, ?) AS gone (account_id, place) WHERE " + rows
                        + ".account_id = gone.account_id AND " + rows + ".place <= gone.place",
                "text",
                "bigint");
    }

    /** Makes room for new rows and locks their accounts' tapes. @param sizes of all new rows of each account */
    public Advanced advance(Statements statements, SortedMap<String, Long> sizes) throws SQLException {
        SortedMap<String, Long> ends = new TreeMap<>();
        RowStatement.Rows rows = advance.on(statements, row -> ends.put(row.getString(1), row.getLong(2)));
        for (Map.Entry<String, Long> size : sizes.entrySet()) {
            rows.number(size.getValue().longValue()).text(size.getKey()).next();
        }
        rows.finish();
        return new Advanced(statements, ends);
    }

    /** Tapes with room for the new rows of a batch. */
    public final class Advanced {

        private final Statements statements;
        private final SortedMap<String, Long> ends;
        private final SortedMap<String, Long> free;

        private Advanced(Statements statements, SortedMap<String, Long> ends) {
            this.statements = statements;
            this.ends = ends;
            this.free = new TreeMap<>(ends);
        }

        /** Returns the place of a new row: an account's first row ends at the end of its tape, each further row is before it. */
        public long place(String accountId, long size) {
            return free.merge(accountId, -size, Long::sum) + size;
        }

        /** Deletes the rows beyond the share. */
        public void windOff(long share) throws SQLException {
            RowStatement.Rows rows = windOff.on(statements);
            for (Map.Entry<String, Long> end : ends.entrySet()) {
                if (end.getValue() > share) {
                    rows.text(end.getKey()).number(end.getValue() - share).next();
                }
            }
            rows.finish();
        }
    }
}
