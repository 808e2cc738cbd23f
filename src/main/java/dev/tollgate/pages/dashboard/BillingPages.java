package dev.tollgate.pages.dashboard;

import static dev.tollgate.pages.dashboard.DoorPages.text;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.LedgerLine;
import dev.tollgate.customers.figures.LedgerPage;
import dev.tollgate.customers.figures.MonthStatement;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.People;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code /dashboard/billing}: what was bought, what is left, each movement, top-ups, statements, and who pays. */
public final class BillingPages {

    static final String PATH = "/dashboard/billing";

    private static final String STATEMENTS = PATH + "/statements/";
    private static final String MONTH_PARAMETER = "month";
    private static final String TEMPLATE = "dashboard/billing.jte";
    private static final int TOP_UPS = 10;
    private static final int LINES = 50;
    private static final int MONTHS = 12;
    private static final int MONTH_CHARS = 7;

    private final Ledger ledger;
    private final AccountHistory history;
    private final CsvExport files;
    private final Payments payments;
    private final People people;
    private final boolean isMailOn;
    private final InstantSource clock;

    /** @param isMailOn whether statements go by mail */
    public BillingPages(
            Ledger ledger,
            AccountHistory history,
            Payments payments,
            People people,
            boolean isMailOn,
            InstantSource clock) {
        this.people = people;
        this.isMailOn = isMailOn;
        this.ledger = ledger;
        this.history = history;
        this.files = new CsvExport(history);
        this.payments = payments;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(), request -> PageStep.show(TEMPLATE, billing(request))),
                pages.post(PATH + "/contact", pages.members(), this::contact),
                pages.get(STATEMENTS + "{month}", pages.members(), this::statement),
                pages.file(STATEMENTS + "{month}/statement.csv", pages.members(), this::file));
    }

    // ---- the ledger ----

    /** One of the balance's figures: two decimals, and exact. */
    public record Sum(String name, String credits, String exact, String dollars) {

        static List<Sum> of(Balance balance) {
            return List.of(
                    new Sum(
                            "Balance",
                            Texts.balance(balance.balanceMicros()),
                            Texts.exact(balance.balanceMicros()),
                            Texts.dollars(balance.balanceMicros())),
                    of("Reserved by running calls", balance.reservedMicros()),
                    of("Spent", balance.consumedMicros()),
                    of("Added", balance.purchasedMicros()));
        }

        private static Sum of(String name, long micros) {
            return new Sum(name, Texts.balance(micros), Texts.exact(micros), "");
        }
    }

    /**
     * @param call the call's id, or null
     * @param about the operator's words, or what moved
     * @param amount two decimals; {@code exact} has six
     */
    public record Line(
            String time,
            String fullTime,
            String what,
            @Nullable String call,
            String about,
            String amount,
            String exact,
            String after,
            String exactAfter) {}

    /** A payment, written out. @param paper the path of its invoice, null where there is none */
    public record TopUp(
            String time,
            String fullTime,
            String path,
            String dollars,
            String credits,
            String state,
            String badge,
            @Nullable String paper) {

        static TopUp of(Payment payment, ZoneId zone, Instant now) {
            PaymentTexts texts = new PaymentTexts(payment, now);
            return new TopUp(
                    Texts.time(payment.createdAt(), zone),
                    Texts.fullTime(payment.createdAt(), zone),
                    TopUpPages.path(payment),
                    PaymentTexts.dollars(payment.isPaid() ? payment.grossCents() : payment.netCents()),
                    Texts.charge(payment.creditMicros()),
                    texts.state(),
                    texts.badge(),
                    payment.isPaid() ? InvoicePages.path(payment) : null);
        }
    }

    private Map<String, Object> billing(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        LedgerPage page = history.entries(account, cursor(request.query("before")), false, LINES);
        Payments.Cursor from = topUpCursor(request.query("top-ups"));
        List<Payment> topUps = payments.page(account, from, TOP_UPS);
        Map<String, Object> params = new HashMap<>();
        Account now = account(account);
        params.put("sums", Sum.of(now.balance()));
        long sandbox = now.balance().balanceMicros() - ledger.spendableMicros(now);
        putIfThere(params, "sandbox", sandbox == 0 ? null : Texts.balance(sandbox));
        params.put("lines", page.lines().stream().map(line -> line(line, zone)).toList());
        params.put("months", months(account));
        params.put("zone", zone.getId());
        params.put("contact", payments.contact(account));
        params.put("mails", isMailOn);
        params.put(
                "topUps",
                topUps.stream()
                        .map(payment -> TopUp.of(payment, zone, clock.instant()))
                        .toList());
        putIfThere(
                params,
                "olderTopUps",
                topUps.size() < TOP_UPS
                        ? null
                        : PATH + "?top-ups="
                                + Payments.Cursor.after(topUps.getLast()).text());
        putIfThere(
                params,
                "older",
                page.older() == null ? null : PATH + "?before=" + page.older().text());
        putIfThere(params, "done", done(request));
        params.put("newest", request.query("before") == null);
        return params;
    }

    private static Payments.Cursor topUpCursor(@Nullable String text) {
        try {
            return text == null ? Payments.Cursor.NEWEST : Payments.Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            return Payments.Cursor.NEWEST;
        }
    }

    private PageStep contact(PageRequest<Visitor.Member> request, Form form) {
        try {
            Party contact = new Party(text(form, "name"), text(form, "address"), text(form, "vat-id"));
            SettingsPages.count(people, request.visitor().person());
            payments.setContact(request.visitor().accountId(), contact);
            return PageStep.to(PATH + "?contact=saved");
        } catch (IllegalArgumentException e) {
            Map<String, Object> params = billing(request);
            params.put("contactError", String.valueOf(e.getMessage()));
            params.put("typed", List.of(text(form, "name"), text(form, "address"), text(form, "vat-id")));
            return PageStep.again(TEMPLATE, params);
        }
    }

    private static LedgerPage.@Nullable Cursor cursor(@Nullable String text) {
        try {
            return text == null ? null : LedgerPage.Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A sentence after a deed, made from a number alone, so that a link cannot put words into our mouth. */
    private static @Nullable String done(PageRequest<?> request) {
        if ("saved".equals(request.query("contact"))) {
            return "Saved. Future invoices will use it.";
        }
        String arrived = request.query("arrived");
        return arrived != null && arrived.matches("[0-9]{1,15}")
                ? Texts.sum(Long.parseLong(arrived)) + " credits have arrived."
                : null;
    }

    private Account account(String id) {
        return ledger.account(id).orElseThrow(() -> new IllegalStateException("a person without an account"));
    }

    private static Line line(LedgerLine line, ZoneId zone) {
        Entry entry = line.entry();
        return new Line(
                Texts.time(entry.at(), zone),
                Texts.fullTime(entry.at(), zone),
                EntryWords.inLedger(entry),
                entry.reservationId(),
                Objects.requireNonNullElse(entry.reason() == null ? line.model() : entry.reason(), ""),
                plus(line.amountMicros()) + Texts.sum(line.amountMicros()),
                signed(line.amountMicros()),
                Texts.sum(line.balanceMicros()),
                Texts.exact(line.balanceMicros()));
    }

    private static String signed(long micros) {
        return plus(micros) + Texts.exact(micros);
    }

    private static String plus(long micros) {
        return micros > 0 ? "+" : "";
    }

    private static void putIfThere(Map<String, Object> params, String name, @Nullable Object value) {
        if (value != null) {
            params.put(name, value);
        }
    }

    // ---- statements ----

    /** @param path of the statement; @param name of the month */
    public record Month(String path, String name) {

        static Month of(YearMonth month) {
            return new Month(STATEMENTS + month, Texts.month(month));
        }
    }

    /** Back to the one that the account was made in. */
    private List<Month> months(String account) {
        YearMonth present = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        YearMonth first = YearMonth.from(account(account).createdAt().atZone(ZoneOffset.UTC));
        List<Month> months = new ArrayList<>();
        for (YearMonth month = present;
                months.isEmpty() || (months.size() < MONTHS && !month.isBefore(first));
                month = month.minusMonths(1)) {
            months.add(Month.of(month));
        }
        return months;
    }

    /** @param model a row's name; the last two are exact; @param calls their list */
    public record Charge(String model, String calls, String charged, String href) {}

    private PageStep statement(PageRequest<Visitor.Member> request) {
        YearMonth month = month(request.param(MONTH_PARAMETER));
        MonthStatement statement =
                history.statement(request.visitor().accountId(), month, cursor(request.query("before")), LINES);
        Map<String, Object> params = new HashMap<>();
        params.put("month", Month.of(month));
        String account = request.visitor().accountId();
        params.put("account", account);
        params.put("holder", payments.contact(account).name());
        params.put("opening", Texts.exact(statement.openingMicros()));
        params.put("closing", Texts.exact(statement.closingMicros()));
        params.put("charged", taken(statement.all().chargedMicros()));
        params.put("calls", Texts.number(statement.all().calls()));
        params.put(
                "charges",
                statement.usage().stream().map(group -> charge(group, month)).toList());
        params.put(
                "beside",
                statement.beside().stream()
                        .filter(BillingPages::isOfTheBalance)
                        .map(BillingPages::beside)
                        .toList());
        params.put("papers", papers(request.visitor().accountId(), month));
        params.put("moved", signed(statement.movedMicros()));
        LedgerPage page = statement.lines();
        params.put(
                "lines",
                page.lines().stream().map(line -> line(line, ZoneOffset.UTC)).toList());
        params.put("newest", request.query("before") == null);
        putIfThere(
                params,
                "older",
                page.older() == null
                        ? null
                        : Month.of(month).path() + "?before=" + page.older().text() + "#lines");
        return PageStep.show("dashboard/statement.jte", params);
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        YearMonth month = month(request.param(MONTH_PARAMETER));
        return PageFile.text(
                "statement-" + month + ".csv",
                CsvExport.CONTENT_TYPE,
                pieces -> files.statement(request.visitor().accountId(), month, pieces));
    }

    /** The paper of a payment. @param name like {@code Payment of $25.00} */
    public record Paper(String path, String name) {}

    private List<Paper> papers(String account, YearMonth month) {
        Instant from = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return payments.paid(account, from, to).stream()
                .map(payment -> new Paper(
                        InvoicePages.path(payment), "Payment of " + PaymentTexts.dollars(payment.grossCents())))
                .toList();
    }

    /** What the platform makes up for moves nothing of the customer's. */
    private static boolean isOfTheBalance(Entry entry) {
        return entry.from() != Bucket.SHORTFALL && entry.to() != Bucket.SHORTFALL;
    }

    /** A year of four digits: a later one is no time in milliseconds. */
    private static YearMonth month(String text) {
        try {
            return YearMonth.parse(text.length() == MONTH_CHARS ? text : "");
        } catch (DateTimeParseException e) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, "There is no such month.")
                    .withStatus(404)
                    .asException();
        }
    }

    private static Charge charge(UsageGroup group, YearMonth month) {
        return new Charge(
                group.model() == null ? "" : group.model(),
                Texts.number(group.figures().calls()),
                taken(group.figures().chargedMicros()),
                PageLink.to(PageLink.REQUESTS)
                        .with("range", "own")
                        .with("from", month.atDay(1).toString())
                        .with("to", month.atEndOfMonth().toString())
                        .with("utc", "1")
                        .with("model", group.model())
                        .text());
    }

    /** Of nothing no minus is told. */
    private static String taken(long micros) {
        return (micros == 0 ? "" : "−") + Texts.exact(micros);
    }

    private static Line beside(Entry entry) {
        boolean adds =
                switch (entry.kind()) {
                    case REVERSAL, ADJUSTMENT -> entry.to() == Bucket.AVAILABLE;
                    default -> true;
                };
        return new Line(
                Texts.time(entry.at(), ZoneOffset.UTC),
                Texts.fullTime(entry.at(), ZoneOffset.UTC),
                EntryWords.inLedger(entry),
                entry.reservationId(),
                entry.reason() == null ? "" : entry.reason(),
                (adds ? "+" : "−") + Texts.exact(entry.amountMicros()),
                (adds ? "+" : "−") + Texts.exact(entry.amountMicros()),
                "",
                "");
    }
}
