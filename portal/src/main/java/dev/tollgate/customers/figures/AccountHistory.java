package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.calls.StoredAnswers;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan.StatementLine;
import dev.tollgate.customers.figures.RememberedQuarters.Folded;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.keys.KeyView;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.PageReads;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An account's calls and money. Each method is one read transaction, and a second one where what it looks for was not written yet; see the
 * package for what it may cost.
 */
public final class AccountHistory {

    private static final String BEGUN = "SELECT created_at FROM account WHERE id = ?";
    private static final String GRANTS = "SELECT last_grant FROM account WHERE id = ?";
    private static final String TERMS = "SELECT 1 FROM account_terms WHERE account_id = ?";
    private static final int RUNNING_MAX = 20;
    private static final int LATEST = 5;
    private static final int CHART_DAYS = 30;
    private static final int PACE_DAYS = 7;
    private static final int PACE_DAYS_MAX = 3_650;

    private static final String RUNNING = "SELECT COUNT(*) FROM open_hold WHERE account_id = ?";

    private final Database database;
    private final Duration callMax;
    private final InstantSource clock;
    private final @Nullable Writer writer;
    private final StoredAnswers answers;
    private final RememberedQuarters kept = new RememberedQuarters();

    /** Makes the history of a program without a gateway, which stores no answers. @param callMax how long a call can last */
    public AccountHistory(Database database, Duration callMax, InstantSource clock) {
        this(database, callMax, clock, null, (_, _) -> null);
    }

    /** @param writer the writer of the reading program: before a read it writes the calls that it has already reported but not yet written */
    public AccountHistory(
            Database database, Duration callMax, InstantSource clock, @Nullable Writer writer, StoredAnswers answers) {
        this.database = database;
        this.callMax = callMax;
        this.clock = clock;
        this.writer = writer;
        this.answers = answers;
    }

    private PageReads reads() {
        return database.pages();
    }

    /** Returns the account's name, e.g. for the names of files. */
    public String name(String accountId) {
        String name = reads().read(
                        accountId,
                        sql -> sql.one("SELECT name FROM account WHERE id = ?", row -> row.getString(1), accountId));
        return Objects.requireNonNull(name);
    }

    /** Returns the span nearest to a range at this moment. */
    public Span span(Instant from, Instant to, ZoneId zone) {
        return Span.of(from, to, zone, clock.instant());
    }

    /** Returns what a span of an account is compared with; see {@link Span#before}. A time before the account's first call compares nothing. */
    public Past past(String accountId, Span span, boolean isMonth) {
        Span before = before(span, isMonth);
        return reads().read(accountId, sql -> {
            Instant begun = sql.one(BEGUN, row -> Instant.ofEpochMilli(row.getLong(1)), accountId);
            return Past.of(before, usage(sql, accountId).first(), begun == null ? before.to() : begun);
        });
    }

    /** Returns the begin of the quarter of an hour or the day of an account's first call; null without any. */
    public @Nullable Instant firstCall(String accountId) {
        return reads().read(accountId, sql -> usage(sql, accountId).first());
    }

    /** Returns the span before. Where quarters are no longer kept, its ends move outwards to days of UTC. */
    private Span before(Span span, boolean isMonth) {
        Instant now = clock.instant();
        Span before = span.before(isMonth, now);
        Instant first = before.isUtc() ? before.to() : before.from(); // a span of UTC begins with a day
        return first.isBefore(now.minus(Duration.ofDays(Rollups.QUARTER_DAYS - 1)))
                ? Span.of(before.from(), before.to(), before.zone(), now)
                : before;
    }

    /** Returns the overview of all keys; empty where there is no such account. */
    public Optional<Overview> overview(String accountId, ZoneId zone) {
        return overview(accountId, zone, KeyFilter.ALL);
    }

    /** Returns the overview with the calls of some keys; empty where there is no such account. */
    public Optional<Overview> overview(String accountId, ZoneId zone, KeyFilter keys) {
        return reads().read(accountId, sql -> overview(sql, accountId, zone, keys));
    }

    Optional<Overview> overview(Reads sql, String accountId, ZoneId zone, KeyFilter keys) throws SQLException {
        LedgerRead.Now now = new LedgerRead(sql, accountId).now(database.dialect());
        return now == null ? Optional.empty() : Optional.of(overview(sql, accountId, zone, keys, now));
    }

    private Overview overview(Reads sql, String accountId, ZoneId zone, KeyFilter keys, LedgerRead.Now now)
            throws SQLException {
        Instant asOf = clock.instant();
        LocalDate today = asOf.atZone(zone).toLocalDate();
        UsageRows usage = new UsageRows(kept, sql, accountId, now.folded(), asOf);
        LocalDate monthBegin = today.withDayOfMonth(1);
        Span ofToday = Span.ofLocalDays(today, today.plusDays(1), zone);
        Instant midnight = ofToday.from();
        Instant yesterday = Span.quarter(Span.start(today.minusDays(1), zone));
        Instant thisTime =
                Span.quarter(asOf.minus(Duration.between(yesterday, midnight))).plus(Duration.ofMinutes(15));
        List<UsageGroup> byModel = usage.groups(UsageQuestion.of(ofToday, keys, By.MODEL));
        UsageRows.Recent recent = usage.recent(
                Span.ofLocalDays(today.minusDays(CHART_DAYS), today, zone),
                yesterday,
                thisTime.isAfter(midnight) ? midnight : thisTime,
                keys);
        List<UsageGroup> days = new ArrayList<>(recent.days());
        byModel.forEach(group -> days.add(group.on(today)));
        List<CallRow> calls =
                new CallLog(sql, accountId, callMax).latest(keys, now.lastNumber(), LATEST, RUNNING_MAX, asOf);
        return new Overview(
                asOf,
                now.balance(),
                new Overview.Spent(
                        sum(byModel),
                        recent.netMicros(),
                        days.stream() // a month has no more days than the chart and today
                                .filter(group -> !group.date().isBefore(monthBegin))
                                .mapToLong(group -> group.figures().netMicros())
                                .sum(),
                        days),
                keys.isAll() ? emptyOn(days, today, now.balance()) : null,
                calls.stream()
                        .filter(call -> call.status() == TaskStatus.PROCESSING)
                        .toList(),
                calls.stream()
                        .filter(call -> call.status() != TaskStatus.PROCESSING)
                        .toList());
    }

    private static Figures sum(List<UsageGroup> groups) {
        return groups.stream().map(UsageGroup::figures).reduce(Figures.NONE, Figures::plus);
    }

    private static @Nullable LocalDate emptyOn(List<UsageGroup> days, LocalDate today, Balance balance) {
        long spent = days.stream()
                .filter(group -> !group.date().isBefore(today.minusDays(PACE_DAYS))
                        && group.date().isBefore(today))
                .mapToLong(group -> group.figures().netMicros())
                .sum();
        long left = balance.balanceMicros() + balance.reservedMicros();
        if (spent <= 0 || left / spent > PACE_DAYS_MAX) {
            return null;
        }
        return today.plusDays(Math.multiplyExact(left / spent, PACE_DAYS) + left % spent * PACE_DAYS / spent);
    }

    private UsageRows usage(Reads sql, String accountId) throws SQLException {
        return new UsageRows(kept, sql, accountId, Folded.read(sql, database.dialect()), clock.instant());
    }

    /** Returns the number of an account's running calls on all nodes. */
    public int runningCalls(String accountId) {
        return reads().read(accountId, sql -> (int) sql.number(RUNNING, accountId));
    }

    /** Returns the labels of calls by their ids; a call without any is missing. */
    public Map<String, CallLabels> labels(String accountId, List<CallRow> calls) {
        Set<String> ofEnded = calls.stream()
                .filter(call -> call.endedAt() != null && !call.labels().isEmpty())
                .map(CallRow::labels)
                .collect(Collectors.toSet());
        Map<String, CallLabels> known =
                ofEnded.isEmpty() ? Map.of() : reads().read(accountId, sql -> Labels.of(sql, accountId, ofEnded));
        Map<String, CallLabels> found = new HashMap<>();
        for (CallRow call : calls) {
            if (!call.labels().isEmpty()) {
                found.put(
                        call.id(),
                        call.endedAt() == null
                                ? CallLabels.of(call.labels())
                                : known.getOrDefault(call.labels(), CallLabels.NONE));
            }
        }
        return found;
    }

    /**
     * Figures of a span.
     *
     * @param span the span that the figures cover, which may be whole days of UTC
     * @param all the figures of the whole span under the request's filters, not only of this page
     * @param isMore whether there are groups after these
     */
    public record UsageTable(Instant asOf, Span span, Figures all, List<UsageGroup> groups, boolean isMore) {

        public UsageTable {
            groups = List.copyOf(groups);
        }
    }

    /** Returns whether a call had a tag of that name. */
    public boolean hasTag(String accountId, String name) {
        return reads().read(accountId, sql -> LabelRows.knows(sql, accountId, name));
    }

    /** Returns what was spent, net, by the name of each group of a question with one. */
    public Map<String, Long> spent(String accountId, UsageQuestion question) {
        return usage(accountId, question).groups().stream()
                .collect(Collectors.toMap(
                        UsageGroup::name, group -> group.figures().netMicros()));
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 if a label has too many values */
    public UsageTable usage(String accountId, UsageQuestion question) {
        return reads().read(accountId, sql -> {
            UsageRows usage = usage(sql, accountId);
            Span span = question.span();
            UsageQuestion asked = withOneMore(question);
            List<UsageGroup> groups =
                    question.label() == null ? usage.groups(asked) : LabelRows.groups(sql, accountId, usage, asked);
            boolean isAll = question.after() == null && groups.size() < asked.limit();
            Figures all = isAll ? sum(groups) : usage.sum(span.from(), span.to(), question.model(), question.keys());
            boolean isMore = groups.size() > question.limit();
            return new UsageTable(
                    clock.instant(), span, all, isMore ? groups.subList(0, question.limit()) : groups, isMore);
        });
    }

    /** The day nearest to a span on which calls ended, in the span's zone; empty if none did, of these filters. */
    public Optional<LocalDate> nearestDay(String accountId, Span span, @Nullable String model, KeyFilter keys) {
        return reads().read(accountId, sql -> {
            Instant near = usage(sql, accountId).nearest(span.from(), span.to(), model, keys);
            return Optional.ofNullable(near).map(at -> at.atZone(span.zone()).toLocalDate());
        });
    }

    /** Returns the calls and credits of each day of a span. @param by model, key, team or member */
    public List<UsageGroup> credits(String accountId, Span span, By by, @Nullable String model, KeyFilter keys) {
        return reads().read(accountId, sql -> usage(sql, accountId).credits(span, by, model, keys));
    }

    private static UsageQuestion withOneMore(UsageQuestion question) {
        return question.page(
                question.after(),
                question.label() == null
                        ? Math.min(UsageQuestion.LIMIT_MAX, question.limit() + 1)
                        : question.limit() + 1);
    }

    /**
     * @param before where an earlier page says that older ones begin, or null
     * @param after where it says that newer ones do; only one of the two
     * @param limit of the ended ones, 1 to 1,000
     * @throws IllegalArgumentException if a place is none
     */
    public CallPage calls(
            String accountId, CallFilter filter, @Nullable String before, @Nullable String after, int limit) {
        if (limit < 1 || limit > Ledger.PAGE_MAX || (before != null && after != null)) {
            throw new IllegalArgumentException("a page has 1 to " + Ledger.PAGE_MAX + " calls and one begin");
        }
        Long below = before == null ? null : Long.valueOf(CallPage.number(before));
        Long above = after == null ? null : Long.valueOf(CallPage.number(after));
        return reads().read(accountId, sql -> new CallLog(sql, accountId, callMax).page(filter, below, above, limit));
    }

    /** Returns the ended calls that are first in an order. If the account has many calls, only its last ones are searched. @param limit 1 to 1,000 */
    public CallPage first(String accountId, CallFilter filter, CallPage.Order order, int limit) {
        return reads().read(accountId, sql -> new CallLog(sql, accountId, callMax).first(filter, order, limit));
    }

    /** The charge of a completed call. @param model as asked for */
    public record Charge(String model, long promptTokens, long micros) {}

    /** Returns the charges of completed calls since a time, in no order. If the account has many calls, only the last ones count. */
    public List<Charge> charges(String accountId, Instant from) {
        return reads().read(accountId, sql -> new CallLog(sql, accountId, callMax).charges(from));
    }

    /** Failed calls by error. @param since where it was given up to count further back; null if it was not */
    public record Failures(List<Failure> counts, @Nullable Instant since) {

        /** Calls that have failed with an error within a quarter of an hour. */
        public record Failure(String code, Instant startsAt, long calls) {

            static final long QUARTER = 900_000;
        }
    }

    /** Counts the failed calls of a filter with a time, among the last {@value CallLog#COUNTED_MAX} of all calls of that time. */
    public Failures failures(String accountId, CallFilter filter) {
        return reads().read(accountId, sql -> new CallLog(sql, accountId, callMax).failures(filter));
    }

    /** Another account's call is as good as none. */
    public Optional<CallDetail> call(String accountId, String id) {
        return call(accountId, id, KeyFilter.ALL);
    }

    /** Returns a call of one of the keys; any other is as good as none. */
    public Optional<CallDetail> call(String accountId, String id, KeyFilter keys) {
        boolean unwritten = hasReportedUnwritten(); // before the read: whatever is written later is not shown
        Optional<CallDetail> found = writtenCall(accountId, id, keys);
        return found.isEmpty() && unwritten ? writeReported(id, () -> writtenCall(accountId, id, keys)) : found;
    }

    private Optional<CallDetail> writtenCall(String accountId, String id, KeyFilter keys) {
        return reads().read(accountId, sql -> {
            CallRow call = new CallLog(sql, accountId, callMax).find(id, keys);
            return call == null
                    ? Optional.empty()
                    : Optional.of(new CallDetail(call, Ledger.entriesOfCall(sql, id), answers.keptAt(sql, id)));
        });
    }

    private boolean hasReportedUnwritten() {
        return writer != null && writer.hasReportedUnwritten();
    }

    /** A call's id is known once its hold is decided, which may not be written yet (D58): a commit that is waited for takes it along. */
    private <T> T writeReported(String callId, Supplier<T> then) {
        Objects.requireNonNull(writer).commitAndWait(Unit.of(new Confirm(callId)));
        return then.get();
    }

    /**
     * Returns a page of all movements of an account.
     *
     * @param from null: the newest
     * @param limit 1 to 1,000
     */
    public LedgerPage entries(String accountId, LedgerPage.@Nullable Cursor from, int limit) {
        return entries(accountId, LedgerPage.Wanted.ALL, null, from, limit);
    }

    /**
     * Returns a page of movements of an account.
     *
     * @param month in UTC; null for all
     * @param from null: the newest
     * @param limit 1 to 1,000
     */
    public LedgerPage entries(
            String accountId,
            LedgerPage.Wanted wanted,
            @Nullable YearMonth month,
            LedgerPage.@Nullable Cursor from,
            int limit) {
        if (limit < 1 || limit > Ledger.PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + Ledger.PAGE_MAX + " lines");
        }
        return reads().read(accountId, sql -> {
            LedgerRead ledger = new LedgerRead(sql, accountId);
            Span span = month == null ? null : span(month);
            NumberSpan numbers =
                    NumberSpan.of(sql, accountId, span == null ? null : span.from(), span == null ? null : span.to());
            return ledger.page(numbers.before(from), numbers.from(), wanted, limit);
        });
    }

    /**
     * @param from where the lines begin; null: with the newest of the month
     * @param limit of the lines, 1 to 1,000
     */
    public MonthStatement statement(String accountId, YearMonth month, LedgerPage.@Nullable Cursor from, int limit) {
        return reads().read(accountId, sql -> statement(sql, accountId, month, from, limit));
    }

    /** Returns the entries of a month (UTC), which are all movements of credits except calls, in their order. */
    public List<LedgerLine> besideCalls(String accountId, YearMonth month) {
        Span span = span(month);
        return reads().read(accountId, sql -> new LedgerRead(sql, accountId)
                .besideCalls(NumberSpan.of(sql, accountId, span.from(), span.to())));
    }

    MonthStatement statement(Reads sql, String accountId, YearMonth month, LedgerPage.@Nullable Cursor from, int limit)
            throws SQLException {
        Span span = span(month);
        LedgerRead ledger = new LedgerRead(sql, accountId);
        NumberSpan numbers = NumberSpan.of(sql, accountId, span.from(), span.to());
        UsageRows usage = usage(sql, accountId);
        List<LedgerLine> entries = ledger.besideCalls(numbers);
        List<UsageGroup> byModel = usage.groups(UsageQuestion.of(span, By.MODEL));
        return new MonthStatement(
                month,
                NumberSpan.balanceAfter(sql, accountId, numbers.from() - 1),
                entries,
                entries.stream().mapToLong(LedgerLine::amountMicros).sum(),
                byModel,
                usage.groups(UsageQuestion.of(span, By.KEY, By.TEAM, By.MEMBER)),
                sum(byModel),
                NumberSpan.balanceAfter(sql, accountId, numbers.to() - 1),
                ledger.page(numbers.before(from), numbers.from(), LedgerPage.Wanted.ALL, limit));
    }

    private static Span span(YearMonth month) {
        return Span.ofDays(month.atDay(1), month.atDay(1).plusMonths(1));
    }

    /** Returns the balance with holds after the last call or entry before a time: the end of a statement, in micro-credits. */
    public static long balanceBefore(Reads sql, String accountId, Instant until) throws SQLException {
        NumberSpan numbers = NumberSpan.of(sql, accountId, null, until);
        return NumberSpan.balanceAfter(sql, accountId, numbers.to() - 1);
    }

    /** Returns whether the account has ever had a grant. */
    boolean hasGrants(String accountId) {
        return reads().read(accountId, sql -> sql.number(GRANTS, accountId) > 0);
    }

    /** Returns whether the account has ever been in a price group. */
    boolean wasInGroup(String accountId) {
        return reads().read(accountId, sql -> sql.has(TERMS, accountId));
    }

    StatementSpan statementSpan(String accountId, YearMonth month) {
        return reads().read(accountId, sql -> {
            Span span = span(month);
            NumberSpan numbers = NumberSpan.of(sql, accountId, span.from(), span.to());
            return new StatementSpan(
                    numbers.from(),
                    numbers.to(),
                    NumberSpan.timeOf(sql, accountId, numbers.to() - 1),
                    NumberSpan.balanceAfter(sql, accountId, numbers.to() - 1));
        });
    }

    List<StatementLine> statementLines(String accountId, long from, long until, int limit) {
        return reads().read(accountId, sql -> new LedgerRead(sql, accountId).lines(from, until, limit));
    }

    /**
     * Returns the entries that a text names: a call by its id or by its request's, a key by the begin of its name, its prefix or its id, an end user
     * or a tag by the begin of its value. At most 20 keys, and 20 labels.
     */
    public List<Hit> find(String accountId, String text) {
        return find(accountId, text, KeyView.ALL, KeyView.ALL);
    }

    /** Returns the entries that a text names, among the calls of some keys and among some keys. */
    public List<Hit> find(String accountId, String text, KeyView calls, KeyView keys) {
        String wanted = CompletionIds.ofShown(text.strip());
        if (wanted.isEmpty()) {
            return List.of();
        }
        Supplier<List<Hit>> written = () -> reads().read(
                        accountId, sql -> new Find(sql, accountId, KeyFilter.of(calls), keys, callMax).find(wanted));
        boolean unwritten = CompletionIds.isOne(wanted) && hasReportedUnwritten();
        List<Hit> found = written.get();
        return found.isEmpty() && unwritten ? writeReported(wanted, written) : found;
    }

    /** A thing of an account that was found. */
    public sealed interface Hit {

        /** @param id of the task */
        record OfCall(String id) implements Hit {}

        record OfKey(String id, String name, String prefix) implements Hit {}

        /** A tag with its value, or an end user. */
        record OfLabel(CallLabels.Label label) implements Hit {}
    }
}
