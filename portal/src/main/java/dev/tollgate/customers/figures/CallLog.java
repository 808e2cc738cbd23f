package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.customers.figures.AccountHistory.Failures;
import dev.tollgate.customers.figures.AccountHistory.Failures.Failure;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An account's calls by their numbers, which are in the order of their ends. Within one read transaction.
 *
 * @param callMax how long a call can last
 */
record CallLog(Reads sql, String accountId, Duration callMax) {

    /** A page looks at so many numbers. */
    static final int LOOKED_AT_MAX = 2_000;

    /** The failures of a span are counted, and its calls sorted, among so many numbers. */
    static final int COUNTED_MAX = 20_000;

    /** The extra time that a settlement may take after a call's time limit. */
    private static final Duration SLACK = Duration.ofMinutes(10);

    private static final String ONE = "SELECT " + CallRow.COLUMNS + " FROM call c WHERE c.id = ? AND c.account_id = ?";
    private static final String ONE_RUNNING =
            "SELECT " + CallRow.COLUMNS_OF_RUNNING + " FROM open_hold c WHERE c.id = ? AND c.account_id = ?";
    private static final String CALLS =
            "SELECT " + CallRow.COLUMNS + " FROM call c WHERE c.account_id = ? AND c.number >= ? AND c.number < ?";

    private static final String FAILURES =
            "SELECT c.error_code, c.ended_at / " + Failure.QUARTER + ", COUNT(*) FROM call c"
                    + " WHERE c.account_id = ? AND c.number >= ? AND c.number < ? AND c.error_code IS NOT NULL%s GROUP BY 1, 2";

    private static final String CHARGES = "SELECT c.model_id, c.prompt_tokens, c.charged_micros FROM call c"
            + " WHERE c.account_id = ? AND c.number >= ? AND c.number < ? AND c.ending = 'completed' AND c.charged_micros > 0";

    /** Holds from an id on, for the overview: a server would go through all that is left of those that have ended. */
    private static final String RUNNING = "SELECT " + CallRow.COLUMNS_OF_RUNNING
            + " FROM open_hold c WHERE c.account_id = ? AND c.id >= ? ORDER BY c.id DESC LIMIT ?";

    private static final int RUNNING_MAX = 1_000;

    private static final String ENDED_AT =
            "SELECT c.ended_at FROM call c WHERE c.account_id = ? AND c.number >= ? ORDER BY c.number LIMIT 1";

    /** Returns a call of one of the keys; null if there is none. */
    @Nullable
    CallRow find(String id, KeyFilter keys) throws SQLException {
        CallRow ended = sql.one(ONE, CallRow::read, id, accountId);
        CallRow call = ended == null ? sql.one(ONE_RUNNING, CallRow::readRunning, id, accountId) : ended;
        return call == null || !keys.takes(call) ? null : call;
    }

    /**
     * Returns the latest calls of keys: running calls that began no earlier than a call can last, and then a number of ended ones, the last to end first.
     * Of some keys alone, the ended ones are a page's.
     *
     * @param lastNumber of the account
     */
    List<CallRow> latest(KeyFilter keys, long lastNumber, int ended, int running, Instant now) throws SQLException {
        List<CallRow> calls = new ArrayList<>();
        running(idFrom(now, callMax), keys.isAll() ? running : RUNNING_MAX).stream()
                .filter(keys::takes)
                .limit(running)
                .forEach(calls::add);
        CallFilter filter = new CallFilter(null, null, CallFilter.ENDS, null, keys, null, null, -1, null, null);
        calls.addAll(look(filter, Math.max(1, lastNumber + 1 - LOOKED_AT_MAX), lastNumber + 1, false, ended));
        return calls;
    }

    private List<CallRow> running(String fromId, int most) throws SQLException {
        return sql.list(RUNNING, CallRow::readRunning, accountId, fromId, most);
    }

    /** Returns the first id of calls that can have ended at a time or later. */
    static String idFrom(Instant from, Duration callMax) {
        return CompletionIds.earliest(from.minus(callMax).minus(SLACK));
    }

    /**
     * @param before calls with lower numbers, or null
     * @param after calls with higher numbers; null, or else {@code before} is
     */
    CallPage page(CallFilter filter, @Nullable Long before, @Nullable Long after, int limit) throws SQLException {
        NumberSpan span = NumberSpan.of(sql, accountId, filter.from(), filter.to());
        if (after != null && filter.wantsEnded()) {
            return newer(filter, span, after, limit);
        }
        List<CallRow> running = before == null && filter.wantsRunning() ? running(filter) : List.of();
        if (!filter.wantsEnded()) {
            return new CallPage(running, null, null, null, span.last());
        }
        long below = before == null ? span.to() : Math.min(before, span.to());
        long from = Math.max(span.from(), below - LOOKED_AT_MAX);
        List<CallRow> calls = look(filter, from, below, false, limit + 1);
        boolean isMore = calls.size() > limit;
        if (isMore) {
            calls.removeLast();
        }
        boolean isCut = !isMore && from > span.from();
        String newer = before == null
                ? null
                : CallPage.place(calls.isEmpty() ? below - 1 : calls.getFirst().number());
        String older = isMore ? CallPage.place(calls.getLast().number()) : isCut ? CallPage.place(from) : null;
        Instant lookedBackTo = isCut ? endedAt(from) : null;
        calls.addAll(0, running);
        return new CallPage(calls, older, newer, lookedBackTo, span.last());
    }

    private List<CallRow> running(CallFilter filter) throws SQLException {
        return running("", RUNNING_MAX).stream().filter(filter::takes).toList();
    }

    /** Returns the charges of completed calls since a time, of the account's last numbers. */
    List<AccountHistory.Charge> charges(Instant from) throws SQLException {
        NumberSpan span = NumberSpan.of(sql, accountId, from, null);
        return sql.list(
                CHARGES,
                row -> new AccountHistory.Charge(row.getString(1), row.getLong(2), row.getLong(3)),
                accountId,
                Math.max(span.from(), span.to() - LOOKED_AT_MAX),
                span.to());
    }

    /** Counts the failed calls of a filter with a time by error, among the last numbers of its time. */
    Failures failures(CallFilter filter) throws SQLException {
        NumberSpan span = NumberSpan.of(sql, accountId, filter.from(), filter.to());
        long from = Math.max(span.from(), span.to() - COUNTED_MAX);
        List<Object> values = new ArrayList<>(List.of(accountId, from, span.to()));
        String text = FAILURES.formatted(filter.ofColumns(accountId, values));
        List<Failure> counts = sql.list(
                text,
                row -> new Failure(
                        row.getString(1), Instant.ofEpochMilli(row.getLong(2) * Failure.QUARTER), row.getLong(3)),
                values.toArray());
        return new Failures(counts, from > span.from() ? endedAt(from) : null);
    }

    /** Returns the ended calls of a filter that are first in an order, among the last numbers of its time. */
    CallPage first(CallFilter filter, CallPage.Order order, int limit) throws SQLException {
        NumberSpan span = NumberSpan.of(sql, accountId, filter.from(), filter.to());
        if (!filter.wantsEnded()) {
            return new CallPage(List.of(), null, null, null, span.last());
        }
        long from = Math.max(span.from(), span.to() - COUNTED_MAX);
        List<Object> values = new ArrayList<>(List.of(accountId, from, span.to()));
        String text = CALLS + filter.ofColumns(accountId, values) + " ORDER BY " + order.sql() + " DESC, c.number DESC"
                + " LIMIT ?";
        values.add(limit);
        List<CallRow> calls = sql.list(text, CallRow::read, values.toArray());
        return new CallPage(calls, null, null, from > span.from() ? endedAt(from) : null, span.last());
    }

    private CallPage newer(CallFilter filter, NumberSpan span, long after, int limit) throws SQLException {
        long from = Math.max(span.from(), after + 1);
        long below = Math.min(span.to(), from + LOOKED_AT_MAX);
        List<CallRow> calls = look(filter, from, below, true, limit + 1);
        boolean isMore = calls.size() > limit;
        if (isMore) {
            calls.removeLast();
        }
        Collections.reverse(calls);
        String oldest =
                CallPage.place(calls.isEmpty() ? after + 1 : calls.getLast().number());
        String newest = calls.isEmpty()
                ? CallPage.place(below - 1)
                : CallPage.place(calls.getFirst().number());
        return new CallPage(calls, oldest, isMore || below < span.to() ? newest : null, null, span.last());
    }

    private List<CallRow> look(CallFilter filter, long from, long below, boolean ascending, int limit)
            throws SQLException {
        List<Object> values = new ArrayList<>(List.of(accountId, from, below));
        String text = CALLS + filter.ofColumns(accountId, values) + " ORDER BY c.number " + (ascending ? "ASC" : "DESC")
                + " LIMIT ?";
        values.add(limit);
        return new ArrayList<>(sql.list(text, CallRow::read, values.toArray()));
    }

    private Instant endedAt(long number) throws SQLException {
        return Objects.requireNonNullElse(
                sql.one(ENDED_AT, row -> Columns.time(row, 1), accountId, number), Instant.EPOCH);
    }
}
