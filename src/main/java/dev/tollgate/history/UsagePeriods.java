package dev.tollgate.history;

import dev.tollgate.history.UsageQuestion.By;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an account's calls came to in one period after the other, whose ends lie where quarters begin. A period is taken from the days of UTC whose
 * begins are nearest to its ends, and quarters tell by how much these go too far or not far enough: of a day in Berlin two hours are read
 * in place of twenty-four, and one of them serves the next day too. Sums of whole numbers can be taken away as exactly as they are added.
 * Within one read transaction.
 */
final class UsagePeriods implements AutoCloseable {

    private static final long DAY_MILLIS = 86_400_000;

    /** All that figures are made of, in their order. */
    static final List<String> FIGURES = List.of(Figures.SUMS.split(", "));

    /** What a group has in common; empty is what was not grouped by. */
    record Name(String model, String keyId) implements Comparable<Name> {

        private static final Comparator<Name> ORDER =
                Comparator.comparing(Name::model).thenComparing(Name::keyId);

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    /** Quarters between a period's end and the begin of a day; less than nothing where the period begins later than the day. */
    private record Margin(long end, long day) {}

    private final PreparedStatement days;
    private final PreparedStatement quarters;
    private final String accountId;
    private final long foldedUntil;
    private final List<String> sums;
    private final Set<By> by;
    private final @Nullable String model;
    private final @Nullable String keyId;
    private @Nullable Margin lastMargin;
    private Map<Name, long[]> ofLastMargin = Map.of();

    /**
     * @param foldedUntil up to where days are folded, the begin of a day of UTC
     * @param sums the columns that are added up: fewer take less time
     * @param by model or key or both, or neither
     */
    UsagePeriods(
            Connection connection,
            String accountId,
            long foldedUntil,
            List<String> sums,
            Set<By> by,
            @Nullable String model,
            @Nullable String keyId)
            throws SQLException {
        this.accountId = accountId;
        this.foldedUntil = foldedUntil;
        this.sums = sums;
        this.by = by;
        this.model = model;
        this.keyId = keyId;
        this.days = connection.prepareStatement(select("usage_day"));
        this.quarters = connection.prepareStatement(select("usage_quarter"));
    }

    private String select(String table) {
        String names = (by.contains(By.MODEL) ? ", model" : "") + (by.contains(By.KEY) ? ", key_id" : "");
        return "SELECT " + (by.contains(By.MODEL) ? "model" : "''") + ", " + (by.contains(By.KEY) ? "key_id" : "''")
                + ", "
                + sums.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", "))
                + " FROM " + table + " WHERE account_id = ? AND starts_at >= ? AND starts_at < ?"
                + (model == null ? "" : " AND model = ?") + (keyId == null ? "" : " AND key_id = ?")
                + (names.isEmpty() ? "" : " GROUP BY " + names.substring(2));
    }

    /** The sums of those groups in which something is counted, in their order. */
    Map<Name, long[]> of(long from, long to) throws SQLException {
        Map<Name, long[]> groups = new TreeMap<>();
        long firstDay = nearestDay(from);
        long lastDay = Math.min(nearestDay(to), foldedUntil);
        if (firstDay < lastDay) {
            add(groups, read(days, firstDay, lastDay), 1);
            add(groups, margin(from, firstDay), 1);
            add(groups, margin(to, lastDay), -1);
        } else {
            add(groups, read(quarters, from, to), 1);
        }
        groups.values().removeIf(counts -> Arrays.stream(counts).allMatch(count -> count == 0));
        return groups;
    }

    private Map<Name, long[]> margin(long end, long day) throws SQLException {
        Margin margin = new Margin(end, day);
        if (!margin.equals(lastMargin)) {
            Map<Name, long[]> groups = new TreeMap<>();
            if (end != day) {
                add(groups, read(quarters, Math.min(end, day), Math.max(end, day)), end < day ? 1 : -1);
            }
            ofLastMargin = groups;
            lastMargin = margin;
        }
        return ofLastMargin;
    }

    private void add(Map<Name, long[]> groups, Map<Name, long[]> more, int sign) {
        more.forEach((name, counts) -> {
            long[] sum = groups.computeIfAbsent(name, _ -> new long[sums.size()]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += sign * counts[i];
            }
        });
    }

    private Map<Name, long[]> read(PreparedStatement select, long from, long to) throws SQLException {
        int next = 1;
        select.setString(next++, accountId);
        select.setLong(next++, from);
        select.setLong(next++, to);
        if (model != null) {
            select.setString(next++, model);
        }
        if (keyId != null) {
            select.setString(next, keyId);
        }
        Map<Name, long[]> groups = new TreeMap<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                long[] counts = new long[sums.size()];
                for (int i = 0; i < counts.length; i++) {
                    counts[i] = row.getLong(3 + i);
                }
                groups.put(new Name(row.getString(1), row.getString(2)), counts);
            }
        }
        return groups;
    }

    private static long nearestDay(long millis) {
        long later = millis + DAY_MILLIS / 2;
        return later - Math.floorMod(later, DAY_MILLIS);
    }

    @Override
    public void close() throws SQLException {
        days.close();
        quarters.close();
    }
}
