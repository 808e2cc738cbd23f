package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.figures.AccountHistory.Hit;
import dev.tollgate.customers.roles.KeyView;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what a text names. Within one read transaction. */
final class Find {

    private static final int HITS_MAX = 20;
    private static final int CALLS_MAX = 2_000;
    private static final int ROWS_AT_ONCE = 1_000;

    /** The first twelve digits are the time in milliseconds. */
    private static final Pattern REQUEST_ID = Pattern.compile("req_([0-9a-f]{12})[0-9a-f]{20}");

    /** The most time between a request's arrival and its call. */
    private static final Duration ARRIVING = Duration.ofMinutes(15);

    private static final String COURSES =
            "SELECT id, course FROM task WHERE account_id = ? AND id > ? AND id < ? ORDER BY id LIMIT " + CALLS_MAX;
    private static final String COURSES_OF_ALL =
            "SELECT id, course FROM task WHERE id > ? AND id < ? ORDER BY id LIMIT " + CALLS_MAX;
    private static final String KEYS =
            "SELECT id, name, prefix, member_id, team_id FROM api_key WHERE account_id = ? ORDER BY id LIMIT 1000";

    private final Reads sql;
    private final String accountId;
    private final KeyFilter calls;
    private final KeyView keys;
    private final Duration callMax;

    /** @param calls the keys whose calls are found @param keys the keys that are found */
    Find(Reads sql, String accountId, KeyFilter calls, KeyView keys, Duration callMax) {
        this.sql = sql;
        this.accountId = accountId;
        this.calls = calls;
        this.keys = keys;
        this.callMax = callMax;
    }

    List<Hit> find(String text) throws SQLException {
        List<Hit> call = call(text);
        if (!call.isEmpty()) {
            return call;
        }
        Matcher request = REQUEST_ID.matcher(text.toLowerCase(Locale.ROOT));
        return request.matches() ? byRequest(request.group(), request.group(1)) : keys(text.toLowerCase(Locale.ROOT));
    }

    private List<Hit> byRequest(String requestId, String time) throws SQLException {
        String call = callOf(sql, COURSES, requestId, time, accountId);
        return call == null ? List.of() : call(call);
    }

    private List<Hit> call(String id) throws SQLException {
        CallRow call = new CallLog(sql, accountId, callMax).find(id, calls);
        return call == null ? List.of() : List.of(new Hit.OfCall(call.id()));
    }

    /** Returns the call of a request, of any account; null if there is no such request or it made no call. Within a read transaction. */
    static @Nullable String callOfRequest(Reads sql, String text) throws SQLException {
        Matcher request = REQUEST_ID.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!request.matches()) {
            return null;
        }
        return callOf(sql, COURSES_OF_ALL, request.group(), request.group(1));
    }

    /** @param whose the account's id, where the statement asks for one */
    private static @Nullable String callOf(Sql sql, String text, String requestId, String time, String... whose)
            throws SQLException {
        Instant arrived = Instant.ofEpochMilli(Long.parseLong(time, 16));
        String told = "\"request_id\":\"" + requestId + "\"";
        List<Object> values = new ArrayList<>(List.of(whose));
        values.add(CompletionIds.earliest(arrived.minusSeconds(1)));
        values.add(CompletionIds.earliest(arrived.plus(ARRIVING)));
        List<String> found = new ArrayList<>();
        sql.scan(
                text,
                ROWS_AT_ONCE,
                row -> {
                    String course = row.getString(2);
                    if (course != null && course.contains(told)) {
                        found.add(row.getString(1));
                    }
                    return found.isEmpty();
                },
                values.toArray());
        return found.isEmpty() ? null : found.getFirst();
    }

    private List<Hit> keys(String text) throws SQLException {
        List<Hit> hits = new ArrayList<>();
        sql.scan(
                KEYS,
                ROWS_AT_ONCE,
                row -> {
                    Hit.OfKey key = new Hit.OfKey(row.getString(1), row.getString(2), row.getString(3));
                    boolean isSeen = keys.sees(new KeyOwner(row.getString(4), row.getString(5), key.id()));
                    if (isSeen && (begins(key.name(), text) || begins(key.prefix(), text) || begins(key.id(), text))) {
                        hits.add(key);
                    }
                    return hits.size() < HITS_MAX;
                },
                accountId);
        return hits;
    }

    private static boolean begins(String name, String text) {
        return name.toLowerCase(Locale.ROOT).startsWith(text);
    }
}
