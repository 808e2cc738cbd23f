package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.LedgerPage;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.LedgerPage.Wanted;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyView;
import dev.tollgate.pages.dashboard.OverviewPage;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.dashboard.settings.SettingsPages;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebillingGenerated;
import templates.dashboard.JteledgerGenerated;

/**
 * {@code /dashboard/billing}: what was bought, what is left, each movement, top-ups, and who pays.
 *
 * @param isMailOn whether statements go by mail
 */
public record BillingPages(
        Ledger ledger,
        AccountHistory history,
        Payments payments,
        People people,
        OwnerNames.Reader owners,
        PlanSale plans,
        boolean isMailOn,
        InstantSource clock) {

    public static final String PATH = "/dashboard/billing";

    private static final String LEDGER = PATH + "/ledger";
    private static final int TOP_UPS = 10;
    private static final int EMPTY_GRANTS = 10;
    private static final int LINES = 50;
    private static final int MONTHS = 12;

    /** The months that the ledger's filter offers. */
    private static final int LEDGER_MONTHS = 60;

    /** The most rows of what was added in a month. */
    public static final int MOVED = 10;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(Right.BALANCE), request -> PageStep.show(billing(request, null, null))),
                pages.get(LEDGER, pages.members(Right.BALANCE), this::ledger),
                pages.post(PATH + "/notice", pages.members(Right.BALANCE), this::notice),
                pages.post(PATH + "/contact", pages.members(Right.PAY), this::contact),
                pages.post(PATH + "/plan", pages.members(Right.PAY), this::plan));
    }

    /** The typed values of an invalid billing contact. @param error in a sentence */
    public record Typed(String name, String address, String vatId, String error) {}

    /** The typed values of an invalid notice. @param money the unit of the amount @param error in a sentence */
    public record Line(String amount, Money money, String error) {}

    /**
     * A month of the table.
     *
     * @param spent micro-credits, net of refunds
     */
    public record Month(YearMonth month, long spent) {}

    /**
     * The figures of the page.
     *
     * @param moved the entries of the present month, which are all movements of credits except calls, the newest first
     * @param isOwned whether teams or several members share the account
     */
    public record Figures(Tiles tiles, List<Month> months, List<LedgerLine> moved, boolean isOwned, Grants grants) {}

    /**
     * The tiles at the top.
     *
     * @param isRounded whether what is left, held and spent does not add up to what was added as the page shows them
     * @param lasts until when the balance lasts, in a sentence; empty if that is not known
     * @param since from which day on all amounts count: the account's first
     */
    public record Tiles(Balance balance, boolean isRounded, String lasts, String since, long sandboxMicros) {}

    /**
     * The grants of the account.
     *
     * @param empty those with nothing left, the newest first
     * @param names of the plans that grants come from, by the numbers of the grants
     * @param older where the list of these continues; null if it does not
     */
    public record Grants(
            GrantsNow now,
            List<CreditGrant> empty,
            Map<Long, String> names,
            @Nullable String older,
            PlanSale.Shown plans) {}

    private PageStep plan(PageRequest<Visitor.Member> request, Form form) {
        return plans.take(request, form, refused -> billing(request, null, null, refused));
    }

    private Grants grants(PageRequest<Visitor.Member> request, String accountId, PlanSale.Refused refused) {
        String begin = request.query("grants");
        long before = begin != null && begin.matches("[0-9]{1,9}") ? Long.parseLong(begin) : Long.MAX_VALUE;
        List<CreditGrant> empty = ledger.emptyGrants(accountId, before, EMPTY_GRANTS + 1);
        boolean isMore = empty.size() > EMPTY_GRANTS;
        List<CreditGrant> page = isMore ? empty.subList(0, EMPTY_GRANTS) : empty;
        GrantsNow now = ledger.grants(accountId, clock.instant());
        List<CreditGrant> shown =
                Stream.concat(now.grants().stream(), page.stream()).toList();
        return new Grants(
                now,
                page,
                plans.names(accountId, shown),
                isMore ? PATH + "?grants=" + page.getLast().number() + "#grants" : null,
                plans.of(accountId, refused));
    }

    private Figures figures(PageRequest<Visitor.Member> request, Account account, PlanSale.Refused refused) {
        Balance balance = account.balance();
        ZoneId zone = request.visitor().person().preferences().zone();
        String lasts = history.overview(account.id(), zone)
                .map(overview -> OverviewPage.pace(overview, zone))
                .orElse("");
        OwnerNames shared = owners.of(account.id(), KeyView.ALL);
        List<Month> months = months(account);
        Tiles tiles = new Tiles(
                balance,
                request.money()
                        .isRounded(
                                List.of(balance.balanceMicros(), balance.reservedMicros(), balance.consumedMicros()),
                                balance.purchasedMicros()),
                lasts,
                say("since {day}", Display.day(account.createdAt(), zone)),
                balance.balanceMicros() - ledger.spendableMicros(account));
        return new Figures(
                tiles,
                months,
                history.besideCalls(account.id(), months.getFirst().month()).reversed(),
                !shared.teams().isEmpty() || !shared.members().isEmpty(),
                grants(request, account.id(), refused));
    }

    private PageStep.Drawing billing(PageRequest<Visitor.Member> request, @Nullable Typed typed, @Nullable Line line) {
        return billing(request, typed, line, PlanSale.Refused.NONE);
    }

    private PageStep.Drawing billing(
            PageRequest<Visitor.Member> request, @Nullable Typed typed, @Nullable Line line, PlanSale.Refused refused) {
        String id = request.visitor().accountId();
        Account account = account(id);
        Figures figures = figures(request, account, refused);
        List<Payment> topUps = payments.page(id, topUpCursor(request.query("top-ups")), TOP_UPS);
        String olderTopUps = topUps.size() < TOP_UPS
                ? null
                : PATH + "?top-ups=" + PaymentCursor.after(topUps.getLast()).text();
        Party contact = payments.contact(id);
        return (out, shell) -> JtebillingGenerated.render(
                out,
                null,
                shell,
                figures,
                new Latest(line, topUps, payments.periods().of(topUps), olderTopUps, clock.instant()),
                new Invoicing(contact, typed, isMailOn),
                done(request));
    }

    private PageStep ledger(PageRequest<Visitor.Member> request) {
        String id = request.visitor().accountId();
        Wanted wanted = Wanted.of(request.query("kind"));
        List<YearMonth> months = presentFirst(account(id));
        YearMonth month = months.stream()
                .filter(each -> each.toString().equals(request.query("month")))
                .findFirst()
                .orElse(null);
        LedgerPage page = history.entries(id, wanted, month, cursor(request), LINES);
        String path = LEDGER + "?kind=" + wanted.code() + "&month=" + (month == null ? "" : month);
        Movements shown = new Movements(
                page,
                request.query("before") == null ? null : path,
                page.older() == null ? null : path + "&before=" + page.older().text());
        return PageStep.show((out, shell) -> JteledgerGenerated.render(
                out, null, shell, shown, new Filter(wanted, month, kinds(), choices(months))));
    }

    private static List<FilterChoice> kinds() {
        return Stream.of(Wanted.values())
                .filter(each -> each != Wanted.ALL)
                .map(each -> new FilterChoice(each.code(), EntryWords.ofKind(each)))
                .toList();
    }

    private static List<FilterChoice> choices(List<YearMonth> months) {
        return months.stream()
                .map(month -> new FilterChoice(month.toString(), Display.month(month)))
                .toList();
    }

    /** Returns the months (UTC) of an account, the present one first. */
    private List<YearMonth> presentFirst(Account account) {
        YearMonth present = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        YearMonth first = YearMonth.from(account.createdAt().atZone(ZoneOffset.UTC));
        return Stream.iterate(present, month -> !month.isBefore(first), month -> month.minusMonths(1))
                .limit(LEDGER_MONTHS)
                .toList();
    }

    /** Sets the balance below which the person gets a notice, in the unit that the form was drawn in. */
    private PageStep notice(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        Person.Preferences old = person.preferences();
        String amount = form.text("line").strip();
        Long micros;
        try {
            micros = amount.isEmpty() ? null : TypedCredits.micros(amount, TypedCredits.neededUnit(form));
        } catch (IllegalArgumentException e) {
            Money unit = TypedCredits.unit(form, request.money());
            return PageStep.again(
                    billing(request, null, new Line(amount, unit, Mistake.of(e).said())));
        }
        SettingsPages.count(people, person);
        people.setPreferences(
                person,
                person.name(),
                new Person.Preferences(
                        old.zone(),
                        old.theme(),
                        old.shortcuts(),
                        micros,
                        old.keyNotices(),
                        old.money(),
                        old.language()));
        return PageStep.to(PATH + "?notice=saved");
    }

    private static PaymentCursor topUpCursor(@Nullable String text) {
        try {
            return text == null ? PaymentCursor.NEWEST : PaymentCursor.parse(text);
        } catch (IllegalArgumentException e) {
            return PaymentCursor.NEWEST;
        }
    }

    private PageStep contact(PageRequest<Visitor.Member> request, Form form) {
        String name = form.text("name");
        String address = form.text("address");
        String vatId = form.text("vat-id");
        Sentence complaint = Party.complaint(name, address, vatId);
        if (complaint != null) {
            return PageStep.again(billing(request, new Typed(name, address, vatId, complaint.said()), null));
        }
        try {
            SettingsPages.count(people, request.visitor().person());
            payments.setContact(PageRequest.acting(request), new Party(name, address, vatId));
            return PageStep.to(PATH + "?contact=saved");
        } catch (IllegalArgumentException e) {
            Typed typed = new Typed(name, address, vatId, Mistake.of(e).said());
            return PageStep.again(billing(request, typed, null));
        }
    }

    /** Returns the start of a page of the ledger; null for the newest. */
    static LedgerPage.@Nullable Cursor cursor(PageRequest<?> request) {
        String text = request.query("before");
        try {
            return text == null ? null : LedgerPage.Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A sentence after a deed, made from a number alone, so that a link cannot put words into our mouth. */
    private static @Nullable String done(PageRequest<?> request) {
        if ("saved".equals(request.query("contact"))) {
            return say("Saved. Future invoices will use it.");
        }
        if ("saved".equals(request.query("notice"))) {
            return say("Saved.");
        }
        String plan = request.query("plan");
        if ("cancelled".equals(plan)) {
            return say("Cancelled. The plan ends with its period, or with the last one that you bought.");
        }
        if ("kept".equals(plan)) {
            return say("The plan goes on.");
        }
        String arrived = request.query("arrived");
        return arrived != null && arrived.matches("[0-9]{1,15}")
                ? say("{credits} credits have arrived.", Money.CREDITS.sum(Long.parseLong(arrived)))
                : null;
    }

    private Account account(String id) {
        return ledger.account(id).orElseThrow(() -> new IllegalStateException("a person without an account"));
    }

    /** Returns the months from the current one back to the month in which the account was created. */
    private List<Month> months(Account account) {
        YearMonth present = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        YearMonth first = YearMonth.from(account.createdAt().atZone(ZoneOffset.UTC));
        YearMonth earliest = present.minusMonths(MONTHS - 1L).isAfter(first) ? present.minusMonths(MONTHS - 1L) : first;
        Span span = Span.ofDays(earliest.atDay(1), present.plusMonths(1).atDay(1));
        Map<YearMonth, Long> spent = history.usage(account.id(), UsageQuestion.of(span, By.DAY)).groups().stream()
                .collect(Collectors.groupingBy(
                        day -> YearMonth.from(day.date()),
                        Collectors.summingLong(day -> day.figures().netMicros())));
        List<Month> months = new ArrayList<>();
        for (YearMonth month = present; months.isEmpty() || !month.isBefore(earliest); month = month.minusMonths(1)) {
            months.add(new Month(month, spent.getOrDefault(month, 0L)));
        }
        return months;
    }

    /** A page of the ledger. @param newest null on the first page @param older null on the last one */
    public record Movements(
            LedgerPage page,
            @Nullable String newest,
            @Nullable String older) {}

    /** The filter of the ledger. @param month in UTC; null for all */
    public record Filter(
            Wanted wanted, @Nullable YearMonth month, List<FilterChoice> kinds, List<FilterChoice> months) {

        public boolean isAll() {
            return wanted == Wanted.ALL && month == null;
        }
    }

    /** The latest payments. @param periods of plans that they buy, by the ids of the payments */
    public record Latest(
            @Nullable Line line,
            List<Payment> topUps,
            Map<String, BoughtPeriod> periods,
            @Nullable String olderTopUps,
            Instant now) {}

    /** The address of invoices, and its form. */
    public record Invoicing(Party contact, @Nullable Typed typed, boolean mails) {}
}
