package dev.tollgate.customers.months;

import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.months.MonthRow.Customer;
import dev.tollgate.customers.months.MonthRow.OfCall;
import dev.tollgate.customers.months.MonthRow.OfChannel;
import dev.tollgate.customers.months.MonthRow.OfCustomer;
import dev.tollgate.customers.months.MonthRow.OfEntry;
import dev.tollgate.customers.months.MonthRow.Paper;
import dev.tollgate.storage.holdings.ZipPieces;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files of a month: CSV for each line, and all of them in a ZIP with the page of each invoice. Written while they are read, {@value MonthRows#PAGE_MAX}
 * rows at a time. Thread-safe; blocks.
 *
 * @param invoice makes the page of a row's invoice, in UTF-8; null if there is none
 */
public record MonthFile(Months months, Function<OfEntry, byte @Nullable []> invoice) {

    public static final String CONTENT_TYPE = "application/zip";

    private static final String ABOUT = """
            The books of %s (UTC), %s, as of %s.

            month.csv has a sum for each line: what customers held, what changed it, and what they hold. The other CSV files
            have the rows of each sum; a file without lines below its first has none. The lines "Calls paid by" add up to
            "Used by calls". Amounts are credits unless their heads say US dollars; 200 credits are a dollar. Below invoices/ each invoice is a page to print.
            """;

    private record Line(String word, Month.Sum sum) {}

    private static final CsvColumns<Line> LINES = new CsvColumns<Line>()
            .value("Line", Line::word)
            .value("Rows", it -> it.sum.rows() == 0 ? null : it.sum.rows())
            .credits("Credits", it -> it.sum.micros())
            .dollars("Credits (US dollars)", it -> it.sum.micros())
            .credits("Of it sandbox credits", it -> it.sum.sandboxMicros())
            .value("Net (US dollars)", it -> dollars(it.sum.netCents()))
            .value("Tax (US dollars)", it -> dollars(it.sum.taxCents()))
            .value("Gross (US dollars)", it -> dollars(it.sum.grossCents()));

    private static final CsvColumns<OfEntry> ENTRIES = customer(
                    new CsvColumns<OfEntry>().value("Time (UTC)", OfEntry::at), OfEntry::customer)
            .value("Number in the account", OfEntry::number)
            .credits("Credits", OfEntry::micros)
            .dollars("Credits (US dollars)", OfEntry::micros)
            .credits("Of it sandbox credits", OfEntry::sandboxMicros)
            .credits("Spent already", it -> -it.missingMicros())
            .text("Reason", OfEntry::reason)
            .value("Call", OfEntry::taskId)
            .value("Invoice", paper(Paper::number))
            .value("Invoice day (UTC)", paper(it -> day(it.issuedAt())))
            .value("Country", paper(Paper::country))
            .text("VAT id", it -> it.paper() == null ? null : it.paper().vatId())
            .value("Net (US dollars)", money(Paper::netCents))
            .value("Tax (US dollars)", money(Paper::taxCents))
            .value("Gross (US dollars)", money(Paper::grossCents))
            .value("Paid by", paper(Paper::paidBy));

    private static final CsvColumns<OfCustomer> CUSTOMERS = customer(new CsvColumns<OfCustomer>(), OfCustomer::customer)
            .value("Calls", it -> it.calls() == 0 ? null : it.calls())
            .credits("Credits", OfCustomer::micros)
            .dollars("Credits (US dollars)", OfCustomer::micros)
            .credits("Of it sandbox credits", OfCustomer::sandboxMicros);

    private static final CsvColumns<OfCall> CALLS = customer(
                    new CsvColumns<OfCall>().value("Time (UTC)", OfCall::at), OfCall::customer)
            .value("Call", OfCall::taskId)
            .text("Model", OfCall::model)
            .credits("Credits", OfCall::micros)
            .dollars("Credits (US dollars)", OfCall::micros);

    private static final CsvColumns<OfChannel> CHANNELS = new CsvColumns<OfChannel>()
            .text("Channel", OfChannel::channel)
            .text("Model", OfChannel::model)
            .value("Calls", OfChannel::calls)
            .value("Attempts of unknown cost", OfChannel::uncosted)
            .credits("Credits", OfChannel::micros)
            .dollars("Credits (US dollars)", OfChannel::micros);

    private static <T> CsvColumns<T> customer(CsvColumns<T> columns, Function<T, Customer> customer) {
        return columns.value("Customer", row -> customer.apply(row).id())
                .text("Name", row -> customer.apply(row).name());
    }

    private static Function<OfEntry, @Nullable Object> paper(Function<Paper, @Nullable Object> of) {
        return row -> row.paper() == null ? null : of.apply(row.paper());
    }

    private static Function<OfEntry, @Nullable Object> money(ToLongFunction<Paper> cents) {
        return paper(it -> BigDecimal.valueOf(cents.applyAsLong(it), 2).toPlainString());
    }

    private static @Nullable Object day(@Nullable Instant at) {
        return at == null ? null : at.atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static @Nullable String dollars(long cents) {
        return cents == 0 ? null : BigDecimal.valueOf(cents, 2).toPlainString();
    }

    /** Writes the rows of a line. @param pieces takes whole lines in their order; false: no more is wanted */
    public void lines(YearMonth month, MonthLine line, Predicate<String> pieces) {
        switch (line.rows()) {
            case ENTRIES -> lines(month, line, ENTRIES, OfEntry.class, pieces);
            case CUSTOMERS -> lines(month, line, CUSTOMERS, OfCustomer.class, pieces);
            case CALLS -> lines(month, line, CALLS, OfCall.class, pieces);
            case CHANNELS -> lines(month, line, CHANNELS, OfChannel.class, pieces);
        }
    }

    private <T extends MonthRow> void lines(
            YearMonth month, MonthLine line, CsvColumns<T> columns, Class<T> kind, Predicate<String> pieces) {
        columns.<String>write(pieces, (after, rows) -> {
            List<MonthRow> page =
                    months.rows().of(month, line, Objects.requireNonNullElse(after, ""), MonthRows.PAGE_MAX);
            page.forEach(row -> rows.add(kind.cast(row)));
            return page.size() < MonthRows.PAGE_MAX || line.rows() == MonthLine.Of.CHANNELS
                    ? null
                    : page.getLast().place();
        });
    }

    /** Writes the ZIP. @param pieces takes the bytes in their order; false: no more is wanted */
    public void zip(Month month, Instant now, Predicate<byte[]> pieces) {
        try (ZipPieces zip = new ZipPieces(now, pieces)) {
            zip.begin("readme.txt");
            zip.write(ABOUT.formatted(month.month(), month.state().word().english(), now));
            zip.begin("month.csv");
            zip.write(LINES.file(all(month), CsvColumns.END));
            boolean isWanted = zip.send();
            for (MonthLine line : MonthLine.values()) {
                if (isWanted) {
                    zip.begin(line.code() + ".csv");
                    boolean[] more = {true};
                    lines(month.month(), line, text -> {
                        zip.write(text);
                        more[0] = zip.send();
                        return more[0];
                    });
                    isWanted = more[0];
                }
            }
            if (isWanted && invoices(zip, month.month())) {
                zip.end();
            }
        }
    }

    private static List<Line> all(Month month) {
        List<Line> lines = new ArrayList<>(List.of(new Line("Held by customers at the start", month.opening())));
        Arrays.stream(MonthLine.values())
                .forEach(line -> lines.add(new Line(line.word().english(), month.sum(line))));
        lines.add(new Line("Owed, without sandbox credits", new Month.Sum(0, month.owedMicros(), 0, 0, 0)));
        return lines;
    }

    /** Writes the pages of the invoices that the month has made. @return whether all are wanted */
    private boolean invoices(ZipPieces zip, YearMonth month) {
        for (MonthLine line : List.of(MonthLine.PAYMENTS, MonthLine.TEST_PAYMENTS)) {
            String after = "";
            List<MonthRow> page;
            do {
                page = months.rows().of(month, line, after, MonthRows.PAGE_MAX);
                for (MonthRow row : page) {
                    OfEntry entry = (OfEntry) row;
                    Paper paper = entry.paper();
                    byte[] html = entry.micros() > 0 && paper != null ? invoice.apply(entry) : null;
                    if (paper != null && html != null) {
                        zip.begin("invoices/" + paper.number() + ".html");
                        zip.write(html);
                        if (!zip.send()) {
                            return false;
                        }
                    }
                    after = row.place();
                }
            } while (page.size() == MonthRows.PAGE_MAX);
        }
        return true;
    }
}
