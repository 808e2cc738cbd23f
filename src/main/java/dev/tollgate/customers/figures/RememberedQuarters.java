package dev.tollgate.customers.figures;

import dev.tollgate.customers.figures.UsageQuestion.By;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sums of quarters of an hour in memory: a chart in a zone far from UTC asks for the same ones of thirty days again and again, and all that was
 * counted today is asked for with each look. It is not held for true that a quarter or a day which is over stays as it is: refunds, and calls
 * that a crash has left, may be counted into it later, by any server. What is in memory holds only while the sums of the folded day, or of the
 * quarters themselves, which are read each time, have the calls and the refunds that they had: these two only grow, one of them with whatever is
 * counted, and until the day's row has followed, the day does not pass for folded. Where the database tells of the fold whether it has written
 * since ({@link Folded#version}), days are remembered as well. What was not asked for longest goes first. Thread-safe.
 */
final class RememberedQuarters {

    private static final int BYTES_MAX = 8 << 20;
    private static final int BYTES_OF_RANGE = 300;
    private static final int BYTES_OF_GROUP = 250;

    /** @param from inclusive, {@code to} exclusive, milliseconds; {@code sums} the names of what is remembered of them */
    record Range(
            String accountId,
            long from,
            long to,
            List<String> sums,
            Set<By> by,
            @Nullable String model,
            KeyFilter keys) {

        /** The filters are the reader's text, of two bytes a character at most. */
        private int bytes() {
            return BYTES_OF_RANGE + 2 * ((model == null ? 0 : model.length()) + keys.chars());
        }
    }

    /** A version that stays the same as long as the sums in memory hold. */
    sealed interface Version {

        /** Counts of the whole day that contains a range, or of the range itself, under the same filters. */
        record Counted(long calls, long refundedMicros) implements Version {}

        /** The version of folded days: {@link Folded#version}. */
        record OfFold(String version) implements Version {}
    }

    private record Sums(Version version, Map<UsagePeriods.Name, long[]> groups) {

        private int bytes() {
            return groups.values().stream()
                    .mapToInt(counts -> BYTES_OF_GROUP + Long.BYTES * counts.length)
                    .sum();
        }
    }

    private final int bytesMax;

    /** The ranges in memory, the least recently used first. */
    private final LinkedHashMap<Range, Sums> ranges = new LinkedHashMap<>();

    private int bytes;

    RememberedQuarters() {
        this(BYTES_MAX);
    }

    /** @param bytesMax about what it may take of the heap */
    RememberedQuarters(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Null if it is not known of this version. @return not to be changed */
    synchronized @Nullable Map<UsagePeriods.Name, long[]> of(Range range, Version version) {
        Sums sums = ranges.get(range);
        if (sums == null || !sums.version.equals(version)) {
            return null;
        }
        ranges.putLast(range, sums);
        return sums.groups;
    }

    /** @param groups not to be changed any more */
    synchronized void keep(Range range, Version version, Map<UsagePeriods.Name, long[]> groups) {
        Sums sums = new Sums(version, groups);
        Sums before = ranges.putLast(range, sums);
        bytes += sums.bytes() + (before == null ? range.bytes() : -before.bytes());
        var oldest = ranges.entrySet().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            var entry = oldest.next();
            bytes -= entry.getKey().bytes() + entry.getValue().bytes();
            oldest.remove();
        }
    }

    synchronized int size() {
        return ranges.size();
    }
}
