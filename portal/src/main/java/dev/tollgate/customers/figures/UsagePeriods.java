package dev.tollgate.customers.figures;

import static dev.tollgate.books.rollups.UsageColumn.CALLS;
import static dev.tollgate.books.rollups.UsageColumn.CHARGED_MICROS;
import static dev.tollgate.books.rollups.UsageColumn.REFUNDED_MICROS;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.RememberedQuarters.Folded;
import dev.tollgate.customers.figures.RememberedQuarters.Range;
import dev.tollgate.customers.figures.RememberedQuarters.Version;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An account's usage in consecutive periods whose ends are begins of quarter hours. A period is taken from the days of UTC whose begins are
 * nearest to its ends, corrected by quarters: a day in Berlin reads two hours instead of twenty-four, and one of them also serves the next day.
 * Sums of whole numbers can be subtracted as exactly as they are added. Quarters come from {@link RememberedQuarters}, and quarters of folded days do
 * after {@link #ahead} has read the days of UTC; days come from there, too, if the database can report that they are unchanged. Each query is
 * one wait for the server, so a period that is not cached takes one query. Within one read transaction.
 */
final class UsagePeriods {

    private static final long DAY_MILLIS = 86_400_000;

    /** The columns of charts. */
    static final List<UsageColumn> CREDITS = List.of(CALLS, CHARGED_MICROS, REFUNDED_MICROS);

    /** The columns of which one grows with all that is counted. */
    private static final Set<UsageColumn> GROWING = EnumSet.of(CALLS, REFUNDED_MICROS);

    private static final String DAYS = "usage_day";
    private static final String QUARTERS = "usage_quarter";
    private static final String BEGIN = "starts_at";
    private static final int FIRST_SUM = 3;

    private static final String OWNERS = """
            SELECT id, member_id, team_id FROM api_key WHERE account_id = ? AND (member_id <> '' OR team_id <> '')""";

    /** The common values of a group; empty for what does not group. */
    record Name(String model, String keyId, String teamId, String memberId) implements Comparable<Name> {

        private static final Comparator<Name> ORDER = Comparator.comparing(Name::model)
                .thenComparing(Name::keyId)
                .thenComparing(Name::teamId)
                .thenComparing(Name::memberId);

        /** Makes the name of a group whose key's owner is not looked at. */
        Name(String model, String keyId) {
            this(model, keyId, "", "");
        }

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Rows of an account, of which sums are read.
     *
     * @param sums the columns that are added up: fewer take less time
     * @param by model, key, both or neither
     */
    record Rows(
            String accountId,
            List<UsageColumn> sums,
            Set<By> by,
            @Nullable String model,
            KeyFilter keys) {

        /** @param last a column by which is grouped, too, or a number */
        private String select(String table, String last) {
            List<String> names = new ArrayList<>();
            String model = by.contains(By.MODEL) ? "model" : "''";
            String key = by.contains(By.KEY) ? "key_id" : "''";
            Collections.addAll(names, model, key, last);
            names.removeIf(name -> !name.matches("[a-z_]+"));
            return "SELECT " + model + ", " + key + ", "
                    + sums.stream().map(sum -> "SUM(" + sum.column() + ")").collect(Collectors.joining(", "))
                    + ", " + last + " FROM " + table + where()
                    + (names.isEmpty() ? "" : " GROUP BY " + String.join(", ", names));
        }

        /** Returns one query for the version of some quarters and for the sums of others; the last column tells them apart. */
        private String selectGrowingAndLast() {
            return "SELECT '', '', "
                    + sums.stream()
                            .map(sum -> GROWING.contains(sum) ? "SUM(" + sum.column() + ")" : "0")
                            .collect(Collectors.joining(", "))
                    + ", 1 FROM " + QUARTERS + where() + " UNION ALL " + select(QUARTERS, "0");
        }

        private String where() {
            return " WHERE account_id = ? AND starts_at >= ? AND starts_at < ?"
                    + (model == null ? "" : " AND model = ?")
                    + keys.sql("key_id", accountId, new ArrayList<>());
        }

        private List<Object> values(long from, long to) {
            List<Object> values = new ArrayList<>(List.of(accountId, from, to));
            if (model != null) {
                values.add(model);
            }
            keys.sql("key_id", accountId, values);
            return values;
        }

        private static Name name(ResultSet row) throws SQLException {
            return new Name(row.getString(1), row.getString(2));
        }

        private Figures figures(ResultSet row) throws SQLException {
            return Figures.read(row, FIRST_SUM, sums);
        }

        private long last(ResultSet row) throws SQLException {
            return row.getLong(FIRST_SUM + sums.size());
        }

        /** Returns the number of characters that the filters keep in memory. */
        int chars() {
            return (model == null ? 0 : model.length()) + keys.chars();
        }
    }

    /**
     * The sums that need not be read again.
     *
     * @param quarters what is known of quarters of folded days, and of the days
     * @param folded as of this transaction
     * @param open from when on calls are counted now, where a quarter begins: what is older is kept
     */
    record Known(RememberedQuarters quarters, Folded folded, long open) {

        private @Nullable Version ofFold() {
            return folded.version() == null ? null : new Version.OfFold(folded.version());
        }
    }

    /** Quarters between a period's end and the begin of a day; less than nothing where the period begins later than the day. */
    private record Margin(long end, long day, Map<Name, Figures> groups) {}

    /** Days of UTC that were read at once. */
    private record Ahead(long from, long to, NavigableMap<Long, Map<Name, Figures>> days) {}

    private final Known known;
    private final Reads sql;
    private final Rows rows;
    private final Set<By> by;
    private Ahead ahead = new Ahead(0, 0, new TreeMap<>());
    private @Nullable Margin lastMargin;
    private @Nullable Map<String, KeyOwner> owners;

    /** @param rows grouped by some of model, key, team and member; the groups of a team or a member are its keys' groups */
    UsagePeriods(Known known, Reads sql, Rows rows) {
        this.known = known;
        this.sql = sql;
        this.by = rows.by;
        Set<By> read = EnumSet.noneOf(By.class);
        by.forEach(each -> read.add(each.isOwner() ? By.KEY : each));
        this.rows = new Rows(rows.accountId, rows.sums, read, rows.model, rows.keys);
    }

    /** Reads the days of UTC that periods of this range are taken from, all at once. Of {@link #CREDITS} alone. */
    void ahead(long from, long to) throws SQLException {
        if (!rows.sums.equals(CREDITS)) {
            throw new IllegalStateException("other sums are not kept");
        }
        long begin = begin(from);
        long end = Math.min(to + Math.floorMod(-to, DAY_MILLIS), known.folded.until());
        if (begin < end) {
            Version fold = known.ofFold();
            NavigableMap<Long, Map<Name, Figures>> days = fold == null ? null : keptDays(begin, end, fold);
            ahead = new Ahead(begin, end, days == null ? readDays(begin, end, fold) : days);
        }
    }

    private static long begin(long time) {
        return time - Math.floorMod(time, DAY_MILLIS);
    }

    /** Null where one of them is not kept. */
    private @Nullable NavigableMap<Long, Map<Name, Figures>> keptDays(long begin, long end, Version fold) {
        NavigableMap<Long, Map<Name, Figures>> days = new TreeMap<>();
        for (long day = begin; day < end; day += DAY_MILLIS) {
            Map<Name, Figures> groups = known.quarters.of(new Range(rows, day, day + DAY_MILLIS), fold);
            if (groups == null) {
                return null;
            }
            days.put(day, groups);
        }
        return days;
    }

    private NavigableMap<Long, Map<Name, Figures>> readDays(long begin, long end, @Nullable Version fold)
            throws SQLException {
        NavigableMap<Long, Map<Name, Figures>> days = new TreeMap<>();
        sql.each(
                rows.select(DAYS, BEGIN),
                row -> days.computeIfAbsent(rows.last(row), _ -> new TreeMap<>())
                        .put(Rows.name(row), rows.figures(row)),
                rows.values(begin, end).toArray());
        if (fold != null) {
            for (long day = begin; day < end; day += DAY_MILLIS) {
                known.quarters.keep(new Range(rows, day, day + DAY_MILLIS), fold, days.getOrDefault(day, Map.of()));
            }
        }
        return days;
    }

    /** The sums of those groups in which something is counted, in their order. */
    Map<Name, Figures> of(long from, long to) throws SQLException {
        Map<Name, Figures> groups = new TreeMap<>();
        long firstDay = begin(from + DAY_MILLIS / 2);
        long lastDay = Math.min(begin(to + DAY_MILLIS / 2), known.folded.until());
        if (firstDay < lastDay) {
            if (firstDay >= ahead.from && lastDay <= ahead.to) {
                ahead.days.subMap(firstDay, lastDay).values().forEach(day -> add(groups, day, 1));
            } else {
                add(groups, read(DAYS, firstDay, lastDay, known.ofFold()), 1);
            }
            add(groups, margin(from, firstDay), 1);
            add(groups, margin(to, lastDay), -1);
        } else {
            addShort(groups, from, to);
        }
        groups.values().removeIf(Figures.NONE::equals);
        return by.stream().anyMatch(By::isOwner) ? byOwner(groups) : groups;
    }

    /** Adds up the groups of keys with one owner. */
    private Map<Name, Figures> byOwner(Map<Name, Figures> byKey) throws SQLException {
        if (owners == null) {
            Map<String, KeyOwner> found = new HashMap<>();
            sql.each(
                    OWNERS,
                    row -> found.put(
                            row.getString(1), new KeyOwner(row.getString(2), row.getString(3), row.getString(1))),
                    rows.accountId);
            owners = found;
        }
        Map<Name, Figures> groups = new TreeMap<>();
        for (Map.Entry<Name, Figures> each : byKey.entrySet()) {
            Name name = each.getKey();
            KeyOwner owner = owners.getOrDefault(name.keyId, KeyOwner.account(name.keyId));
            Name its = new Name(
                    name.model,
                    by.contains(By.KEY) ? name.keyId : "",
                    by.contains(By.TEAM) ? owner.teamId() : "",
                    by.contains(By.MEMBER) ? owner.memberId() : "");
            groups.merge(its, each.getValue(), Figures::plus);
        }
        return groups;
    }

    /** Adds a range without a whole folded day. The rows read ahead have each day's share; one query gets the rest. */
    private void addShort(Map<Name, Figures> groups, long from, long to) throws SQLException {
        long rest = from;
        while (rest >= ahead.from && rest < Math.min(to, ahead.to)) {
            long end = Math.min(to, begin(rest) + DAY_MILLIS);
            add(groups, quarters(rest, end), 1);
            rest = end;
        }
        if (rest < to) {
            add(groups, unfolded(rest, to), 1);
        }
    }

    private Map<Name, Figures> margin(long end, long day) throws SQLException {
        Margin last = lastMargin;
        if (last == null || last.end != end || last.day != day) {
            Map<Name, Figures> groups = new TreeMap<>();
            if (end != day) {
                add(groups, quarters(Math.min(end, day), Math.max(end, day)), end < day ? 1 : -1);
            }
            last = new Margin(end, day, groups);
            lastMargin = last;
        }
        return last.groups;
    }

    /** Less than a day of them. What is counted into a folded day after all changes one of the day's sums that never become less. */
    private Map<Name, Figures> quarters(long from, long to) throws SQLException {
        long day = begin(from);
        if (day < ahead.from || to > day + DAY_MILLIS || day + DAY_MILLIS > ahead.to) {
            return unfolded(from, to);
        }
        Figures ofDay = ahead.days.getOrDefault(day, Map.of()).values().stream().reduce(Figures.NONE, Figures::plus);
        return read(QUARTERS, from, to, Version.Counted.of(ofDay));
    }

    /**
     * Returns the sums of unfolded days. All figures up to the present quarter stay in memory: a day has thousands of rows, and whether two of their
     * sums have grown takes a seventh of the time in which all are grouped. Charts' few sums take no longer than that.
     */
    private Map<Name, Figures> unfolded(long from, long to) throws SQLException {
        long last = rows.sums.equals(CREDITS) ? from : Math.min(known.open, to);
        if (last <= from) {
            return read(QUARTERS, from, to, null);
        }
        Map<Name, Figures> groups = new TreeMap<>();
        List<Version> version = new ArrayList<>();
        List<Object> values = rows.values(from, last);
        values.addAll(rows.values(last, to));
        sql.each(
                rows.selectGrowingAndLast(),
                row -> {
                    if (rows.last(row) == 1) {
                        version.add(Version.Counted.of(rows.figures(row)));
                    } else {
                        groups.put(Rows.name(row), rows.figures(row));
                    }
                },
                values.toArray());
        add(groups, read(QUARTERS, from, last, version.getFirst()), 1);
        return groups;
    }

    /** @param version of what is known of the range; null reads it in any case */
    private Map<Name, Figures> read(String table, long from, long to, @Nullable Version version) throws SQLException {
        Range range = new Range(rows, from, to);
        Map<Name, Figures> kept = version == null ? null : known.quarters.of(range, version);
        if (kept != null) {
            return kept;
        }
        Map<Name, Figures> read = new TreeMap<>();
        sql.each(
                rows.select(table, "0"),
                row -> read.put(Rows.name(row), rows.figures(row)),
                rows.values(from, to).toArray());
        if (version != null) {
            known.quarters.keep(range, version, read);
        }
        return read;
    }

    private static void add(Map<Name, Figures> groups, Map<Name, Figures> more, int sign) {
        more.forEach(
                (name, figures) -> groups.merge(name, sign < 0 ? Figures.NONE.minus(figures) : figures, Figures::plus));
    }
}
