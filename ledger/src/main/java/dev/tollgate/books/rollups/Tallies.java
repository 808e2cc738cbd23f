package dev.tollgate.books.rollups;

import static dev.tollgate.books.rollups.UsageColumn.OF_ACCOUNTS;
import static dev.tollgate.books.rollups.UsageColumn.OF_HOURS;
import static dev.tollgate.books.rollups.UsageColumn.OF_LABELS;

import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallDetails.Tried;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.models.Count;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a batch adds to the roll-ups, one for all calls that count in the same row. They are written in the order of the rows' keys, so
 * that two nodes wait for each other and never in a circle. Writer's thread only.
 */
final class Tallies {

    static final long QUARTER_MILLIS = 15 * 60 * 1_000L;
    static final long HOUR_MILLIS = 60 * 60 * 1_000L;
    static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    private static final int COLUMNS = UsageColumn.values().length;
    private static final List<UsageColumn> COUNTED =
            Stream.of(UsageColumn.values()).filter(it -> !it.counts().isEmpty()).toList();

    /** The columns of keys that are numbers. */
    private static final Set<String> NUMBERS = Set.of("starts_at", "day", "number");

    private static final RowStatement ADD_QUARTER =
            add("usage_quarter", List.of("account_id", "starts_at", "key_id", "model"), OF_ACCOUNTS);
    private static final RowStatement ADD_HOUR = add(
            "usage_hour", List.of("starts_at", "node_id", "channel", "model", "upstream_model", "ending"), OF_HOURS);

    private static final RowStatement ADD_DAY =
            add("usage_day", List.of("account_id", "starts_at", "key_id", "model"), OF_ACCOUNTS);

    private static final RowStatement ADD_LABEL =
            add("usage_label", List.of("account_id", "day", "number", "model"), OF_LABELS);

    private record Quarter(String accountId, long startsAt, String keyId, String model) {

        private static final Comparator<Quarter> ORDER = Comparator.comparing(Quarter::accountId)
                .thenComparingLong(Quarter::startsAt)
                .thenComparing(Quarter::keyId)
                .thenComparing(Quarter::model);
    }

    private record LabelDay(String accountId, long day, long number, String model) {

        private static final Comparator<LabelDay> ORDER = Comparator.comparing(LabelDay::accountId)
                .thenComparingLong(LabelDay::day)
                .thenComparingLong(LabelDay::number)
                .thenComparing(LabelDay::model);
    }

    private record Hour(long startsAt, String channel, String model, String upstreamModel, CallEnd end) {

        private static final Comparator<Hour> ORDER = Comparator.comparingLong(Hour::startsAt)
                .thenComparing(Hour::channel)
                .thenComparing(Hour::model)
                .thenComparing(Hour::upstreamModel)
                .thenComparing(Hour::end);
    }

    private final Map<Quarter, long[]> quarters = new HashMap<>();
    private final Map<LabelDay, long[]> labels = new HashMap<>();
    private final Map<Hour, long[]> hours = new HashMap<>();
    private long earliest = Long.MAX_VALUE;

    /** @param numbers of its labels @param chargedMicros what the ledger charged */
    void call(OpenHold hold, List<Long> numbers, long atMillis, long chargedMicros, CallDetails call) {
        Course course = call.course();
        long[] quarter = quarter(hold.accountId(), atMillis, hold.keyId(), hold.model());
        long[] answered = hour(atMillis, course.channel(), hold.model(), course.upstreamModel(), call.end());
        count(quarter, chargedMicros, call);
        for (long number : numbers) {
            count(label(hold, number, atMillis), chargedMicros, call);
        }
        count(answered, chargedMicros, call);
        if (!course.isOfJob()) { // its caller does not wait (J2)
            first(quarter, call);
            first(answered, call);
            timed(answered, call);
        }
        add(quarter, UsageColumn.COSTED, call.costMicros() == null ? 0 : 1);
        for (AttemptCost cost : course.costs()) {
            long[] sums = course.isBy(cost.channel(), cost.upstreamModel())
                    ? answered
                    : hour(atMillis, cost.channel(), hold.model(), cost.upstreamModel(), call.end());
            add(sums, UsageColumn.UNCOSTED, cost.micros() == AttemptCost.UNKNOWN ? 1 : 0);
            add(sums, UsageColumn.COST_MICROS, Math.max(0, cost.micros()));
            add(quarter, UsageColumn.COST_MICROS, Math.max(0, cost.micros()));
        }
        add(answered, UsageColumn.ATTEMPTS, course.isAnsweredOnce(call.times()) ? 1 : 0);
        for (Tried tried : course.tried() == null ? List.<Tried>of() : course.tried()) {
            long[] sums = course.isBy(tried.channel(), tried.upstreamModel())
                    ? answered
                    : hour(atMillis, tried.channel(), hold.model(), tried.upstreamModel(), call.end());
            add(sums, UsageColumn.ATTEMPTS, 1);
            add(sums, UsageColumn.FAILED_ATTEMPTS, tried.isFailed() ? 1 : 0);
        }
    }

    private static Usage usage(CallDetails call) {
        return call.bill() == null ? Usage.NONE : call.bill().usage();
    }

    private static void first(long[] sums, CallDetails call) {
        long millis = call.times().firstByteMillis();
        if (millis != Times.NEVER) {
            sums[UsageColumn.FIRST_0.ordinal() + FirstByte.bucket(millis)]++;
        }
    }

    private static void timed(long[] sums, CallDetails call) {
        if (call.timedMillis() > 0) {
            Usage usage = usage(call);
            add(sums, UsageColumn.TIMED_MILLIS, call.timedMillis());
            add(sums, UsageColumn.TIMED_TOKENS, usage.candidatesTokens() + usage.thoughtsTokens());
        }
    }

    /** @param sums by column; a table is written those that it has */
    private static void count(long[] sums, long chargedMicros, CallDetails call) {
        Usage usage = usage(call);
        CacheUsed cache = call.bill() == null ? null : call.course().cache();
        add(sums, UsageColumn.CALLS, 1);
        add(sums, UsageColumn.FAILED, call.end().status() == TaskStatus.FAILED ? 1 : 0);
        add(sums, UsageColumn.CANCELLED, call.end() == CallEnd.CANCELLED ? 1 : 0);
        if (call.is(CallFlag.BY_REQUEST)) {
            boolean isFailed = call.end().status() == TaskStatus.FAILED;
            add(sums, isFailed ? UsageColumn.BY_REQUEST : UsageColumn.CHARGED_BY_REQUEST, 1);
        }
        for (UsageColumn column : COUNTED) {
            for (Count count : column.counts()) {
                add(sums, column, usage.of(count));
            }
        }
        add(sums, UsageColumn.ESTIMATED, call.is(CallFlag.ESTIMATED) ? 1 : 0);
        add(sums, UsageColumn.CHARGED_MICROS, chargedMicros);
        add(sums, UsageColumn.SHORTFALL_MICROS, call.shortfallMicros(chargedMicros));
        add(sums, UsageColumn.SAVED_MICROS, known(cache == null ? null : cache.savedMicros()));
        add(sums, UsageColumn.MISSED_MICROS, known(cache == null ? null : cache.missedMicros()));
    }

    private static long known(@Nullable Long micros) {
        return micros == null ? 0 : micros;
    }

    private static void add(long[] sums, UsageColumn column, long more) {
        sums[column.ordinal()] += more;
    }

    void refund(
            OpenHold call,
            List<Long> numbers,
            long atMillis,
            long micros,
            String channel,
            String upstreamModel,
            CallEnd end) {
        for (long number : numbers) {
            add(label(call, number, atMillis), UsageColumn.REFUNDED_MICROS, micros);
        }
        add(quarter(call.accountId(), atMillis, call.keyId(), call.model()), UsageColumn.REFUNDED_MICROS, micros);
        add(hour(atMillis, channel, call.model(), upstreamModel, end), UsageColumn.REFUNDED_MICROS, micros);
    }

    private long[] quarter(String accountId, long atMillis, String keyId, String model) {
        long startsAt = atMillis - Math.floorMod(atMillis, QUARTER_MILLIS);
        earliest = Math.min(earliest, startsAt);
        return quarters.computeIfAbsent(new Quarter(accountId, startsAt, keyId, model), _ -> new long[COLUMNS]);
    }

    private long[] label(OpenHold call, long number, long atMillis) {
        long day = atMillis - Math.floorMod(atMillis, DAY_MILLIS);
        return labels.computeIfAbsent(
                new LabelDay(call.accountId(), day, number, call.model()), _ -> new long[COLUMNS]);
    }

    private long[] hour(long atMillis, String channel, String model, String upstreamModel, CallEnd end) {
        long startsAt = atMillis - Math.floorMod(atMillis, HOUR_MILLIS);
        return hours.computeIfAbsent(new Hour(startsAt, channel, model, upstreamModel, end), _ -> new long[COLUMNS]);
    }

    /** The first quarter that something is added to; {@link Long#MAX_VALUE} where nothing is. */
    long earliest() {
        return earliest;
    }

    /** The days before {@code until} that something is added to, in their order. */
    SortedSet<AccountDay> daysBefore(long until) {
        SortedSet<AccountDay> days = new TreeSet<>();
        for (Quarter quarter : quarters.keySet()) {
            if (quarter.startsAt < until) {
                days.add(new AccountDay(
                        quarter.accountId, quarter.startsAt - Math.floorMod(quarter.startsAt, DAY_MILLIS)));
            }
        }
        return days;
    }

    /** @param nodeId whose the operator's rows are */
    void write(Statements statements, String nodeId) throws SQLException {
        Rows rows = ADD_QUARTER.on(statements);
        for (Quarter quarter : quarters.keySet().stream().sorted(Quarter.ORDER).toList()) {
            rows.text(quarter.accountId)
                    .number(quarter.startsAt)
                    .text(quarter.keyId)
                    .text(quarter.model);
            sums(rows, OF_ACCOUNTS, quarters.getOrDefault(quarter, new long[0]));
        }
        rows.finish();
        writeLabels(statements);
        rows = ADD_HOUR.on(statements);
        for (Hour hour : hours.keySet().stream().sorted(Hour.ORDER).toList()) {
            rows.number(hour.startsAt)
                    .text(nodeId)
                    .text(hour.channel)
                    .text(hour.model)
                    .text(hour.upstreamModel)
                    .text(hour.end.code());
            sums(rows, OF_HOURS, hours.getOrDefault(hour, new long[0]));
        }
        rows.finish();
    }

    private void writeLabels(Statements statements) throws SQLException {
        if (labels.isEmpty()) {
            return;
        }
        Rows rows = ADD_LABEL.on(statements);
        for (LabelDay label : labels.keySet().stream().sorted(LabelDay.ORDER).toList()) {
            rows.text(label.accountId).number(label.day).number(label.number).text(label.model);
            sums(rows, OF_LABELS, labels.getOrDefault(label, new long[0]));
        }
        rows.finish();
    }

    /** Adds what rows lack. */
    static void correct(Statements statements, String nodeId, List<CorrectUsage.Row> corrections) throws SQLException {
        for (CorrectUsage.Row row : corrections) {
            List<String> names = row.names();
            Rows rows = adding(row.of()).on(statements);
            if (row.of() == CorrectUsage.Of.HOUR) {
                rows.number(row.startsAt()).text(nodeId).text(names.getFirst());
            } else {
                rows.text(names.getFirst()).number(row.startsAt());
            }
            for (int i = 1; i < names.size(); i++) {
                if (i == 1 && row.of() == CorrectUsage.Of.LABEL) {
                    rows.number(Long.parseLong(names.get(i)));
                } else {
                    rows.text(names.get(i));
                }
            }
            sums(rows, row.of().sums(), sums(row.of().sums(), row.missing()));
            rows.finish();
        }
    }

    private static RowStatement adding(CorrectUsage.Of of) {
        return switch (of) {
            case QUARTER -> ADD_QUARTER;
            case DAY -> ADD_DAY;
            case HOUR -> ADD_HOUR;
            case LABEL -> ADD_LABEL;
        };
    }

    private static long[] sums(List<UsageColumn> columns, List<Long> values) {
        long[] sums = new long[COLUMNS];
        for (int i = 0; i < columns.size(); i++) {
            add(sums, columns.get(i), values.get(i));
        }
        return sums;
    }

    private static void sums(Rows rows, List<UsageColumn> columns, long[] sums) throws SQLException {
        for (UsageColumn column : columns) {
            rows.number(sums[column.ordinal()]);
        }
        rows.next();
    }

    private static RowStatement add(String table, List<String> keys, List<UsageColumn> added) {
        List<String> sums = UsageColumn.columns(added);
        List<String> columns = Stream.concat(keys.stream(), sums.stream()).toList();
        String marks = String.join(", ", columns.stream().map(_ -> "?").toList());
        String into = "INSERT INTO " + table + " (" + String.join(", ", columns) + ") ";
        String onConflict = " ON CONFLICT (" + String.join(", ", keys) + ") DO UPDATE SET "
                + sums.stream()
                        .map(sum -> sum + " = " + table + "." + sum + " + excluded." + sum)
                        .collect(Collectors.joining(", "));
        String[] types = columns.stream()
                .map(column -> keys.contains(column) && !NUMBERS.contains(column) ? "text" : "bigint")
                .toArray(String[]::new);
        return RowStatement.of(
                into + "VALUES (" + marks + ")" + onConflict,
                into + "SELECT * FROM unnest(" + marks + ")" + onConflict,
                types);
    }

    /** A day (UTC) of an account, by its first millisecond. */
    record AccountDay(String accountId, long startsAt) implements Comparable<AccountDay> {

        private static final Comparator<AccountDay> ORDER =
                Comparator.comparing(AccountDay::accountId).thenComparingLong(AccountDay::startsAt);

        @Override
        public int compareTo(AccountDay other) {
            return ORDER.compare(this, other);
        }
    }
}
