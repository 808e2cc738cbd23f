package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
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

    /** The extra time that a settlement may take after a call's time limit. */
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
            .replaceAll("k\\.(name|member_id|team_id)", "(SELECT k.$1 FROM api_key k WHERE k.id = t.key_id)");

    private final Reads sql;
    private final String accountId;
    private final Duration callMax;

    /** @param callMax how long a call can last */
    CallLog(Reads sql, String accountId, Duration callMax) {
        this.sql = sql;
        this.accountId = accountId;
        this.callMax = callMax;
    }

    /** Returns a call of one of the keys; null if there is none. */
    @Nullable
    CallRow find(String id, KeyFilter keys) throws SQLException {
        CallRow call = sql.one(ONE, CallRow::read, id, accountId, id, accountId);
        return call == null || !keys.takes(call) ? null : call;
    }

    /**
     * Returns the latest calls of keys, the newest first: a number of ended ones, and a number of running calls that began no earlier than a call can
     * last. Of some keys alone, the ended ones are a page's.
     */
    List<CallRow> latest(KeyFilter keys, int ended, int running, Instant now) throws SQLException {
        List<CallRow> calls = keys.isAll()
                ? sql.list(LATEST, CallRow::read, accountId, ended, accountId, idFrom(now), running)
                : latestOf(keys, ended, running);
        return calls.stream()
                .sorted(Comparator.comparing(CallRow::id).reversed())
                .toList();
    }

    private List<CallRow> latestOf(KeyFilter keys, int ended, int running) throws SQLException {
        CallFilter filter = new CallFilter(null, null, CallFilter.ENDS, null, keys, null, null, -1);
        List<CallRow> calls = new ArrayList<>(page(filter, null, null, ended).calls());
        running().stream().filter(keys::takes).limit(running).forEach(calls::add);
        return calls;
    }

    List<CallRow> running() throws SQLException {
        return sql.list(RUNNING, CallRow::read, accountId);
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
        return idFrom(from, callMax);
    }

    static String idFrom(Instant from, Duration callMax) {
        return CompletionIds.earliest(from.minus(callMax).minus(SLACK));
    }

    /** Merges running calls with the ended ones, in order. */
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
        private int seen;

        /** @return whether the next one is wanted */
        boolean take(CallRow call, CallFilter filter, int limit, boolean stops) {
            seen++;
            if (filter.takes(call)) {
                isMore = calls.size() == limit;
                if (isMore) {
                    return false;
                }
                calls.add(call);
            }
            if (seen == LOOKED_AT_MAX && stops) {
                stoppedAt = call.id();
                stoppedAtTime = call.startedAt();
            }
            return true;
        }
    }

    private Looked look(CallFilter filter, String above, @Nullable String below, boolean ascending, int limit)
            throws SQLException {
        Looked looked = new Looked();
        Edge edge = filter.isOfColumns() ? edge(above, below, ascending) : null;
        List<Object> values = new ArrayList<>();
        values.add(accountId);
        String text = CALLS
                + (edge == null ? within(above, below, values) : upTo(edge, above, below, ascending, values))
                + filter.ofColumns(accountId, values)
                + order(ascending);
        sql.scan(text, limit + 1, row -> looked.take(CallRow.read(row), filter, limit, edge == null), values.toArray());
        if (edge != null && edge.isMoreBeyond && !looked.isMore) {
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
        String text = "SELECT e.id, e.created_at, EXISTS (SELECT 1 FROM task b WHERE b.account_id = ? AND b.id "
                + (ascending ? "> e.id)" : "< e.id AND b.id > ?)") + " FROM task e WHERE e.id = (SELECT "
                + (ascending ? "MAX" : "MIN") + "(looked.id) FROM (" + ids + ") AS looked)";
        if (!ascending) {
            values.addFirst(above);
        }
        values.addFirst(accountId);
        return sql.one(
                text, row -> new Edge(row.getString(1), Columns.time(row, 2), row.getBoolean(3)), values.toArray());
    }
}
