package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The usage of a call, read from its task: the usage tables must have its sum. Calls older than the course have neither
 * their first byte nor their channel.
 */
final class UsageSql {

    /** The upper ends of the buckets of the time to the first byte, in milliseconds; the last bucket has none. */
    private static final long[] FIRST_BYTE_ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    /** The columns of usage_quarter and usage_day that are sums. */
    static final List<String> SUMS = sums();

    /** The sums of usage_label. */
    static final List<String> LABEL_SUMS = SUMS.subList(0, SUMS.indexOf("refunded_micros") + 1);

    /** The sums of usage_hour. */
    static final List<String> HOUR_SUMS = hourSums();

    /** The sums to which the attempts of a call add, in usage_hour each for its own channel. */
    static final Set<String> SUMS_OF_ATTEMPTS = Set.of("uncosted", "cost_micros");

    /** Sums that a call without a charge adds to. */
    static final Set<String> COUNTS_OF_CALLS = Stream.concat(
                    Stream.of("calls", "failed", "cancelled", "costed"),
                    SUMS.stream().filter(sum -> sum.startsWith("first_")))
            .collect(Collectors.toUnmodifiableSet());

    private final Dialect dialect;

    UsageSql(Dialect dialect) {
        this.dialect = dialect;
    }

    private static List<String> hourSums() {
        List<String> sums = new ArrayList<>(List.of(
                "calls",
                "prompt_tokens",
                "cached_tokens",
                "completion_tokens",
                "thoughts_tokens",
                "searches",
                "estimated",
                "uncosted",
                "charged_micros",
                "refunded_micros",
                "cost_micros",
                "shortfall_micros"));
        addFirstBytes(sums);
        sums.addAll(List.of("timed_tokens", "timed_millis"));
        return List.copyOf(sums);
    }

    private static void addFirstBytes(List<String> sums) {
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            sums.add("first_" + bucket);
        }
    }

    private static List<String> sums() {
        List<String> sums = new ArrayList<>(List.of(
                "calls",
                "failed",
                "cancelled",
                "prompt_tokens",
                "cached_tokens",
                "completion_tokens",
                "thoughts_tokens",
                "searches",
                "charged_micros",
                "refunded_micros",
                "cost_micros",
                "costed",
                "saved_micros",
                "missed_micros"));
        addFirstBytes(sums);
        return List.copyOf(sums);
    }

    /** Returns the query with a row for each task, with a column for each sum that it adds to. */
    String calls() {
        StringBuilder sql = new StringBuilder("""
                SELECT id, labels, account_id, key_id, model_id, status, completed_at, channel, upstream_model, 1 AS calls,
                    CASE WHEN status = 'failed' THEN 1 ELSE 0 END AS failed,
                    CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END AS cancelled,
                    prompt_tokens, cached_tokens, completion_tokens, thoughts_tokens, searches, charge_micros AS charged_micros,
                    0 AS refunded_micros, saved_micros, missed_micros, estimated, timed, COALESCE(timed, 0) AS timed_millis,
                    CASE WHEN timed > 0 THEN completion_tokens + thoughts_tokens ELSE 0 END AS timed_tokens,
                    CASE WHEN timed IS NOT NULL AND COALESCE(costs, '') NOT LIKE '%"cost":null%' THEN 1 ELSE 0 END AS costed""");
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            String above = bucket == 0 ? "0" : after(bucket - 1);
            String below = bucket == FIRST_BYTE_ENDS.length ? "" : " AND first_byte < " + after(bucket);
            sql.append(", CASE WHEN first_byte >= " + above + below + " THEN 1 ELSE 0 END AS first_" + bucket);
        }
        return sql
                + " FROM (SELECT id, labels, account_id, key_id, model_id, status, completed_at, charge_micros, costs, "
                + count("pricing", "prompt_tokens") + " AS prompt_tokens, "
                + count("usage", "cached_tokens") + " AS cached_tokens, "
                + count("pricing", "completion_tokens") + " AS completion_tokens, "
                + count("pricing", "reasoning_tokens") + " AS thoughts_tokens, "
                + count("pricing", "searches") + " AS searches, "
                + credits("course", "saved") + " AS saved_micros, "
                + credits("course", "missed") + " AS missed_micros, "
                + "CASE WHEN usage_flags LIKE '%estimated%' THEN 1 ELSE 0 END AS estimated, "
                + channel("course") + " AS channel, "
                + upstreamModel("course") + " AS upstream_model, "
                + number("course", "first_byte") + " AS first_byte, "
                + number("course", "timed") + " AS timed"
                + " FROM task WHERE completed_at IS NOT NULL" + apart() + ") AS read_task";
    }

    /**
     * Returns the query with a row for each attempt with usage, with its costs. A text that is no list has no attempts, which is a difference and
     * not the end of the check.
     */
    String attempts() {
        String sql = dialect == Dialect.SQLITE ? """
                SELECT t.account_id, t.key_id, t.completed_at, t.model_id, t.status, %s AS timed, COALESCE(json_extract(c.value, '$.channel'), '') AS channel,
                    COALESCE(json_extract(c.value, '$.model'), '') AS upstream_model,
                    CASE WHEN json_extract(c.value, '$.cost') IS NULL THEN 1 ELSE 0 END AS uncosted,
                    COALESCE(CAST(json_extract(c.value, '$.cost') AS INTEGER), 0) AS cost_micros
                FROM task t, json_each(CASE WHEN json_valid(t.costs) THEN t.costs ELSE '[]' END) c
                WHERE t.completed_at IS NOT NULL AND t.costs IS NOT NULL AND c.type = 'object'""" : """
                SELECT t.account_id, t.key_id, t.completed_at, t.model_id, t.status, %s AS timed, c.part[1] AS channel, c.part[2] AS upstream_model,
                    CASE WHEN c.part[3] = 'null' THEN 1 ELSE 0 END AS uncosted,
                    CASE WHEN c.part[3] = 'null' THEN 0 ELSE CAST(c.part[3] AS bigint) END AS cost_micros
                FROM task t CROSS JOIN LATERAL
                    regexp_matches(t.costs, '"channel":"([^"]*)","model":"([^"]*)"[^}]*"cost":([0-9]{1,18}|null)', 'g') AS c(part)
                WHERE t.completed_at IS NOT NULL AND t.costs IS NOT NULL""";
        return sql.formatted(number("t.course", "timed"));
    }

    /** Keeps the database from putting the expressions into each place that uses them. */
    private String apart() {
        return dialect == Dialect.SQLITE ? " LIMIT -1" : " OFFSET 0";
    }

    /** The first microsecond that is past a bucket: times are cut down to whole milliseconds. */
    private static String after(int bucket) {
        return Long.toString((FIRST_BYTE_ENDS[bucket] + 1) * 1_000);
    }

    static String added(List<String> sums) {
        return sums.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", "));
    }

    /** The channel and the upstream model that answered, from a task's course. */
    String channel(String course) {
        return name(course, "channel");
    }

    String upstreamModel(String course) {
        return name(course, "upstream_model");
    }

    private String count(String column, String member) {
        return "COALESCE(" + number(column, member) + ", 0)";
    }

    // Tollgate writes these objects without spaces, each member once before any list. Finding a member in the text
    // takes a fraction of the time of a parser, and invalid JSON is a difference and not the end of the check.

    private String number(String column, String member) {
        String begin = "\"" + member + "\":";
        return dialect == Dialect.SQLITE
                ? "CASE WHEN instr(%1$s, '%2$s') > 0 THEN CAST(substr(%1$s, instr(%1$s, '%2$s') + %3$d, 19) AS INTEGER) END"
                        .formatted(column, begin, begin.length())
                : "CAST(substring(%s from '%s([0-9]{1,18})') AS bigint)".formatted(column, begin);
    }

    /** The micro-credits of a charged call: a course keeps credits. */
    private String credits(String column, String member) {
        String begin = "\"" + member + "\":";
        return dialect == Dialect.SQLITE
                ? "CASE WHEN pricing IS NOT NULL AND instr(%1$s, '%2$s') > 0 THEN CAST(ROUND(1000000 * CAST(substr(%1$s, instr(%1$s, '%2$s') + %3$d, 20) AS REAL)) AS INTEGER) ELSE 0 END"
                        .formatted(column, begin, begin.length())
                : "CASE WHEN pricing IS NOT NULL THEN COALESCE(CAST(1000000 * CAST(substring(%s from '%s([0-9.]{1,20})') AS numeric) AS bigint), 0) ELSE 0 END"
                        .formatted(column, begin);
    }

    private String name(String column, String member) {
        String begin = "\"" + member + "\":\"";
        return dialect == Dialect.SQLITE
                ? """
                CASE WHEN instr(%1$s, '%2$s') > 0 THEN substr(substr(%1$s, instr(%1$s, '%2$s') + %3$d), 1,
                    instr(substr(%1$s, instr(%1$s, '%2$s') + %3$d), '"') - 1) ELSE '' END""".formatted(column, begin, begin.length())
                : "COALESCE(substring(%s from '%s([^\"]*)'), '')".formatted(column, begin);
    }
}
