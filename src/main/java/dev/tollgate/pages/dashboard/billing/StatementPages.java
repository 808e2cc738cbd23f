package dev.tollgate.pages.dashboard.billing;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.MonthStatement;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtestatementGenerated;

/** {@code /dashboard/billing/statements/{month}}, and the same as a file: a month in UTC. */
public record StatementPages(AccountHistory history, Payments payments, Keys keys) {

    private static final String PATH = BillingPages.PATH + "/statements/";
    private static final String MONTH = "month";
    private static final int LINES = 50;
    private static final int KEYS_MAX = 50;
    private static final int MONTH_CHARS = 7;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH + "{month}", pages.members(Right.BALANCE), this::show),
                pages.file(PATH + "{month}/statement.csv", pages.members(Right.BALANCE), this::file));
    }

    /** Returns the path of a month's statement. */
    public static String path(YearMonth month) {
        return PATH + month;
    }

    /** Returns the path of a month's calls of a model or a key. */
    public static String calls(YearMonth month, @Nullable String model, @Nullable String keyId) {
        return PageLink.to(PageLink.REQUESTS)
                .with("range", "own")
                .with("from", month.atDay(1).toString())
                .with("to", month.atEndOfMonth().toString())
                .with("utc", "1")
                .with("model", model)
                .with("key", keyId)
                .text();
    }

    /** Returns a charge with its sign and six decimals; nothing has no minus. */
    public static String taken(long micros) {
        return (micros == 0 ? "" : "−") + Display.exact(micros);
    }

    /** Returns an amount in dollars with the minus of a charge, cut down. */
    public static String dollars(long micros) {
        return (micros < 0 ? "−" : "") + Display.dollars(Math.abs(micros));
    }

    /**
     * A line of the charges by key.
     *
     * @param keyId null for the keys that have no line of their own
     */
    public record KeyLine(@Nullable String keyId, String name, Figures figures) {}

    /** The keys with the largest charges, and one line for the others. */
    private List<KeyLine> byKey(String account, List<UsageGroup> groups) {
        if (groups.isEmpty()) {
            return List.of();
        }
        KeyNames names = KeyNames.of(keys, account);
        List<UsageGroup> sorted = groups.stream()
                .sorted(Comparator.comparingLong(
                        (UsageGroup group) -> -group.figures().chargedMicros()))
                .toList();
        List<KeyLine> lines = new ArrayList<>();
        for (UsageGroup group : sorted.subList(0, Math.min(KEYS_MAX, sorted.size()))) {
            lines.add(new KeyLine(group.keyId(), names.name(group.keyId()), group.figures()));
        }
        if (sorted.size() > KEYS_MAX) {
            Figures others =
                    sorted.stream().skip(KEYS_MAX).map(UsageGroup::figures).reduce(Figures.NONE, Figures::plus);
            lines.add(new KeyLine(null, Display.count(sorted.size() - KEYS_MAX, "other key"), others));
        }
        return lines;
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        YearMonth month = month(request);
        MonthStatement statement = history.statement(account, month, BillingPages.cursor(request), LINES);
        List<Entry> beside = statement.beside().stream()
                .filter(StatementPages::isOfTheBalance)
                .toList();
        Party contact = payments.contact(account);
        Party seller = payments.seller();
        List<KeyLine> byKey = byKey(account, statement.byKey());
        List<Payment> paid = paid(account, month);
        return PageStep.show((out, shell) -> JtestatementGenerated.render(
                out,
                null,
                shell,
                account,
                seller,
                contact,
                statement,
                beside,
                byKey,
                paid,
                request.query("before") == null));
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        YearMonth month = month(request);
        return PageFile.text("statement-" + month + ".csv", CsvExport.CONTENT_TYPE, pieces -> new CsvExport(history)
                .statement(request.visitor().accountId(), month, pieces));
    }

    private List<Payment> paid(String account, YearMonth month) {
        Instant from = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return payments.paid(account, from, to);
    }

    /** Returns whether an entry changes the customer's balance. Amounts that the platform covers do not. */
    private static boolean isOfTheBalance(Entry entry) {
        return entry.from() != Bucket.SHORTFALL && entry.to() != Bucket.SHORTFALL;
    }

    /** A year of four digits: a later one is no time in milliseconds. */
    private static YearMonth month(PageRequest<?> request) {
        String text = request.param(MONTH);
        try {
            return YearMonth.parse(text.length() == MONTH_CHARS ? text : "");
        } catch (DateTimeParseException e) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, "There is no such month.")
                    .withStatus(404)
                    .asException();
        }
    }
}
