package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan.StatementLine;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.models.Count;
import dev.tollgate.models.Pricing;
import dev.tollgate.verification.EntryOrigin;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calls and usage as CSV, {@value #ROWS_AT_ONCE} rows in each read transaction. Blocks; between pieces no transaction is open, so the consumer
 * may be slow. Amounts are credits to the micro-credit, times ISO in UTC.
 */
public record CsvExport(AccountHistory history, Names names) {

    public static final int ROWS_AT_ONCE = 1_000;

    /** The columns of names next to the ids of keys, teams and members. The key of a call brings its name along. */
    public record Names(UnaryOperator<String> key, UnaryOperator<String> team, UnaryOperator<String> member) {

        /** Knows no names. */
        public static final Names NONE = new Names(id -> id, id -> id, id -> id);
    }

    private static @Nullable String name(UnaryOperator<String> names, @Nullable String id) {
        return id == null ? null : names.apply(id);
    }

    /** Writes ids without names. */
    public CsvExport(AccountHistory history) {
        this(history, Names.NONE);
    }

    /** The head of the last column, of accounts that have had a grant: files of others stay as they are. */
    private static final String GRANTS = "paid_by";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Returns the columns of an account's calls: who never was in a price group has no column of prices. */
    private CsvColumns<Labelled> callColumns(String accountId) {
        CsvColumns<Labelled> columns = callColumns();
        if (history.wasInGroup(accountId)) {
            columns.value("price_version", it -> {
                Pricing price = it.call.pricing();
                return price == null ? null : price.version();
            });
        }
        return history.hasGrants(accountId) ? columns.value(GRANTS, it -> it.call.paidBy()) : columns;
    }

    private static CsvColumns<Labelled> callColumns() {
        CsvColumns<Labelled> columns = new CsvColumns<Labelled>()
                .text("id", it -> it.call.id())
                .value("started", it -> it.call.startedAt())
                .value("ended", it -> it.call.endedAt())
                .value("status", it -> it.call.status().code())
                .text("model", it -> it.call.modelId())
                .text("answered_by", it -> it.call.model())
                .text("key", it -> it.call.keyId())
                .text("key_name", it -> it.call.keyNameInFiles())
                .text("door", it -> it.call.door())
                .value("prompt_tokens", it -> it.call.usage().inputTokens())
                .value("cached_tokens", it -> it.call.usage().cachedTokens())
                .value("completion_tokens", it -> it.call.usage().candidatesTokens())
                .value("reasoning_tokens", it -> it.call.usage().thoughtsTokens())
                .value("first_byte_ms", it -> it.call.firstByteMicros() < 0 ? null : it.call.firstByteMicros() / 1_000)
                .value(
                        "took_ms",
                        it -> it.call.took() == null ? null : it.call.took().toMillis())
                .credits("credits", it -> it.call.chargeMicros())
                .dollars("usd", it -> it.call.chargeMicros())
                .text("flags", it -> String.join(" ", it.call.flags()))
                .text("error", it -> it.call.errorCode())
                .value("searches", it -> it.call.usage().searches())
                .value("tier", it -> it.call.tier())
                .text("team", it -> it.call.owner().teamId())
                .text(
                        "team_name",
                        it -> Labelled.named(it.names.team, it.call.owner().teamId()))
                .text("member", it -> it.call.owner().memberId())
                .text(
                        "member_name",
                        it -> Labelled.named(it.names.member, it.call.owner().memberId()))
                .text("tags", it -> it.labels.tagsText())
                .text("end_user", it -> it.labels.endUser());
        Count.MADE.forEach(
                part -> columns.value(part.column(), it -> it.call.usage().of(part)));
        return columns.value(Count.MAPS.column(), it -> it.call.usage().of(Count.MAPS));
    }

    /** A line of a statement. */
    private record Moved(
            Instant at,
            long number,
            String kind,
            @Nullable String task,
            @Nullable String model,
            long micros,
            long balance,
            EntryOrigin origin,
            @Nullable String reason) {}

    /** The columns of {@code ledger statement}. */
    private static final CsvColumns<Moved> STATEMENT = statementColumns();

    private static final CsvColumns<Moved> STATEMENT_WITH_GRANTS =
            statementColumns().value(GRANTS, it -> it.origin.grants());

    private static CsvColumns<Moved> statementColumns() {
        return new CsvColumns<Moved>()
                .value("time", it -> TIME.format(it.at))
                .value("sequence", Moved::number)
                .value("kind", Moved::kind)
                .text("task_id", Moved::task)
                .text("model", Moved::model)
                .credits("amount", Moved::micros)
                .credits("balance", Moved::balance)
                .value("source", it -> it.origin.source())
                .text("key", it -> it.origin.key().id())
                .text("key_name", it -> it.origin.key().name())
                .text("reason", Moved::reason)
                .dollars("usd", Moved::micros)
                .value("invoice", it -> it.origin.invoice())
                .text("team", it -> it.origin.team().id())
                .text("team_name", it -> it.origin.team().name())
                .text("member", it -> it.origin.member().id())
                .text("member_name", it -> it.origin.member().name());
    }

    private record Labelled(CallRow call, CallLabels labels, Names names) {

        private static String named(UnaryOperator<String> names, String id) {
            return id.isEmpty() ? "" : names.apply(id);
        }
    }

    /** Returns the columns of usage: what it is grouped by, ids with their names, and each figure; amounts in credits and dollars. */
    private CsvColumns<UsageGroup> columns(Set<By> groups) {
        CsvColumns<UsageGroup> columns = new CsvColumns<>();
        if (groups.contains(By.DAY)) {
            columns.value("day", UsageGroup::day);
        }
        if (groups.contains(By.MODEL)) {
            columns.text("model", UsageGroup::model);
        }
        if (groups.contains(By.KEY)) {
            columns.text("key", UsageGroup::keyId).text("key_name", it -> name(names.key, it.keyId()));
        }
        if (groups.contains(By.TEAM)) {
            columns.text("team", UsageGroup::teamId).text("team_name", it -> name(names.team, it.teamId()));
        }
        if (groups.contains(By.MEMBER)) {
            columns.text("member", UsageGroup::memberId).text("member_name", it -> name(names.member, it.memberId()));
        }
        Figure.OF_ACCOUNTS.forEach(figure -> columns.figure(figure, UsageGroup::figures));
        return columns;
    }

    /**
     * The newest call first.
     *
     * @param pieces takes whole lines, in their order; false: no more is wanted
     * @throws dev.tollgate.storage.StoreException if the database cannot be read
     */
    public void calls(String accountId, CallFilter filter, Predicate<String> pieces) {
        CsvColumns<Labelled> columns = callColumns(accountId);
        columns.<String>write(pieces, (before, rows) -> {
            CallPage page = history.calls(accountId, filter, before, null, ROWS_AT_ONCE);
            Map<String, CallLabels> labels = history.labels(accountId, page.calls());
            page.calls()
                    .forEach(call ->
                            rows.add(new Labelled(call, labels.getOrDefault(call.id(), CallLabels.NONE), names)));
            return page.older();
        });
    }

    /** Writes the usage in the order of day, model, key, team and member. */
    public void usage(String accountId, UsageQuestion question, Predicate<String> pieces) {
        columns(question.by()).<UsageGroup>write(pieces, (after, rows) -> {
            UsageTable table = history.usage(accountId, question.page(after, ROWS_AT_ONCE));
            rows.addAll(table.groups());
            return table.isMore() ? rows.getLast() : null;
        });
    }

    /** A month's movements in their order, as {@code ledger statement} writes them: the last line is the balance at the end. */
    public void statement(String accountId, YearMonth month, Predicate<String> pieces) {
        StatementSpan span = history.statementSpan(accountId, month);
        CsvColumns<Moved> columns = history.hasGrants(accountId) ? STATEMENT_WITH_GRANTS : STATEMENT;
        columns.<Long>write(pieces, (from, rows) -> {
            List<StatementLine> lines = history.statementLines(
                    accountId, Objects.requireNonNullElse(from, span.from()), span.until(), ROWS_AT_ONCE);
            lines.forEach(line -> rows.add(moved(line)));
            if (lines.size() == ROWS_AT_ONCE) {
                return lines.getLast().entry().number() + 1;
            }
            rows.add(new Moved(
                    span.lastAt(),
                    span.until() - 1,
                    "balance",
                    null,
                    null,
                    0,
                    span.closingMicros(),
                    EntryOrigin.NONE,
                    null));
            return null;
        });
    }

    private static Moved moved(StatementLine line) {
        Entry entry = line.entry();
        return new Moved(
                entry.at(),
                entry.number(),
                entry.kind().code(),
                entry.taskId(),
                line.model(),
                entry.amountMicros(),
                entry.balanceAfterMicros(),
                line.origin(),
                entry.reason());
    }
}
