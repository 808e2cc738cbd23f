package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.storage.sql.Reads;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
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
final class UsagePeriods implements AutoCloseable {

    private static final long DAY_MILLIS = 86_400_000;

    /** All that figures are made of, in their order. */
    static final List<String> FIGURES = UsageColumn.columns(UsageColumn.OF_ACCOUNTS);

    /** The columns of charts. */
    static final List<String> CREDITS = List.of("calls", "charged_micros", "refunded_micros");

    private static final String BEGIN = "starts_at";
    private static final String GROWING = "SUM(calls), SUM(refunded_micros)";

    private static final int CALLS = CREDITS.indexOf("calls");
    private static final int REFUNDS = CREDITS.indexOf("refunded_micros");

    private static final String OWNERS = """
            SELECT id, member_id, team_id FROM api_key WHERE account_id = ? AND (member_id <> '' OR team_id <> '')""";

    /** The common values of a group; empty for what does not group. */
    record Name(String model, String keyId, String teamId, String memberId) implements Comparable<Name> {

        /** Makes the name of a group whose key's owner is not looked at. */
        Name(String model, String keyId) {
            this(model, keyId, "", "");
        }

        @Override
        public int compareTo(Name other) {
            int byModel = model.compareTo(other.model);
            int byKey = byModel != 0 ? byModel : keyId.compareTo(other.keyId);
            int byTeam = byKey != 0 ? byKey : teamId.compareTo(other.teamId);
            return byTeam != 0 ? byTeam : memberId.compareTo(other.memberId);
        }
    }

    /** Quarters between a period's end and the begin of a day; less than nothing where the period begins later than the day. */
    private record Margin(long end, long day) {}

    private final RememberedQuarters kept;
    private final Reads sql;
    private final PreparedStatement days;
    private final PreparedStatement quarters;
    private final String accountId;
    private final long foldedUntil;
    private final RememberedQuarters.@Nullable Version ofFold;
    private final long open;
    private final List<String> sums;
    private final Set<By> by;
    private final Set<By> read;
    private final @Nullable String model;
    private final KeyFilter keys;
    private final String ofKeys;
    private final List<Object> valuesOfKeys = new ArrayList<>();
    private @Nullable Map<String, KeyOwner> owners;
    private NavigableMap<Long, Map<Name, long[]>> ahead = new TreeMap<>();
    private long aheadFrom;
    private long aheadTo;
    private @Nullable Margin lastMargin;
    private Map<Name, long[]> ofLastMargin = Map.of();

    /**
     * @param kept what is known of quarters of folded days, and of the days
     * @param folded as of this transaction
     * @param open from when on calls are counted now, where a quarter begins: what is older is kept
     * @param sums the columns that are added up: fewer take less time
     * @param by some of model, key, team and member; the groups of a team or a member are its keys' groups
     */
    UsagePeriods(
            RememberedQuarters kept,
            Reads sql,
            String accountId,
            Folded folded,
            long open,
            List<String> sums,
            Set<By> by,
            @Nullable String model,
            KeyFilter keys)
            throws SQLException {
        this.kept = kept;
        this.sql = sql;
        this.accountId = accountId;
        this.foldedUntil = folded.until();
        this.ofFold = folded.version() == null ? null : new RememberedQuarters.Version.OfFold(folded.version());
        this.open = open;
        this.sums = sums;
        this.by = by;
        this.read = read(by);
        this.model = model;
        this.keys = keys;
        this.ofKeys = keys.sql("key_id", accountId, valuesOfKeys);
        this.days = sql.prepare(select("usage_day", ""));
        this.quarters = sql.prepare(select("usage_quarter", ""));
    }

    /** Returns the columns of the tables by which is grouped. */
    private static Set<By> read(Set<By> by) {
        Set<By> columns = EnumSet.noneOf(By.class);
        by.forEach(each -> columns.add(each.isOwner() ? By.KEY : each));
        return columns;
    }

    /** @param last a column behind the sums, by which is grouped, too; or a number, or nothing */
    private String select(String table, String last) {
        String names = (last.equals(BEGIN) ? ", " + BEGIN : "")
                + (read.contains(By.MODEL) ? ", model" : "")
                + (read.contains(By.KEY) ? ", key_id" : "");
        return "SELECT " + (read.contains(By.MODEL) ? "model" : "''") + ", " + (read.contains(By.KEY) ? "key_id" : "''")
                + ", "
                + sums.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", "))
                + (last.isEmpty() ? "" : ", " + last)
                + " FROM " + table + where()
                + (names.isEmpty() ? "" : " GROUP BY " + names.substring(2));
    }

    private String where() {
        return " WHERE account_id = ? AND starts_at >= ? AND starts_at < ?" + (model == null ? "" : " AND model = ?")
                + ofKeys;
    }

    /** Reads the days of UTC that periods of this range are taken from, all at once. Of {@link #CREDITS} alone. */
    void ahead(long from, long to) throws SQLException {
        if (!sums.equals(CREDITS)) {
            throw new IllegalStateException("other sums are not kept");
        }
        long begin = from - Math.floorMod(from, DAY_MILLIS);
        long end = Math.min(to + Math.floorMod(-to, DAY_MILLIS), foldedUntil);
        if (begin < end) {
            NavigableMap<Long, Map<Name, long[]>> known = keptDays(begin, end);
            ahead = known == null ? readDays(begin, end) : known;
            aheadFrom = begin;
            aheadTo = end;
        }
    }

    /** Null where one of them is not kept. */
    private @Nullable NavigableMap<Long, Map<Name, long[]>> keptDays(long begin, long end) {
        if (ofFold == null) {
            return null;
        }
        NavigableMap<Long, Map<Name, long[]>> known = new TreeMap<>();
        for (long day = begin; day < end; day += DAY_MILLIS) {
            Map<Name, long[]> groups = kept.of(range(day, day + DAY_MILLIS), ofFold);
            if (groups == null) {
                return null;
            }
            known.put(day, groups);
        }
        return known;
    }

    private NavigableMap<Long, Map<Name, long[]>> readDays(long begin, long end) throws SQLException {
        NavigableMap<Long, Map<Name, long[]>> read = new TreeMap<>();
        try (PreparedStatement select = sql.prepare(select("usage_day", BEGIN));
                ResultSet row = asked(select, begin, end).executeQuery()) {
            while (row.next()) {
                read.computeIfAbsent(row.getLong(3 + sums.size()), _ -> new TreeMap<>())
                        .put(name(row), counts(row));
            }
        }
        if (ofFold != null) {
            for (long day = begin; day < end; day += DAY_MILLIS) {
                kept.keep(range(day, day + DAY_MILLIS), ofFold, read.getOrDefault(day, Map.of()));
            }
        }
        return read;
    }

    private RememberedQuarters.Range range(long from, long to) {
        return new RememberedQuarters.Range(accountId, from, to, sums, read, model, keys);
    }

    /** The sums of those groups in which something is counted, in their order. */
    Map<Name, long[]> of(long from, long to) throws SQLException {
        Map<Name, long[]> groups = new TreeMap<>();
        long firstDay = nearestDay(from);
        long lastDay = Math.min(nearestDay(to), foldedUntil);
        if (firstDay < lastDay) {
            if (firstDay >= aheadFrom && lastDay <= aheadTo) {
                ahead.subMap(firstDay, lastDay).values().forEach(day -> add(groups, day, 1));
            } else {
                add(groups, ofDays(firstDay, lastDay), 1);
            }
            add(groups, margin(from, firstDay), 1);
            add(groups, margin(to, lastDay), -1);
        } else {
            addShort(groups, from, to);
        }
        groups.values().removeIf(UsagePeriods::isNothing);
        return by.stream().anyMatch(By::isOwner) ? byOwner(groups) : groups;
    }

    /** Adds up the groups of keys with one owner. */
    private Map<Name, long[]> byOwner(Map<Name, long[]> byKey) throws SQLException {
        if (owners == null) {
            Map<String, KeyOwner> found = new HashMap<>();
            sql.each(
                    OWNERS,
                    row -> found.put(
                            row.getString(1), new KeyOwner(row.getString(2), row.getString(3), row.getString(1))),
                    accountId);
            owners = found;
        }
        Map<Name, long[]> groups = new TreeMap<>();
        for (Map.Entry<Name, long[]> each : byKey.entrySet()) {
            Name name = each.getKey();
            KeyOwner owner = owners.getOrDefault(name.keyId, KeyOwner.account(name.keyId));
            Name its = new Name(
                    name.model,
                    by.contains(By.KEY) ? name.keyId : "",
                    by.contains(By.TEAM) ? owner.teamId() : "",
                    by.contains(By.MEMBER) ? owner.memberId() : "");
            add(groups, Map.of(its, each.getValue()), 1);
        }
        return groups;
    }

    private Map<Name, long[]> ofDays(long firstDay, long lastDay) throws SQLException {
        return ofFold == null ? read(days, firstDay, lastDay) : keptOrRead(days, range(firstDay, lastDay), ofFold);
    }

    private static boolean isNothing(long[] counts) {
        for (long count : counts) {
            if (count != 0) {
                return false;
            }
        }
        return true;
    }

    /** Adds a range without a whole folded day. The rows read ahead have each day's share; one query gets the rest. */
    private void addShort(Map<Name, long[]> groups, long from, long to) throws SQLException {
        long rest = from;
        while (rest >= aheadFrom && rest < Math.min(to, aheadTo)) {
            long end = Math.min(to, rest - Math.floorMod(rest, DAY_MILLIS) + DAY_MILLIS);
            add(groups, quarters(rest, end), 1);
            rest = end;
        }
        if (rest < to) {
            add(groups, unfolded(rest, to), 1);
        }
    }

    private Map<Name, long[]> margin(long end, long day) throws SQLException {
        Margin margin = new Margin(end, day);
        if (!margin.equals(lastMargin)) {
            Map<Name, long[]> groups = new TreeMap<>();
            if (end != day) {
                add(groups, quarters(Math.min(end, day), Math.max(end, day)), end < day ? 1 : -1);
            }
            ofLastMargin = groups;
            lastMargin = margin;
        }
        return ofLastMargin;
    }

    /** Less than a day of them. What is counted into a folded day after all changes one of the day's sums that never become less. */
    private Map<Name, long[]> quarters(long from, long to) throws SQLException {
        long day = from - Math.floorMod(from, DAY_MILLIS);
        if (day < aheadFrom || to > day + DAY_MILLIS || day + DAY_MILLIS > aheadTo) {
            return unfolded(from, to);
        }
        return keptOrRead(quarters, range(from, to), version(ahead.getOrDefault(day, Map.of())));
    }

    /**
     * Returns the sums of unfolded days. All figures up to the present quarter stay in memory: a day has thousands of rows, and whether two of their
     * sums have grown takes a seventh of the time in which all are grouped. Charts' few sums take no longer than that.
     */
    private Map<Name, long[]> unfolded(long from, long to) throws SQLException {
        long last = sums.equals(CREDITS) ? from : Math.min(open, to);
        if (last <= from) {
            return read(quarters, from, to);
        }
        Map<Name, long[]> groups = new TreeMap<>();
        RememberedQuarters.Version version = null;
        try (PreparedStatement select = sql.prepare(selectGrowingAndLast())) {
            int next = ask(select, 1, from, last);
            ask(select, next, last, to);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    if (row.getInt(3 + sums.size()) == 1) {
                        version = new RememberedQuarters.Version.Counted(row.getLong(3), row.getLong(4));
                    } else {
                        groups.put(name(row), counts(row));
                    }
                }
            }
        }
        add(groups, keptOrRead(quarters, range(from, last), Objects.requireNonNull(version)), 1);
        return groups;
    }

    /** Returns one query for the version of the rows in memory and for the missing rows; the last column tells them apart. */
    private String selectGrowingAndLast() {
        return "SELECT '', '', " + GROWING + ", 0".repeat(sums.size() - 2) + ", 1 FROM usage_quarter" + where()
                + " UNION ALL " + select("usage_quarter", "0");
    }

    private Map<Name, long[]> keptOrRead(
            PreparedStatement select, RememberedQuarters.Range range, RememberedQuarters.Version version)
            throws SQLException {
        Map<Name, long[]> known = kept.of(range, version);
        if (known != null) {
            return known;
        }
        Map<Name, long[]> read = read(select, range.from(), range.to());
        kept.keep(range, version, read);
        return read;
    }

    private static RememberedQuarters.Version version(Map<Name, long[]> day) {
        return new RememberedQuarters.Version.Counted(sum(day, CALLS), sum(day, REFUNDS));
    }

    private static long sum(Map<Name, long[]> groups, int place) {
        return groups.values().stream().mapToLong(counts -> counts[place]).sum();
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
        Map<Name, long[]> groups = new TreeMap<>();
        try (ResultSet row = asked(select, from, to).executeQuery()) {
            while (row.next()) {
                groups.put(name(row), counts(row));
            }
        }
        return groups;
    }

    private PreparedStatement asked(PreparedStatement select, long from, long to) throws SQLException {
        ask(select, 1, from, to);
        return select;
    }

    /** @return the next place */
    private int ask(PreparedStatement select, int first, long from, long to) throws SQLException {
        int next = first;
        select.setString(next++, accountId);
        select.setLong(next++, from);
        select.setLong(next++, to);
        if (model != null) {
            select.setString(next++, model);
        }
        for (Object value : valuesOfKeys) {
            select.setObject(next++, value);
        }
        return next;
    }

    private static Name name(ResultSet row) throws SQLException {
        return new Name(row.getString(1), row.getString(2));
    }

    private long[] counts(ResultSet row) throws SQLException {
        long[] counts = new long[sums.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = row.getLong(3 + i);
        }
        return counts;
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
