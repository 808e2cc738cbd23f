package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.verification.AccountStatement;
import dev.tollgate.books.verification.EntryOrigin;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan;
import dev.tollgate.customers.figures.LedgerRead.StatementSpan.StatementLine;
import dev.tollgate.models.Count;
import dev.tollgate.models.Usage;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls and usage as CSV, {@value #ROWS_AT_ONCE} rows in each read transaction. Blocks; between pieces no transaction is open, so the consumer
 * may be slow. Amounts are credits to the micro-credit, times ISO in UTC.
 */
public record CsvExport(AccountHistory history) {

    public static final String CONTENT_TYPE = "text/csv; charset=utf-8";
    public static final int ROWS_AT_ONCE = 1_000;

    private static final String CALLS =
            CsvCells.BEGIN + "id,started,ended,status,model,answered_by,key,key_name,door,prompt_tokens,cached_tokens,"
                    + "completion_tokens,reasoning_tokens,first_byte_ms,took_ms,credits,flags,error,searches,tier,team,member,tags,end_user"
                    + Count.MADE.stream().map(part -> "," + part.column()).collect(Collectors.joining()) + "\r\n";
    private static final String USAGE =
            CsvCells.BEGIN + "day,model,key," + Figure.heads(Figure.OF_ACCOUNTS) + ",team,member\r\n";

    private static final String STATEMENT = CsvCells.BEGIN + AccountStatement.HEADER + "\r\n";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /**
     * The newest call first.
     *
     * @param pieces takes whole lines, in their order; false: no more is wanted
     * @throws dev.tollgate.storage.StoreException if the database cannot be read
     */
    public void calls(String accountId, CallFilter filter, Predicate<String> pieces) {
        String before = null;
        StringBuilder piece = new StringBuilder(CALLS);
        CsvCells cells = new CsvCells();
        do {
            CallPage page = history.calls(accountId, filter, before, null, ROWS_AT_ONCE);
            Map<String, CallLabels> labels = history.labels(accountId, page.calls());
            page.calls()
                    .forEach(call -> piece.append(line(call, labels.getOrDefault(call.id(), CallLabels.NONE), cells)));
            before = page.older();
            if (!pieces.test(piece.toString())) {
                return;
            }
            piece.setLength(0);
        } while (before != null);
    }

    private static String line(CallRow call, CallLabels labels, CsvCells cells) {
        Usage usage = call.usage();
        long firstByte = call.firstByteMicros();
        cells.text(call.id())
                .figure(call.startedAt().toString())
                .figure(call.endedAt() == null ? "" : call.endedAt().toString())
                .figure(call.status().code())
                .text(call.modelId())
                .text(call.model())
                .text(call.keyId())
                .text(call.keyName())
                .text(call.door())
                .number(usage.inputTokens())
                .number(usage.cachedTokens())
                .number(usage.candidatesTokens())
                .number(usage.thoughtsTokens())
                .figure(firstByte < 0 ? "" : Long.toString(firstByte / 1_000))
                .figure(call.took() == null ? "" : Long.toString(call.took().toMillis()))
                .figure(Credits.text(call.chargeMicros()))
                .text(String.join(" ", call.flags()))
                .text(call.errorCode())
                .number(usage.searches())
                .figure(call.tier())
                .text(call.owner().teamId())
                .text(call.owner().memberId())
                .text(labels.tagsText())
                .text(labels.endUser());
        Count.MADE.forEach(part -> cells.number(usage.of(part)));
        return cells.line();
    }

    /** Writes the usage in the order of day, model, key, team and member; a column of what is not grouped by is empty. */
    public void usage(String accountId, UsageQuestion question, Predicate<String> pieces) {
        UsageGroup after = question.after();
        StringBuilder piece = new StringBuilder(USAGE);
        CsvCells cells = new CsvCells();
        UsageTable table;
        do {
            table = history.usage(accountId, question.page(after, ROWS_AT_ONCE));
            table.groups().forEach(group -> piece.append(line(group, cells)));
            after = table.groups().isEmpty() ? null : table.groups().getLast();
            if (!pieces.test(piece.toString())) {
                return;
            }
            piece.setLength(0);
        } while (table.isMore());
    }

    private static String line(UsageGroup group, CsvCells cells) {
        cells.figure(group.day() == null ? "" : group.day().toString())
                .text(group.model())
                .text(group.keyId());
        Figure.OF_ACCOUNTS.forEach(figure -> figure.cell(cells, group.figures()));
        return cells.text(group.teamId()).text(group.memberId()).line();
    }

    /** A month's movements in their order, as {@code ledger statement} writes them: the last line is the balance at the end. */
    public void statement(String accountId, YearMonth month, Predicate<String> pieces) {
        StatementSpan span = history.statementSpan(accountId, month);
        long next = span.from();
        StringBuilder piece = new StringBuilder(STATEMENT);
        CsvCells cells = new CsvCells();
        List<StatementLine> lines;
        do {
            lines = history.statementLines(accountId, next, span.until(), ROWS_AT_ONCE);
            lines.forEach(line -> piece.append(line(line, cells)));
            if (!lines.isEmpty()) {
                next = lines.getLast().entry().number() + 1;
                if (!pieces.test(piece.toString())) {
                    return;
                }
                piece.setLength(0);
            }
        } while (lines.size() == ROWS_AT_ONCE);
        cells.figure(TIME.format(span.lastAt()))
                .number(span.until() - 1)
                .figure("balance")
                .text(null)
                .text(null)
                .figure(Credits.text(0))
                .figure(Credits.text(span.closingMicros()));
        boolean unused =
                pieces.test(piece + end(cells, EntryOrigin.NONE, null, Credits.dollars(0, 2))); // it is the last one
    }

    private static String line(StatementLine line, CsvCells cells) {
        Entry entry = line.entry();
        cells.figure(TIME.format(entry.at()))
                .number(entry.number())
                .figure(entry.kind().code())
                .text(entry.taskId())
                .text(line.model())
                .figure(Credits.text(entry.amountMicros()))
                .figure(Credits.text(entry.balanceAfterMicros()));
        String dollars = Credits.dollars(entry.amountMicros(), entry.taskId() == null ? 2 : 4);
        return end(cells, line.origin(), entry.reason(), dollars);
    }

    private static String end(CsvCells cells, EntryOrigin origin, @Nullable String reason, String dollars) {
        return cells.figure(origin.source())
                .text(origin.keyId())
                .text(reason)
                .figure(dollars)
                .figure(origin.invoice())
                .text(origin.teamId())
                .text(origin.memberId())
                .line();
    }
}
