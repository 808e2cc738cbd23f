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

    /** The sums of usage_hour, except for the costs at the upstream, which no other table has. */
    static final List<String> HOUR_SUMS = List.of(
            "calls",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
            "thoughts_tokens",
            "searches",
            "estimated",
            "charged_micros",
            "refunded_micros",
            "shortfall_micros");

    /** Sums that a call without a charge adds to. */
    static final Set<String> COUNTS_OF_CALLS = Stream.concat(
                    Stream.of("calls", "failed", "cancelled"), SUMS.stream().filter(sum -> sum.startsWith("first_")))
            .collect(Collectors.toUnmodifiableSet());

    private final Dialect dialect;

    UsageSql(Dialect dialect) {
        this.dialect = dialect;
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
                "refunded_micros"));
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            sums.add("first_" + bucket);
        }
        return List.copyOf(sums);
    }

    /** One row for each task, with a column for each sum that it adds to. */
    String calls() {
        StringBuilder sql = new StringBuilder("""
                SELECT account_id, key_id, model_id, status, completed_at, channel, upstream_model, 1 AS calls,
                    CASE WHEN status = 'failed' THEN 1 ELSE 0 END AS failed,
                    CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END AS cancelled,
                    prompt_tokens, cached_tokens, completion_tokens, thoughts_tokens, searches, charge_micros AS charged_micros,
                    0 AS refunded_micros, estimated""");
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            String above = bucket == 0 ? "0" : after(bucket - 1);
            String below = bucket == FIRST_BYTE_ENDS.length ? "" : " AND first_byte < " + after(bucket);
            sql.append(", CASE WHEN first_byte >= " + above + below + " THEN 1 ELSE 0 END AS first_" + bucket);
        }
        return sql + " FROM (SELECT account_id, key_id, model_id, status, completed_at, charge_micros, "
                + count("pricing", "prompt_tokens") + " AS prompt_tokens, "
                + count("usage", "cached_tokens") + " AS cached_tokens, "
                + count("pricing", "completion_tokens") + " AS completion_tokens, "
                + count("pricing", "reasoning_tokens") + " AS thoughts_tokens, "
                + count("pricing", "searches") + " AS searches, "
                + "CASE WHEN usage_flags LIKE '%estimated%' THEN 1 ELSE 0 END AS estimated, "
                + channel("course") + " AS channel, "
                + upstreamModel("course") + " AS upstream_model, "
                + number("course", "first_byte") + " AS first_byte"
                + " FROM task WHERE completed_at IS NOT NULL" + apart() + ") AS read_task";
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

    private String name(String column, String member) {
        String begin = "\"" + member + "\":\"";
        return dialect == Dialect.SQLITE
                ? """
                CASE WHEN instr(%1$s, '%2$s') > 0 THEN substr(substr(%1$s, instr(%1$s, '%2$s') + %3$d), 1,
                    instr(substr(%1$s, instr(%1$s, '%2$s') + %3$d), '"') - 1) ELSE '' END""".formatted(column, begin, begin.length())
                : "COALESCE(substring(%s from '%s([^\"]*)'), '')".formatted(column, begin);
    }
}
