package dev.tollgate.portal;

import static dev.tollgate.portal.DoorPages.text;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.history.AccountHistory;
import dev.tollgate.history.LedgerLine;
import dev.tollgate.history.LedgerPage;
import dev.tollgate.history.MonthStatement;
import dev.tollgate.history.UsageGroup;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.ledger.Account;
import dev.tollgate.ledger.Balance;
import dev.tollgate.ledger.Bucket;
import dev.tollgate.ledger.Entry;
import dev.tollgate.ledger.EntryKind;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Texts;
import dev.tollgate.pages.Visitor;
import dev.tollgate.payments.TestPayments;
import dev.tollgate.payments.Vouchers;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code /dashboard/billing}: what was bought, what is left, each movement, statements; vouchers and test payments. */
public final class BillingPages {

    private static final String PATH = "/dashboard/billing";
    private static final String TOP_UP = PATH + "/top-up";
    private static final int LINES = 50;
    private static final int MONTHS = 12;
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);

    private final Ledger ledger;
    private final AccountHistory history;
    private final Vouchers vouchers;
    private final @Nullable TestPayments testPayments;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param testPayments null beside a real upstream: nothing is free there */
    public BillingPages(
            Ledger ledger,
            AccountHistory history,
            Vouchers vouchers,
            @Nullable TestPayments testPayments,
            InstantSource clock,
            RandomGenerator random) {
        this.ledger = ledger;
        this.history = history;
        this.vouchers = vouchers;
        this.testPayments = testPayments;
        this.clock = clock;
        this.random = random;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(), this::billing),
                pages.get(TOP_UP, pages.members(), request -> topUp(request, 200, null)),
                pages.post(TOP_UP, pages.members(), this::pay),
                pages.post(PATH + "/voucher", pages.members(), this::redeem),
                pages.get(PATH + "/statements/{month}", pages.members(), this::statement));
    }

    // ---- the ledger ----

    /** The balance in figures: what is left, held and used is what was bought. */
    public record Sums(String balance, String held, String used, String bought, String dollars) {

        static Sums of(Balance balance) {
            return new Sums(
                    Texts.exact(balance.balanceMicros()),
                    Texts.exact(balance.reservedMicros()),
                    Texts.exact(balance.consumedMicros()),
                    Texts.exact(balance.purchasedMicros()),
                    Texts.dollars(balance.balanceMicros()));
        }
    }

    /** @param call the call's id, or null; @param about the operator's words, or what moved */
    public record Line(
            String time,
            String fullTime,
            String what,
            @Nullable String call,
            String about,
            String amount,
            String after) {}

    private PageStep billing(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        LedgerPage page = history.entries(account, cursor(request.query("before")), false, LINES);
        Map<String, Object> params = new HashMap<>();
        params.put("sums", Sums.of(balance(account)));
        params.put("lines", page.lines().stream().map(line -> line(line, zone)).toList());
        params.put("months", months());
        params.put("zone", zone.getId());
        putIfThere(
                params,
                "older",
                page.older() == null ? null : PATH + "?before=" + page.older().text());
        putIfThere(params, "done", done(request));
        params.put("newest", request.query("before") == null);
        return PageStep.show("dashboard/billing.jte", params);
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
        String arrived = request.query("arrived");
        return arrived != null && arrived.matches("[0-9]{1,15}")
                ? Texts.sum(Long.parseLong(arrived)) + " credits have arrived."
                : null;
    }

    private Balance balance(String account) {
        return ledger.account(account)
                .map(Account::balance)
                .orElseThrow(() -> new IllegalStateException("a person without an account"));
    }

    private static Line line(LedgerLine line, ZoneId zone) {
        Entry entry = line.entry();
        return new Line(
                Texts.time(entry.at(), zone),
                Texts.fullTime(entry.at(), zone),
                word(entry.kind()),
                entry.reservationId(),
                entry.reason() == null ? "" : entry.reason(),
                signed(line.amountMicros()),
                Texts.exact(line.balanceMicros()));
    }

    private static String word(EntryKind kind) {
        return switch (kind) {
            case TOP_UP -> "Credits added";
            case RESERVATION -> "Held";
            case CHARGE -> "Call";
            case RELEASE, EXPIRY -> "Given back";
            case REFUND -> "Refund";
            case REVERSAL -> "Payment taken back";
            case ADJUSTMENT -> "Correction";
        };
    }

    private static String signed(long micros) {
        return (micros > 0 ? "+" : "") + Texts.exact(micros);
    }

    private static void putIfThere(Map<String, Object> params, String name, @Nullable Object value) {
        if (value != null) {
            params.put(name, value);
        }
    }

    // ---- statements ----

    /** @param path of the statement; @param name of the month */
    public record Month(String path, String name) {}

    private List<Month> months() {
        YearMonth present = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        List<Month> months = new ArrayList<>();
        for (int back = 0; back < MONTHS; back++) {
            YearMonth month = present.minusMonths(back);
            months.add(new Month(PATH + "/statements/" + month, MONTH.format(month)));
        }
        return months;
    }

    /** @param model a row's name; the last three are exact */
    public record Charge(String model, String calls, String charged) {}

    private PageStep statement(PageRequest<Visitor.Member> request) {
        MonthStatement statement = history.statement(request.visitor().accountId(), month(request.param("month")));
        List<Charge> charges =
                statement.usage().stream().map(BillingPages::charge).toList();
        return PageStep.show(
                "dashboard/statement.jte",
                Map.of(
                        "name", MONTH.format(statement.month()),
                        "opening", Texts.exact(statement.openingMicros()),
                        "closing", Texts.exact(statement.closingMicros()),
                        "charged", Texts.exact(statement.all().chargedMicros()),
                        "calls", Texts.number(statement.all().calls()),
                        "charges", charges,
                        "beside",
                                statement.beside().stream()
                                        .map(BillingPages::beside)
                                        .toList(),
                        "moved", signed(statement.movedMicros())));
    }

    private static YearMonth month(String text) {
        try {
            return YearMonth.parse(text);
        } catch (DateTimeParseException e) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, "There is no such month.")
                    .withStatus(404)
                    .asException();
        }
    }

    private static Charge charge(UsageGroup group) {
        return new Charge(
                group.model() == null ? "" : group.model(),
                Texts.number(group.figures().calls()),
                Texts.exact(group.figures().chargedMicros()));
    }

    private static Line beside(Entry entry) {
        boolean adds =
                switch (entry.kind()) {
                    case REVERSAL -> false;
                    case ADJUSTMENT -> entry.to() == Bucket.AVAILABLE;
                    default -> true;
                };
        return new Line(
                Texts.time(entry.at(), ZoneOffset.UTC),
                Texts.fullTime(entry.at(), ZoneOffset.UTC),
                word(entry.kind()),
                entry.reservationId(),
                entry.reason() == null ? "" : entry.reason(),
                (adds ? "+" : "−") + Texts.exact(entry.amountMicros()),
                "");
    }

    // ---- coming by credits ----

    private PageStep topUp(PageRequest<Visitor.Member> request, int status, @Nullable String error) {
        Map<String, Object> params = new HashMap<>();
        params.put("test", testPayments != null);
        params.put("id", Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()));
        putIfThere(params, "error", error);
        return new PageStep.Show(status, "dashboard/top-up.jte", params, Map.of());
    }

    private PageStep pay(PageRequest<Visitor.Member> request, Form form) {
        if (testPayments == null) {
            return topUp(
                    request,
                    422,
                    "There are no test payments beside a real upstream. Ask the operator to add credits.");
        }
        String own = text(form, "own").strip();
        String chosen = own.isEmpty() ? text(form, "dollars") : own;
        if (!chosen.matches("[0-9]{1,4}")
                || Long.parseLong(chosen) < 1
                || Long.parseLong(chosen) > TestPayments.DOLLARS_MAX) {
            return topUp(request, 422, "An amount is 1 to " + TestPayments.DOLLARS_MAX + " whole dollars.");
        }
        long dollars = Long.parseLong(chosen);
        String id = text(form, "id");
        if (!id.matches("[0-9a-f]{1,32}")) {
            return topUp(request, 422, "Open this page again.");
        }
        return testPayments.pay(request.visitor().accountId(), dollars, id)
                ? PageStep.to(PATH + "?arrived=" + TestPayments.micros(dollars))
                : topUp(request, 422, "This account cannot hold that many credits.");
    }

    private PageStep redeem(PageRequest<Visitor.Member> request, Form form) {
        Vouchers.Redemption done =
                vouchers.redeem(request.visitor().accountId(), request.visit().network(), text(form, "code"));
        return switch (done) {
            case Vouchers.Redeemed redeemed -> PageStep.to(PATH + "?arrived=" + redeemed.amountMicros());
            case Vouchers.CannotBeUsed no -> topUp(request, 422, "This code cannot be used.");
            case Vouchers.TooManyTries(Duration wait) ->
                topUp(request, 422, "Too many tries. Try again in " + (wait.toSeconds() + 1) + " seconds.");
        };
    }
}
