package dev.tollgate.books.rollups;

import dev.tollgate.books.ledger.OpenHold;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a batch adds to the roll-ups: one row for all its calls that count in the same. Written in the order of the rows' keys, so that two
 * nodes wait for each other and never in a circle. Writer's thread only.
 */
final class Tallies {

    static final long QUARTER_MILLIS = 15 * 60 * 1_000L;
    static final long HOUR_MILLIS = 60 * 60 * 1_000L;
    static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** The columns of usage_quarter and usage_day that are added up, in the order of an array of sums. */
    static final List<String> SUMS = Stream.concat(
                    Stream.of(
                            "calls",
                            "failed",
                            "cancelled",
                            "prompt_tokens",
                            "cached_tokens",
                            "completion_tokens",
                            "thoughts_tokens",
                            "charged_micros",
                            "refunded_micros"),
                    IntStream.range(0, FirstByte.BUCKETS).mapToObj(bucket -> "first_" + bucket))
            .toList();

    private static final List<String> HOUR_SUMS = List.of(
            "calls",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
            "thoughts_tokens",
            "estimated",
            "uncosted",
            "charged_micros",
            "refunded_micros",
            "cost_micros",
            "shortfall_micros");

    private static final RowStatement ADD_QUARTER =
            add("usage_quarter", List.of("account_id", "starts_at", "key_id", "model"), SUMS);
    private static final RowStatement ADD_HOUR = add(
            "usage_hour", List.of("starts_at", "node_id", "channel", "model", "upstream_model", "ending"), HOUR_SUMS);

    private static final RowStatement ADD_DAY =
            add("usage_day", List.of("account_id", "starts_at", "key_id", "model"), SUMS);

    private static final int FAILED = 1;
    private static final int CANCELLED = 2;
    private static final int REFUNDED = 8;
    private static final int FIRST_BYTE = 9;
    private static final int HOUR_REFUNDED = 8;

    private record Quarter(String accountId, long startsAt, String keyId, String model) {

        private static final Comparator<Quarter> ORDER = Comparator.comparing(Quarter::accountId)
                .thenComparingLong(Quarter::startsAt)
                .thenComparing(Quarter::keyId)
                .thenComparing(Quarter::model);
    }

    private record Hour(long startsAt, String channel, String model, String upstreamModel, CallEnd end) {

        private static final Comparator<Hour> ORDER = Comparator.comparingLong(Hour::startsAt)
                .thenComparing(Hour::channel)
                .thenComparing(Hour::model)
                .thenComparing(Hour::upstreamModel)
                .thenComparing(Hour::end);
    }

    private final Map<Quarter, long[]> quarters = new HashMap<>();
    private final Map<Hour, long[]> hours = new HashMap<>();
    private long earliest = Long.MAX_VALUE;

    /** @param chargedMicros what the ledger charged */
    void call(OpenHold hold, long atMillis, long chargedMicros, CallFigures call) {
        long[] quarter = quarter(hold.accountId(), atMillis, hold.keyId(), hold.model());
        quarter[0]++;
        quarter[FAILED] += call.end() == CallEnd.FAILED || call.end() == CallEnd.ABANDONED ? 1 : 0;
        quarter[CANCELLED] += call.end() == CallEnd.CANCELLED ? 1 : 0;
        quarter[3] += call.promptTokens();
        quarter[4] += call.cachedTokens();
        quarter[5] += call.completionTokens();
        quarter[6] += call.thoughtsTokens();
        quarter[7] += chargedMicros;
        if (call.firstByteMillis() != CallFigures.NONE) {
            quarter[FIRST_BYTE + FirstByte.bucket(call.firstByteMillis())]++;
        }
        long[] hour = hour(atMillis, call.channel(), hold.model(), call.upstreamModel(), call.end());
        hour[0]++;
        hour[1] += call.promptTokens();
        hour[2] += call.cachedTokens();
        hour[3] += call.completionTokens();
        hour[4] += call.thoughtsTokens();
        hour[5] += call.estimated() ? 1 : 0;
        hour[6] += call.costMicros() == CallFigures.NONE ? 1 : 0;
        hour[7] += chargedMicros;
        hour[9] += Math.max(0, call.costMicros());
        hour[10] += call.shortfallMicros();
    }

    void refund(OpenHold call, long atMillis, long micros, String channel, String upstreamModel, CallEnd end) {
        quarter(call.accountId(), atMillis, call.keyId(), call.model())[REFUNDED] += micros;
        hour(atMillis, channel, call.model(), upstreamModel, end)[HOUR_REFUNDED] += micros;
    }

    private long[] quarter(String accountId, long atMillis, String keyId, String model) {
        long startsAt = atMillis - Math.floorMod(atMillis, QUARTER_MILLIS);
        earliest = Math.min(earliest, startsAt);
        return quarters.computeIfAbsent(new Quarter(accountId, startsAt, keyId, model), _ -> new long[SUMS.size()]);
    }

    private long[] hour(long atMillis, String channel, String model, String upstreamModel, CallEnd end) {
        long startsAt = atMillis - Math.floorMod(atMillis, HOUR_MILLIS);
        return hours.computeIfAbsent(
                new Hour(startsAt, channel, model, upstreamModel, end), _ -> new long[HOUR_SUMS.size()]);
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
            sums(rows, quarters.getOrDefault(quarter, new long[0]));
        }
        rows.finish();
        rows = ADD_HOUR.on(statements);
        for (Hour hour : hours.keySet().stream().sorted(Hour.ORDER).toList()) {
            rows.number(hour.startsAt)
                    .text(nodeId)
                    .text(hour.channel)
                    .text(hour.model)
                    .text(hour.upstreamModel)
                    .text(hour.end.code());
            sums(rows, hours.getOrDefault(hour, new long[0]));
        }
        rows.finish();
    }

    /** Adds what rows lack. What a call that was not counted has cost is not known. */
    static void correct(Statements statements, String nodeId, List<CorrectUsage.Row> corrections) throws SQLException {
        for (CorrectUsage.Row row : corrections) {
            List<String> names = row.names();
            long[] missing = row.missing().stream().mapToLong(Long::longValue).toArray();
            if (row.of() == CorrectUsage.Of.HOUR) {
                Rows rows = ADD_HOUR.on(statements);
                rows.number(row.startsAt()).text(nodeId);
                for (String name : names) {
                    rows.text(name);
                }
                long calls = missing[0];
                long[] all = {
                    calls,
                    missing[1],
                    missing[2],
                    missing[3],
                    missing[4],
                    missing[5],
                    Math.max(0, calls),
                    missing[6],
                    missing[7],
                    0,
                    missing[8]
                };
                sums(rows, all);
                rows.finish();
            } else {
                Rows rows = (row.of() == CorrectUsage.Of.DAY ? ADD_DAY : ADD_QUARTER).on(statements);
                rows.text(names.get(0))
                        .number(row.startsAt())
                        .text(names.get(1))
                        .text(names.get(2));
                sums(rows, missing);
                rows.finish();
            }
        }
    }

    private static void sums(Rows rows, long[] sums) throws SQLException {
        for (long sum : sums) {
            rows.number(sum);
        }
        rows.next();
    }

    private static RowStatement add(String table, List<String> keys, List<String> sums) {
        List<String> columns = Stream.concat(keys.stream(), sums.stream()).toList();
        String marks = String.join(", ", columns.stream().map(_ -> "?").toList());
        String into = "INSERT INTO " + table + " (" + String.join(", ", columns) + ") ";
        String onConflict = " ON CONFLICT (" + String.join(", ", keys) + ") DO UPDATE SET "
                + sums.stream()
                        .map(sum -> sum + " = " + table + "." + sum + " + excluded." + sum)
                        .collect(Collectors.joining(", "));
        String[] types = columns.stream()
                .map(column -> keys.contains(column) && !column.equals("starts_at") ? "text" : "bigint")
                .toArray(String[]::new);
        return RowStatement.of(
                into + "VALUES (" + marks + ")" + onConflict,
                into + "SELECT * FROM unnest(" + marks + ")" + onConflict,
                types);
    }
}
