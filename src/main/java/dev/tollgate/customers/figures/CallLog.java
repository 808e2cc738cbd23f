package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An account's calls by their ids, which sort by the time of their start. Within one read transaction. */
final class CallLog {

    static final int LOOKED_AT_MAX = 2_000;

    /** How much longer than its time a call may take to be settled. */
    private static final Duration SLACK = Duration.ofMinutes(10);

    private static final String CALLS = "SELECT " + CallRow.COLUMNS + """
             FROM task t LEFT JOIN api_key k ON k.id = t.key_id
            WHERE t.account_id = ?""";
    private static final String RUNNING = "SELECT " + CallRow.COLUMNS_OF_RUNNING + """
             FROM open_hold t LEFT JOIN api_key k ON k.id = t.key_id
            WHERE t.account_id = ? ORDER BY t.id DESC LIMIT 1000""";
    private static final String ONE = "SELECT " + CallRow.COLUMNS + """
             FROM task t LEFT JOIN api_key k ON k.id = t.key_id WHERE t.id = ? AND t.account_id = ?
            UNION ALL SELECT\s""" + CallRow.COLUMNS_OF_RUNNING
            + " FROM open_hold t LEFT JOIN api_key k ON k.id = t.key_id WHERE t.id = ? AND t.account_id = ?";

    /**
     * Names are asked for one by one, since a server would read all keys there are to join a few; holds from an id on, since it would go through all
     * that is left of those that have ended.
     */
    private static final String LATEST = ("SELECT " + CallRow.COLUMNS
                    + " FROM (SELECT * FROM task WHERE account_id = ? AND status <> 'processing' ORDER BY id DESC LIMIT ?) t"
                    + " UNION ALL SELECT " + CallRow.COLUMNS_OF_RUNNING
                    + " FROM (SELECT * FROM open_hold WHERE account_id = ? AND id >= ? ORDER BY id DESC LIMIT ?) t")
            .replace("k.name", "(SELECT k.name FROM api_key k WHERE k.id = t.key_id)");

    private final Connection connection;
    private final String accountId;
    private final Duration callMax;

    /** @param callMax how long a call can last */
    CallLog(Connection connection, String accountId, Duration callMax) {
        this.connection = connection;
        this.accountId = accountId;
        this.callMax = callMax;
    }

    @Nullable
    CallRow find(String id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ONE)) {
            select.setString(1, id);
            select.setString(2, accountId);
            select.setString(3, id);
            select.setString(4, accountId);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? CallRow.read(row) : null;
            }
        }
    }

    /** Those that began last: so many that have ended, and so many that run, no longer than a call can last. The newest first. */
    List<CallRow> latest(int ended, int running, Instant now) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LATEST)) {
            select.setString(1, accountId);
            select.setInt(2, ended);
            select.setString(3, accountId);
            select.setString(4, idFrom(now));
            select.setInt(5, running);
            try (ResultSet row = select.executeQuery()) {
                List<CallRow> calls = new ArrayList<>();
                while (row.next()) {
                    calls.add(CallRow.read(row));
                }
                calls.sort(Comparator.comparing(CallRow::id).reversed());
                return calls;
            }
        }
    }

    List<CallRow> running() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(RUNNING)) {
            select.setString(1, accountId);
            try (ResultSet row = select.executeQuery()) {
                List<CallRow> calls = new ArrayList<>();
                while (row.next()) {
                    calls.add(CallRow.read(row));
                }
                return calls;
            }
        }
    }

    /**
     * @param before calls with lower ids, or null
     * @param after calls with higher ids; null, or else {@code before} is
     */
    CallPage page(CallFilter filter, @Nullable String before, @Nullable String after, int limit) throws SQLException {
        String above = after != null ? after : filter.from() == null ? "" : idFrom(filter.from());
        String below = before != null ? before : filter.to() == null ? null : CompletionIds.earliest(filter.to());
        boolean newestLast = after != null;
        Looked looked = look(filter, above, below, newestLast, limit);
        List<CallRow> calls = looked.calls;
        if (newestLast) {
            Collections.reverse(calls);
            String oldest = calls.isEmpty() ? after : calls.getLast().id();
            String newest =
                    calls.isEmpty() ? looked.stoppedAt : calls.getFirst().id();
            return new CallPage(calls, oldest, looked.isMore ? newest : null, null);
        }
        String older = looked.isMore ? calls.getLast().id() : looked.stoppedAt;
        addRunning(filter, calls, before, older);
        String newer =
                before == null || calls.isEmpty() ? null : calls.getFirst().id();
        return new CallPage(calls, older, newer, looked.isMore ? null : looked.stoppedAtTime);
    }

    /** A call that ended later began no earlier than this. */
    private String idFrom(Instant from) {
        return CompletionIds.earliest(from.minus(callMax).minus(SLACK));
    }

    /** Beside those that have ended, in their place. */
    private void addRunning(CallFilter filter, List<CallRow> calls, @Nullable String before, @Nullable String older)
            throws SQLException {
        if (filter.wantsRunning()) {
            for (CallRow call : running()) {
                if (filter.takes(call)
                        && (before == null || call.id().compareTo(before) < 0)
                        && (older == null || call.id().compareTo(older) >= 0)) {
                    calls.add(call);
                }
            }
            calls.sort(Comparator.comparing(CallRow::id).reversed());
        }
    }

    private static final class Looked {

        private final List<CallRow> calls = new ArrayList<>();
        private boolean isMore;
        private @Nullable String stoppedAt;
        private @Nullable Instant stoppedAtTime;
    }

    private Looked look(CallFilter filter, String above, @Nullable String below, boolean ascending, int limit)
            throws SQLException {
        Looked looked = new Looked();
        Edge edge = filter.isOfColumns() ? edge(above, below, ascending) : null;
        List<Object> values = new ArrayList<>();
        values.add(accountId);
        String sql = CALLS
                + (edge == null ? within(above, below, values) : upTo(edge, above, below, ascending, values))
                + filter.ofColumns(values)
                + order(ascending);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            set(select, values);
            select.setFetchSize(limit + 1);
            try (ResultSet row = select.executeQuery()) {
                int seen = 0;
                while (row.next()) {
                    seen++;
                    CallRow call = CallRow.read(row);
                    if (filter.takes(call)) {
                        if (looked.calls.size() == limit) {
                            looked.isMore = true;
                            return looked;
                        }
                        looked.calls.add(call);
                    }
                    if (seen == LOOKED_AT_MAX && edge == null) {
                        looked.stoppedAt = call.id();
                        looked.stoppedAtTime = call.startedAt();
                    }
                }
            }
        }
        if (edge != null && edge.isMoreBeyond) {
            looked.stoppedAt = edge.id;
            looked.stoppedAtTime = edge.at;
        }
        return looked;
    }

    private static String within(String above, @Nullable String below, List<Object> values) {
        values.add(above);
        if (below == null) {
            return " AND t.id > ?";
        }
        values.add(below);
        return " AND t.id > ? AND t.id < ?";
    }

    /** In the place of the bound on its side: SQLite seeks by one lower and one upper bound, and not by the narrowest. */
    private static String upTo(
            Edge edge, String above, @Nullable String below, boolean ascending, List<Object> values) {
        values.add(ascending ? above : edge.id);
        String sql = ascending ? " AND t.id > ?" : " AND t.id >= ?";
        String upper = ascending ? edge.id : below;
        if (upper == null) {
            return sql;
        }
        values.add(upper);
        return sql + (ascending ? " AND t.id <= ?" : " AND t.id < ?");
    }

    private static String order(boolean ascending) {
        return " ORDER BY t.id " + (ascending ? "ASC" : "DESC") + " LIMIT " + LOOKED_AT_MAX;
    }

    /** The last call that is looked at: the index alone tells, and the database can leave out before it what is not wanted. */
    private record Edge(String id, Instant at, boolean isMoreBeyond) {}

    private @Nullable Edge edge(String above, @Nullable String below, boolean ascending) throws SQLException {
        List<Object> values = new ArrayList<>();
        values.add(accountId);
        String ids = "SELECT t.id FROM task t WHERE t.account_id = ?" + within(above, below, values) + order(ascending);
        String sql = "SELECT e.id, e.created_at, EXISTS (SELECT 1 FROM task b WHERE b.account_id = ? AND b.id "
                + (ascending ? "> e.id)" : "< e.id AND b.id > ?)") + " FROM task e WHERE e.id = (SELECT "
                + (ascending ? "MAX" : "MIN") + "(looked.id) FROM (" + ids + ") AS looked)";
        if (!ascending) {
            values.addFirst(above);
        }
        values.addFirst(accountId);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            set(select, values);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? new Edge(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getBoolean(3))
                        : null;
            }
        }
    }

    private static void set(PreparedStatement select, List<Object> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            select.setObject(i + 1, values.get(i));
        }
    }
}
