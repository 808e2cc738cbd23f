package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.months.Month;
import dev.tollgate.customers.months.MonthFile;
import dev.tollgate.customers.months.MonthLine;
import dev.tollgate.customers.months.MonthRow;
import dev.tollgate.customers.months.MonthRow.OfEntry;
import dev.tollgate.customers.months.Months;
import dev.tollgate.customers.payments.Invoice;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.http.Route;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.dashboard.billing.InvoicePages;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JtemonthGenerated;
import templates.console.JtemonthrowsGenerated;
import templates.console.JtemonthsGenerated;

/** {@code /console/books/months}: the months of the books, the lines of each, the rows of each line, and their files. In UTC. */
public record ConsoleMonths(Months months, Payments payments) {

    private static final int PAGE = 100;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.MONTHS, pages.operators(), this::all),
                pages.get(ConsolePaths.MONTHS + "/{month}", pages.operators(), this::month),
                pages.file(ConsolePaths.MONTHS + "/{month}/month.zip", pages.operators(), this::zip),
                pages.get(ConsolePaths.MONTHS + "/{month}/{line}", pages.operators(), this::rows),
                pages.file(ConsolePaths.MONTHS + "/{month}/{line}/rows.csv", pages.operators(), this::csv));
    }

    public static String path(YearMonth month) {
        return ConsolePaths.MONTHS + "/" + month;
    }

    /** A line of a month's page. @param href its rows */
    public record Line(String word, String href, Month.Sum sum) {}

    /**
     * A page of rows.
     *
     * @param newest the first page; null if it is this one
     * @param older the next page; null without one
     */
    public record Listed(
            YearMonth month,
            MonthLine line,
            List<MonthRow> rows,
            @Nullable String newest,
            @Nullable String older) {

        /** Returns the rows of a kind. */
        public <T extends MonthRow> List<T> of(Class<T> kind) {
            return rows.stream().map(kind::cast).toList();
        }
    }

    private PageStep all(PageRequest<Visitor.Member> request) {
        List<Month> all = months.all();
        return PageStep.show((out, shell) -> JtemonthsGenerated.render(out, null, shell, all));
    }

    private PageStep month(PageRequest<Visitor.Member> request) {
        Month month = months.month(asked(request));
        return PageStep.show((out, shell) -> JtemonthGenerated.render(out, null, shell, month));
    }

    private PageStep rows(PageRequest<Visitor.Member> request) {
        YearMonth month = asked(request);
        MonthLine line = line(request);
        String after = Objects.requireNonNullElse(request.query("after"), "");
        List<MonthRow> rows = months.rows().of(month, line, after, PAGE + 1);
        boolean isMore = rows.size() > PAGE && line.rows() != MonthLine.Of.CHANNELS;
        List<MonthRow> shown = isMore ? rows.subList(0, PAGE) : rows;
        String here = path(month) + "/" + line.code();
        Listed listed = new Listed(
                month,
                line,
                shown,
                after.isEmpty() ? null : here,
                isMore ? here + "?after=" + shown.getLast().place() : null);
        return PageStep.show((out, shell) -> JtemonthrowsGenerated.render(out, null, shell, listed));
    }

    private YearMonth asked(PageRequest<?> request) {
        return months.parse(request.param("month"));
    }

    private static MonthLine line(PageRequest<?> request) {
        MonthLine line = MonthLine.of(request.param("line"));
        if (line == null) {
            throw ConsolePaths.notFound(sentence("A month has no such line."));
        }
        return line;
    }

    // ---- files ----

    private PageFile csv(PageRequest<Visitor.Member> request) {
        YearMonth month = asked(request);
        MonthLine line = line(request);
        return PageFile.csv(month + "-" + line.code() + ".csv", pieces -> file().lines(month, line, pieces));
    }

    private PageFile zip(PageRequest<Visitor.Member> request) {
        Month month = months.month(asked(request));
        Instant now = months.clock().instant();
        return new PageFile(
                "month-" + month.month() + ".zip", MonthFile.CONTENT_TYPE, pieces -> file().zip(month, now, pieces));
    }

    private MonthFile file() {
        return new MonthFile(months, this::invoice);
    }

    private byte @Nullable [] invoice(OfEntry entry) {
        Invoice invoice = payments.invoice(
                entry.customer().id(), Objects.requireNonNull(entry.paper()).paymentId());
        return invoice == null
                ? null
                : InvoicePages.file(
                        invoice,
                        entry.customer().name(),
                        payments.notices().of(invoice.payment().id()));
    }

    // ---- in the templates ----

    /** Returns the lines of a part, with what customers held before if it changes that. */
    public static List<Line> lines(Month month, MonthLine.Part part) {
        List<Line> lines = new ArrayList<>();
        if (part == MonthLine.Part.CREDITS) {
            lines.add(new Line(
                    say("Held by customers at the start"),
                    path(month.month().minusMonths(1)) + "/" + MonthLine.HELD.code(),
                    month.opening()));
        }
        MonthLine.of(part).forEach(line -> lines.add(line(month, line)));
        return lines;
    }

    public static Line line(Month month, MonthLine line) {
        return new Line(line.word().said(), path(month.month()) + "/" + line.code(), month.sum(line));
    }

    /** Returns the tone of a month's badge. */
    public static String tone(Month month) {
        return month.state() == Month.State.OVER ? "ok" : "run";
    }

    /** Returns a customer with a link to the account. */
    public static Cell customer(MonthRow.Customer customer) {
        return Cell.link("/console/accounts/" + customer.id(), customer.name());
    }

    /** Returns the invoice of a row with a link to it, and its day, country and VAT id below. */
    public static Cell paper(OfEntry row) {
        MonthRow.Paper paper = row.paper();
        return paper == null || paper.number().isEmpty()
                ? Cell.of(Cell.NOTHING)
                : Cell.link(ConsolePayments.invoice(paper.paymentId()), paper.number())
                        .under(Stream.of(paper.country(), paper.vatId(), paper.paidBy())
                                .filter(text -> !text.isEmpty())
                                .reduce((one, other) -> one + " · " + other)
                                .orElse(null));
    }
}
