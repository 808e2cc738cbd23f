package dev.tollgate.books.rollups;

import dev.tollgate.books.rollups.Rollups.RollupChange;
import java.util.List;

/**
 * Adds missing usage to rows, as found by a check of all calls; usage counted since the check stays. Does nothing if days have
 * been folded since the check.
 */
public final class CorrectUsage implements RollupChange {

    /** The tables. */
    public enum Of {
        QUARTER,
        DAY,
        HOUR,
        LABEL;

        /** Returns the sums of the table, in their order. */
        List<UsageColumn> sums() {
            return switch (this) {
                case QUARTER, DAY -> UsageColumn.OF_ACCOUNTS;
                case HOUR -> UsageColumn.OF_HOURS;
                case LABEL -> UsageColumn.OF_LABELS;
            };
        }
    }

    /**
     * A row to correct.
     *
     * @param startsAt milliseconds
     * @param names for a quarter or a day: account, key and model; for an hour: channel, model, the upstream's name of it, end; for a label's day: account,
     *     number and model
     * @param missing to be added to each sum of the table, in the order of {@link UsageColumn}
     */
    public record Row(Of of, long startsAt, List<String> names, List<Long> missing) {

        public Row {
            names = List.copyOf(names);
            missing = List.copyOf(missing);
            if (names.size() != (of == Of.HOUR ? 4 : 3)
                    || missing.size() != of.sums().size()) {
                throw new IllegalArgumentException("not a row of usage");
            }
        }
    }

    private final long foldedUntilMillis;
    private final List<Row> rows;
    private boolean isDone;

    /** @param foldedUntilMillis end of the folded days at the check; 0 if there were none */
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

    /** Returns whether the rows are correct. Once applied. */
    public boolean isDone() {
        return isDone;
    }
}
