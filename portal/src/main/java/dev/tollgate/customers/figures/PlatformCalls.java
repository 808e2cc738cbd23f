package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of all accounts, as the operator looks through them. Thread-safe; blocks.
 *
 * @param writer the writer of the reading program: before running calls are read it writes the calls that it has already reported
 * @param callMax how long a call can last
 */
public record PlatformCalls(Database database, Writer writer, Duration callMax) {

    /** The most that one page holds. */
    public static final int PAGE_MAX = 200;

    private static final String OPERATOR = "operator";
    private static final int RUNNING_MAX = 1_000;

    private static final String NAME = ", (SELECT a.name FROM account a WHERE a.id = c.account_id) AS account_name";
    private static final String ENDED = "SELECT " + CallRow.COLUMNS + NAME
            + " FROM call c WHERE c.id < ? ORDER BY c.id DESC LIMIT " + CallLog.LOOKED_AT_MAX;
    private static final String RUNNING = "SELECT id FROM open_hold LIMIT " + RUNNING_MAX;
    private static final String RUNNING_CALLS = "SELECT " + CallRow.COLUMNS_OF_RUNNING + NAME
            + " FROM open_hold c WHERE c.id < ? AND (c.account_id = ? OR ? = '') ORDER BY c.id DESC LIMIT "
            + RUNNING_MAX;
    private static final String ACCOUNT_OF =
            "SELECT account_id FROM call WHERE id = ? UNION ALL SELECT account_id FROM open_hold WHERE id = ?";
    private static final String ACCOUNT_NAME = "SELECT name FROM account WHERE id = ?";

    /** Calls have lower ids. */
    private static final String LAST = CompletionIds.earliest(Instant.parse("9999-01-01T00:00:00Z"));

    /** A call and whose it is. */
    public record OfAccount(String accountId, String accountName, CallRow call) {}

    /**
     * The newest first.
     *
     * @param older where the next page begins, or null if there is nothing older
     * @param lookedBackTo where it was given up to look further: {@code older} goes on there; else null
     */
    public record Page(
            List<OfAccount> calls,
            @Nullable String older,
            @Nullable Instant lookedBackTo) {

        public Page {
            calls = List.copyOf(calls);
        }
    }

    /**
     * Returns calls that have ended.
     *
     * @param accountId null for all accounts
     * @param before where the page before says that older calls begin, or null: calls of one account are in the order of their ends, calls of all accounts in
     *     the order of their starts
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public Page page(CallFilter filter, @Nullable String accountId, @Nullable String before, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " calls");
        }
        return database.pages().read(OPERATOR, sql -> page(sql, filter, accountId, before, limit));
    }

    private Page page(Reads sql, CallFilter filter, @Nullable String accountId, @Nullable String before, int limit)
            throws SQLException {
        if (!filter.wantsEnded()) {
            return new Page(List.of(), null, null);
        }
        if (accountId != null) {
            Long below = before == null ? null : Long.valueOf(CallPage.number(before));
            CallPage page = new CallLog(sql, accountId, callMax).page(filter.ofEnded(), below, null, limit);
            String found = sql.one(ACCOUNT_NAME, row -> row.getString(1), accountId);
            String name = found == null ? "" : found;
            return new Page(
                    page.calls().stream()
                            .map(call -> new OfAccount(accountId, name, call))
                            .toList(),
                    page.older(),
                    page.lookedBackTo());
        }
        PageRows looked = new PageRows(filter.from() == null ? "" : CallLog.idFrom(filter.from(), callMax));
        String begin = before == null ? LAST : before;
        String end = filter.to() == null ? LAST : CompletionIds.earliest(filter.to()); // what ended before began before
        String below = begin.compareTo(end) < 0 ? begin : end;
        sql.scan(ENDED, limit + 1, row -> looked.take(CallRow.read(row), row, filter, limit), below);
        return looked.page();
    }

    /** The rows of a page so far. */
    private static final class PageRows {

        private final String lowestId;
        private final List<OfAccount> calls = new ArrayList<>();
        private @Nullable Page page;
        private int seen;

        /** @param lowestId of a call that may be wanted */
        PageRows(String lowestId) {
            this.lowestId = lowestId;
        }

        /** @return whether the next row is wanted */
        boolean take(CallRow call, ResultSet row, CallFilter filter, int limit) throws SQLException {
            if (call.id().compareTo(lowestId) < 0) {
                return false;
            }
            seen++;
            if (filter.takes(call)) {
                if (calls.size() == limit) {
                    page = new Page(calls, calls.getLast().call().id(), null);
                    return false;
                }
                String name = row.getString("account_name");
                calls.add(new OfAccount(call.accountId(), name == null ? "" : name, call));
            }
            if (seen == CallLog.LOOKED_AT_MAX) {
                page = new Page(calls, call.id(), call.startedAt());
                return false;
            }
            return true;
        }

        Page page() {
            return page == null ? new Page(calls, null, null) : page;
        }
    }

    /** Returns running calls of all servers, at most the first {@value #RUNNING_MAX} that are found. */
    public Page running(CallFilter filter, @Nullable String accountId, @Nullable String before, int limit) {
        writeReported();
        return database.pages().read(OPERATOR, sql -> {
            String of = accountId == null ? "" : accountId;
            PageRows looked = new PageRows("");
            sql.scan(
                    RUNNING_CALLS,
                    RUNNING_MAX,
                    row -> looked.take(CallRow.readRunning(row), row, filter, limit),
                    before == null ? LAST : before,
                    of,
                    of);
            return looked.page();
        });
    }

    /** A call runs once its hold is decided, which may not be written yet (D58): a commit that is waited for takes it along. */
    private void writeReported() {
        if (writer.hasReportedUnwritten()) {
            writer.commitAndWait(Unit.of(new Confirm(LAST)));
        }
    }

    /**
     * Returns the call that a text names: by an id in any spelling (E1), by that of the response that it made in the background or of a batch's line, or by the id of its
     * request, as in {@code x-request-id}; null if there is none, or none of the first thousands of the request's minutes.
     */
    public @Nullable String callNamed(String text) {
        String id = CompletionIds.ofShown(text);
        return accountOf(id) == null ? database.pages().read(OPERATOR, sql -> otherwise(sql, id, text)) : id;
    }

    private static @Nullable String otherwise(Reads sql, String id, String text) throws SQLException {
        String ofJob = Jobs.callOf(sql, id);
        return ofJob == null ? Find.callOfRequest(sql, text) : ofJob;
    }

    /** Returns the account of a call; null if there is no such call. */
    public @Nullable String accountOf(String callId) {
        boolean unwritten = writer.hasReportedUnwritten(); // before the read: whatever is written later is not shown
        String account = writtenAccountOf(callId);
        if (account == null && unwritten) {
            writer.commitAndWait(Unit.of(new Confirm(callId)));
            account = writtenAccountOf(callId);
        }
        return account;
    }

    private @Nullable String writtenAccountOf(String callId) {
        return database.pages().read(OPERATOR, sql -> sql.one(ACCOUNT_OF, row -> row.getString(1), callId, callId));
    }

    /** Returns how many calls run on all servers; those beyond {@value #RUNNING_MAX} are not counted. */
    public int running() {
        writeReported();
        return database.pages().read(OPERATOR, sql -> sql.list(RUNNING, row -> row.getString(1))
                .size());
    }
}
