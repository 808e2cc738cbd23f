package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.figures.AccountHistory.Hit;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyView;
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

/**
 * Finds what a text names. Within one read transaction.
 *
 * @param calls the keys whose calls are found; labels are found if these are all keys
 * @param keys the keys that are found
 */
record Find(Reads sql, String accountId, KeyFilter calls, KeyView keys, Duration callMax) {

    private static final int HITS_MAX = 20;
    private static final int CALLS_MAX = 20_000;
    private static final int ROWS_AT_ONCE = 1_000;

    /** The first twelve digits are the time in milliseconds. */
    private static final Pattern REQUEST_ID = Pattern.compile("req_([0-9a-f]{12})[0-9a-f]{20}");

    /** The most time between a request's arrival and its call. */
    private static final Duration ARRIVING = Duration.ofMinutes(15);

    /** The id of a call begins with the time of its start, which follows its request: the first seconds are looked through first. */
    private static final List<Duration> LOOKS = List.of(Duration.ofSeconds(5), ARRIVING);

    private static final String OF_REQUEST = """
            SELECT c.id FROM (SELECT id, account_id, request_id FROM call WHERE id > ? AND id < ? ORDER BY id LIMIT %d) c
            WHERE c.request_id = ?%%s LIMIT 1""".formatted(CALLS_MAX);

    private static final String KEYS =
            "SELECT id, name, prefix, member_id, team_id FROM api_key WHERE account_id = ? ORDER BY id LIMIT 1000";

    /** The most names of tags that are looked through: an account may have declared others before. */
    private static final int NAMES_MAX = 4 * CallLabels.NAMES_MAX;

    private static final String NEXT_NAME =
            "SELECT MIN(name) FROM label WHERE account_id = ? AND name > ? AND value <> ''";
    private static final String VALUES =
            "SELECT value FROM label WHERE account_id = ? AND name = ? AND value >= ? AND value <> '' ORDER BY value LIMIT "
                    + HITS_MAX;

    List<Hit> find(String text) throws SQLException {
        List<Hit> call = call(text);
        if (!call.isEmpty()) {
            return call;
        }
        Matcher request = REQUEST_ID.matcher(text.toLowerCase(Locale.ROOT));
        if (request.matches()) {
            return byRequest(request.group(), request.group(1));
        }
        List<Hit> hits = keys(text.toLowerCase(Locale.ROOT));
        if (calls.isAll()) {
            hits.addAll(labels(text));
        }
        return hits;
    }

    /** Returns the end users and tags whose values, or names with values, begin with a text. */
    private List<Hit> labels(String text) throws SQLException {
        int end = text.indexOf('=');
        List<Hit> hits = new ArrayList<>(labels(CallLabels.END_USER, text));
        if (end > 0) {
            hits.addAll(labels(text.substring(0, end), text.substring(end + 1)));
        }
        String name = CallLabels.END_USER;
        for (int i = 0; i < NAMES_MAX && name != null; i++) {
            name = sql.one(NEXT_NAME, row -> row.getString(1), accountId, name);
            hits.addAll(name == null ? List.of() : labels(name, text));
        }
        return hits.subList(0, Math.min(HITS_MAX, hits.size()));
    }

    /** The order of values is the database's, so what begins otherwise is left out here. */
    private List<Hit> labels(String name, String begin) throws SQLException {
        return sql.list(VALUES, row -> row.getString(1), accountId, name, begin).stream()
                .filter(value -> value.startsWith(begin))
                .<Hit>map(value -> new Hit.OfLabel(new Label(name, value)))
                .toList();
    }

    private List<Hit> byRequest(String requestId, String time) throws SQLException {
        String call = callOf(sql, requestId, time, accountId);
        return call == null ? List.of() : call(call);
    }

    private List<Hit> call(String id) throws SQLException {
        CallLog log = new CallLog(sql, accountId, callMax);
        CallRow call = log.find(id, calls);
        String ofJob = call == null ? Jobs.callOf(sql, id) : null;
        if (ofJob != null) {
            call = log.find(ofJob, calls);
        }
        return call == null ? List.of() : List.of(new Hit.OfCall(call.id()));
    }

    /** Returns the call of a request, of any account; null if there is no such request or it made no call. Within a read transaction. */
    static @Nullable String callOfRequest(Reads sql, String text) throws SQLException {
        Matcher request = REQUEST_ID.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!request.matches()) {
            return null;
        }
        return callOf(sql, request.group(), request.group(1), "");
    }

    /** @param accountId empty for any account's call */
    private static @Nullable String callOf(Sql sql, String requestId, String time, String accountId)
            throws SQLException {
        Instant arrived = Instant.ofEpochMilli(Long.parseLong(time, 16));
        String text = OF_REQUEST.formatted(accountId.isEmpty() ? "" : " AND c.account_id = ?");
        String found = null;
        for (Duration look : LOOKS) {
            List<Object> values = new ArrayList<>(List.of(
                    CompletionIds.earliest(arrived.minusSeconds(1)),
                    CompletionIds.earliest(arrived.plus(look)),
                    requestId));
            if (!accountId.isEmpty()) {
                values.add(accountId);
            }
            found = found == null ? sql.one(text, row -> row.getString(1), values.toArray()) : found;
        }
        return found;
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
