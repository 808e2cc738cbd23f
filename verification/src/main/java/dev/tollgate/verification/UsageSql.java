package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The usage of a call, read from its row: the usage tables must have its sum. */
final class UsageSql {

    /** The upper ends of the buckets of the time to the first byte, in milliseconds; the last bucket has none. */
    private static final long[] FIRST_BYTE_ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    /** All sums, in their order. */
    static final List<String> ALL = all();

    /** The columns of usage_quarter and usage_day that are sums. */
    static final List<String> SUMS = without(Set.of(
            "estimated",
            "uncosted",
            "shortfall_micros",
            "timed_tokens",
            "timed_millis",
            "attempts",
            "failed_attempts"));

    /** The sums of usage_hour. */
    static final List<String> HOUR_SUMS =
            without(Set.of("failed", "cancelled", "costed", "saved_micros", "missed_micros", "charged_by_request"));

    /** The sums of usage_label. */
    static final List<String> LABEL_SUMS = SUMS.subList(0, SUMS.indexOf("refunded_micros") + 1);

    /** The sums of {@link #attempts}. */
    static final Set<String> OF_ATTEMPTS = Set.of("uncosted", "cost_micros", "attempts", "failed_attempts");

    /** The calls, with the time of the first byte if it counts: a call of a job, whose request has the job's id, has no waiting caller. */
    private static final String HEARD = """
            (SELECT c.*, CASE WHEN SUBSTR(request_id, 1, 5) = 'resp_' OR SUBSTR(request_id, 1, 3) = 'v1_' OR SUBSTR(request_id, 1, 6) = 'batch_' THEN NULL
                ELSE first_byte_us END AS heard_us FROM call c) c""";

    /** A row for each call, with a column for each sum that it adds to. Lists of attempts and their costs are left out. */
    static final String CALLS = calls();

    private UsageSql() {}

    private static List<String> all() {
        List<String> sums = new ArrayList<>(List.of("""
                calls failed cancelled prompt_tokens cached_tokens completion_tokens thoughts_tokens output_image_tokens searches maps estimated uncosted charged_micros \
                refunded_micros cost_micros costed shortfall_micros saved_micros missed_micros""".split(" ")));
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            sums.add("first_" + bucket);
        }
        sums.addAll(List.of(
                "timed_tokens", "timed_millis", "attempts", "failed_attempts", "by_request", "charged_by_request"));
        return List.copyOf(sums);
    }

    private static List<String> without(Set<String> those) {
        return ALL.stream().filter(sum -> !those.contains(sum)).toList();
    }

    private static String calls() {
        StringBuilder sql = new StringBuilder("""
                SELECT id, labels, account_id, key_id, model_id, ending, ended_at, channel, upstream_model, 1 AS calls,
                    CASE WHEN ending = 'failed' OR ending = 'abandoned' THEN 1 ELSE 0 END AS failed,
                    CASE WHEN ending = 'cancelled' THEN 1 ELSE 0 END AS cancelled,
                    COALESCE(prompt_tokens + tool_tokens, 0) AS prompt_tokens, COALESCE(cached_tokens, 0) AS cached_tokens,
                    COALESCE(completion_tokens, 0) AS completion_tokens, COALESCE(reasoning_tokens, 0) AS thoughts_tokens,
                    COALESCE(output_image_tokens, 0) AS output_image_tokens, COALESCE(searches, 0) AS searches, COALESCE(maps, 0) AS maps,
                    charged_micros, 0 AS refunded_micros, flags & 1 AS estimated,
                    CASE WHEN due_micros > charged_micros THEN due_micros - charged_micros ELSE 0 END AS shortfall_micros,
                    CASE WHEN price IS NULL THEN 0 ELSE COALESCE(saved_micros, 0) END AS saved_micros,
                    CASE WHEN price IS NULL THEN 0 ELSE COALESCE(missed_micros, 0) END AS missed_micros,
                    CASE WHEN attempts IS NULL THEN COALESCE(cost_micros, 0) ELSE 0 END AS cost_micros,
                    CASE WHEN cost_micros IS NULL THEN 0 ELSE 1 END AS costed,
                    CASE WHEN attempts IS NULL AND price IS NOT NULL AND cost_micros IS NULL THEN 1 ELSE 0 END AS uncosted,
                    CASE WHEN ending = 'completed' AND done_us - heard_us >= 1000 THEN (done_us - heard_us) / 1000 ELSE 0 END AS timed_millis,
                    CASE WHEN ending = 'completed' AND done_us - heard_us >= 1000 THEN COALESCE(completion_tokens + reasoning_tokens, 0)
                        ELSE 0 END AS timed_tokens,
                    CASE WHEN attempts IS NULL AND channel <> '' AND first_byte_us IS NOT NULL THEN 1 ELSE 0 END AS attempts,
                    0 AS failed_attempts, CASE WHEN ending = 'failed' THEN (flags & 512) / 512 ELSE 0 END AS by_request,
                    CASE WHEN ending = 'completed' THEN (flags & 512) / 512 ELSE 0 END AS charged_by_request""");
        for (int bucket = 0; bucket <= FIRST_BYTE_ENDS.length; bucket++) {
            String above = bucket == 0 ? "0" : after(bucket - 1);
            String below = bucket == FIRST_BYTE_ENDS.length ? "" : " AND heard_us < " + after(bucket);
            sql.append(", CASE WHEN heard_us >= " + above + below + " THEN 1 ELSE 0 END AS first_" + bucket);
        }
        return sql + " FROM " + HEARD;
    }

    /** The first microsecond that is past a bucket: times are cut down to whole milliseconds. */
    private static String after(int bucket) {
        return Long.toString((FIRST_BYTE_ENDS[bucket] + 1) * 1_000);
    }

    /**
     * Returns the query with a row for each attempt of the calls with a list, and one for each of their costs. A text that is no list has none, which is a
     * difference and not the end of the check.
     */
    static String attempts(Dialect dialect) {
        return dialect == Dialect.SQLITE ? """
                SELECT t.account_id, t.key_id, t.ended_at, t.model_id, t.ending, COALESCE(json_extract(c.value, '$.channel'), '') AS channel,
                    COALESCE(json_extract(c.value, '$.model'), '') AS upstream_model,
                    CASE WHEN l.key = 'costs' AND json_extract(c.value, '$.cost') IS NULL THEN 1 ELSE 0 END AS uncosted,
                    CASE WHEN l.key = 'costs' THEN COALESCE(CAST(json_extract(c.value, '$.cost') AS INTEGER), 0) ELSE 0 END AS cost_micros,
                    CASE WHEN l.key = 'attempts' THEN 1 ELSE 0 END AS attempts,
                    CASE WHEN l.key = 'attempts' AND json_extract(c.value, '$.outcome') NOT IN ('answered', 'empty', 'left') THEN 1 ELSE 0 END
                        AS failed_attempts
                FROM call t, json_each(CASE WHEN json_valid(t.attempts) THEN t.attempts ELSE '{}' END) l,
                    json_each(CASE WHEN l.type = 'array' AND (l.key = 'attempts' OR l.key = 'costs') THEN l.value ELSE '[]' END) c
                WHERE t.attempts IS NOT NULL AND c.type = 'object'""" : """
                SELECT t.account_id, t.key_id, t.ended_at, t.model_id, t.ending, c.part[1] AS channel, c.part[2] AS upstream_model,
                    CASE WHEN c.part[4] = 'null' THEN 1 ELSE 0 END AS uncosted,
                    CASE WHEN c.part[4] = 'null' THEN 0 ELSE COALESCE(CAST(c.part[4] AS bigint), 0) END AS cost_micros,
                    CASE WHEN c.part[3] IS NULL THEN 0 ELSE 1 END AS attempts,
                    CASE WHEN c.part[3] NOT IN ('answered', 'empty', 'left') THEN 1 ELSE 0 END AS failed_attempts
                FROM call t CROSS JOIN LATERAL
                    regexp_matches(t.attempts,
                        '"channel":"([^"]*)","model":"([^"]*)"(?:,"ms":[0-9]+,"outcome":"([^"]*)"|[^}]*"cost":([0-9]{1,18}|null))', 'g') AS c(part)
                WHERE t.attempts IS NOT NULL""";
    }

    static String added(List<String> sums) {
        return each(sums, sum -> "SUM(" + sum + ")");
    }

    /** Returns whether one of some sums is not zero, as a condition. */
    static String any(List<String> sums) {
        return sums.stream().map("SUM(%s) <> 0"::formatted).collect(Collectors.joining(" OR ", "(", ")"));
    }

    /** Returns an expression for each sum, with commas between them. */
    static String each(List<String> sums, Function<String, String> expression) {
        return sums.stream().map(expression).collect(Collectors.joining(", "));
    }
}
