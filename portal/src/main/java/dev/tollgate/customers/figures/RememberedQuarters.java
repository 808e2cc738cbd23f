package dev.tollgate.customers.figures;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.UsagePeriods.Name;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sums of quarters of an hour in memory: a chart in a zone far from UTC asks for the same ones of thirty days again and again, and all that was
 * counted today is asked for with each look. It is not held for true that a quarter or a day which is over stays as it is: refunds, and calls
 * that a crash has left, may be counted into it later, by any server. What is in memory holds only while the sums of the folded day, or of the
 * quarters themselves, which are read each time, have the calls and the refunds that they had: these two only grow, one of them with whatever is
 * counted, and until the day's row has followed, the day does not pass for folded. Where the database tells of the fold whether it has written
 * since ({@link Folded#version}), days are remembered as well. Thread-safe.
 */
final class RememberedQuarters {

    private static final int BYTES_MAX = 8 << 20;
    private static final int BYTES_OF_RANGE = 300;
    private static final int BYTES_OF_GROUP = 300;

    /** Rows between two times. @param from inclusive, {@code to} exclusive, milliseconds */
    record Range(UsagePeriods.Rows rows, long from, long to) {}

    /** A version that stays the same as long as the sums in memory hold. */
    sealed interface Version {

        /** Counts of the whole day that contains a range, or of the range itself, under the same filters. */
        record Counted(long calls, long refundedMicros) implements Version {

            static Counted of(Figures sums) {
                return new Counted(sums.calls(), sums.refundedMicros());
            }
        }

        /** The version of folded days: {@link Folded#version}. */
        record OfFold(String version) implements Version {}
    }

    private record Sums(Version version, Map<Name, Figures> groups) {}

    private final Cache<Range, Sums> ranges;

    RememberedQuarters() {
        this(BYTES_MAX);
    }

    /** @param bytesMax about what it may take of the heap */
    RememberedQuarters(int bytesMax) {
        ranges = Caffeine.newBuilder()
                .maximumWeight(bytesMax)
                .weigher(RememberedQuarters::bytes)
                .executor(Runnable::run)
                .build();
    }

    /** The filters are the reader's text, of two bytes a character at most. */
    private static int bytes(Range range, Sums sums) {
        return BYTES_OF_RANGE
                + 2 * range.rows.chars()
                + sums.groups.size() * (BYTES_OF_GROUP + Long.BYTES * UsageColumn.OF_ACCOUNTS.size());
    }

    /** Null if it is not known of this version. @return not to be changed */
    @Nullable
    Map<Name, Figures> of(Range range, Version version) {
        Sums sums = ranges.getIfPresent(range);
        return sums == null || !sums.version.equals(version) ? null : sums.groups;
    }

    /** @param groups not to be changed any more */
    void keep(Range range, Version version, Map<Name, Figures> groups) {
        ranges.put(range, new Sums(version, groups));
    }

    long size() {
        ranges.cleanUp();
        return ranges.estimatedSize();
    }

    /**
     * The end of the folded days, as of a read transaction.
     *
     * @param until the begin of a day of UTC in milliseconds; earlier days are in {@code usage_day}
     * @param version equal exactly as long as no row of {@code usage_day} is written: the folding transaction writes the fold's one row last, and a
     *     database can report which transaction wrote a row. Null if it cannot
     */
    record Folded(long until, @Nullable String version) {

        static final Folded NOTHING = new Folded(0, null);

        /** The columns of the fold's row as {@code f}. */
        static String columns(Dialect dialect) {
            return dialect == Dialect.POSTGRESQL
                    ? "f.folded_until, CAST(f.xmin AS text) AS fold_version"
                    : "f.folded_until, NULL AS fold_version";
        }

        static Folded read(Reads sql, Dialect dialect) throws SQLException {
            Folded found =
                    sql.one("SELECT " + columns(dialect) + " FROM usage_fold f WHERE f.id = 1", row -> of(row, 1));
            return found == null ? NOTHING : found;
        }

        /** @param first the first of its two columns, which are null if nothing was ever folded */
        static Folded of(ResultSet row, int first) throws SQLException {
            return new Folded(row.getLong(first), row.getString(first + 1));
        }
    }
}
