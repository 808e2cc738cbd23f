package dev.tollgate.books.rollups;

import java.util.List;

/**
 * Adds to rows of usage what they lack, as a check of all calls has found; what is counted meanwhile stays counted. Nothing where days have
 * been folded since the check.
 */
public final class CorrectUsage implements RollupChange {

    /** The tables. */
    public enum Of {
        QUARTER,
        DAY,
        HOUR
    }

    /**
     * One row.
     *
     * @param startsAt milliseconds
     * @param names of a quarter or a day: account, key and model; of an hour: channel, model, the upstream's name of it, end
     * @param missing of a quarter or a day: what is to be added to each sum; of an hour: to calls, the four counts of tokens, estimated, charged,
     *     refunded, shortfall
     */
    public record Row(Of of, long startsAt, List<String> names, List<Long> missing) {

        public Row {
            names = List.copyOf(names);
            missing = List.copyOf(missing);
            boolean isHour = of == Of.HOUR;
            if (names.size() != (isHour ? 4 : 3) || missing.size() != (isHour ? 9 : UsageColumn.OF_ACCOUNTS.size())) {
                throw new IllegalArgumentException("not a row of usage");
            }
        }
    }

    private final long foldedUntilMillis;
    private final List<Row> rows;
    private boolean isDone;

    /** @param foldedUntilMillis up to where days were folded when it was checked; 0 where none was */
    public CorrectUsage(long foldedUntilMillis, List<Row> rows) {
        this.foldedUntilMillis = foldedUntilMillis;
        this.rows = List.copyOf(rows);
    }

    long foldedUntilMillis() {
        return foldedUntilMillis;
    }

    List<Row> rows() {
        return rows;
    }

    void done() {
        isDone = true;
    }

    /** Once applied: whether the rows are as they should be. */
    public boolean isDone() {
        return isDone;
    }
}
