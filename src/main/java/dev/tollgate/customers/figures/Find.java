package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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

    /** The first twelve digits are the time in milliseconds. */
    private static final Pattern REQUEST_ID = Pattern.compile("req_([0-9a-f]{12})[0-9a-f]{20}");

    /** How long a request may take from its arrival to its call. */
    private static final Duration ARRIVING = Duration.ofMinutes(15);

    private static final String COURSES =
            "SELECT id, course FROM task WHERE account_id = ? AND id > ? AND id < ? ORDER BY id LIMIT " + CALLS_MAX;
    private static final String COURSES_OF_ALL =
            "SELECT id, course FROM task WHERE id > ? AND id < ? ORDER BY id LIMIT " + CALLS_MAX;
    private static final String KEYS =
            "SELECT id, name, prefix FROM api_key WHERE account_id = ? ORDER BY id LIMIT 1000";

    private final Connection connection;
    private final String accountId;
    private final Duration callMax;

    Find(Connection connection, String accountId, Duration callMax) {
        this.connection = connection;
        this.accountId = accountId;
        this.callMax = callMax;
    }

    List<Hit> find(String text) throws SQLException {
        CallRow call = new CallLog(connection, accountId, callMax).find(text);
        if (call != null) {
            return List.of(new Hit.OfCall(call.id()));
        }
        Matcher request = REQUEST_ID.matcher(text.toLowerCase(Locale.ROOT));
        return request.matches() ? byRequest(request.group(), request.group(1)) : keys(text.toLowerCase(Locale.ROOT));
    }

    private List<Hit> byRequest(String requestId, String time) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COURSES)) {
            select.setString(1, accountId);
            String call = callOf(select, 2, requestId, time);
            return call == null ? List.of() : List.of(new Hit.OfCall(call));
        }
    }

    /** The call of a request, whoever's it is; null where it is none, or has none. Within a read transaction. */
    static @Nullable String callOfRequest(Connection connection, String text) throws SQLException {
        Matcher request = REQUEST_ID.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!request.matches()) {
            return null;
        }
        try (PreparedStatement select = connection.prepareStatement(COURSES_OF_ALL)) {
            return callOf(select, 1, request.group(), request.group(1));
        }
    }

    private static @Nullable String callOf(PreparedStatement select, int first, String requestId, String time)
            throws SQLException {
        Instant arrived = Instant.ofEpochMilli(Long.parseLong(time, 16));
        String told = "\"request_id\":\"" + requestId + "\"";
        select.setString(first, CompletionIds.earliest(arrived.minusSeconds(1)));
        select.setString(first + 1, CompletionIds.earliest(arrived.plus(ARRIVING)));
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                String course = row.getString(2);
                if (course != null && course.contains(told)) {
                    return row.getString(1);
                }
            }
        }
        return null;
    }

    private List<Hit> keys(String text) throws SQLException {
        List<Hit> hits = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(KEYS)) {
            select.setString(1, accountId);
            try (ResultSet row = select.executeQuery()) {
                while (row.next() && hits.size() < HITS_MAX) {
                    Hit.OfKey key = new Hit.OfKey(row.getString(1), row.getString(2), row.getString(3));
                    if (begins(key.name(), text) || begins(key.prefix(), text) || begins(key.id(), text)) {
                        hits.add(key);
                    }
                }
            }
        }
        return hits;
    }

    private static boolean begins(String name, String text) {
        return name.toLowerCase(Locale.ROOT).startsWith(text);
    }
}
