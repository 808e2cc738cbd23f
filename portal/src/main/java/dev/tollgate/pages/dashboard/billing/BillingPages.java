package dev.tollgate.pages.dashboard.billing;

import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.LedgerPage;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.settings.SettingsPages;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebillingGenerated;

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
        boolean isMailOn,
        InstantSource clock) {

    public static final String PATH = "/dashboard/billing";

    private static final int TOP_UPS = 10;
    private static final int LINES = 50;
    private static final int MONTHS = 12;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(Right.BALANCE), request -> PageStep.show(billing(request, null))),
                pages.post(PATH + "/contact", pages.members(Right.PAY), this::contact));
    }

    /** The typed values of an invalid billing contact. @param error in a sentence */
    public record Typed(String name, String address, String vatId, String error) {}

    private PageStep.Drawing billing(PageRequest<Visitor.Member> request, @Nullable Typed typed) {
        String id = request.visitor().accountId();
        Account account = account(id);
        long sandbox = account.balance().balanceMicros() - ledger.spendableMicros(account);
        LedgerPage page = history.entries(id, cursor(request), LINES);
        List<Payment> topUps = payments.page(id, topUpCursor(request.query("top-ups")), TOP_UPS);
        String olderTopUps = topUps.size() < TOP_UPS
                ? null
                : PATH + "?top-ups=" + PaymentCursor.after(topUps.getLast()).text();
        Party contact = payments.contact(id);
        return (out, shell) -> JtebillingGenerated.render(
                out,
                null,
                shell,
                account.balance(),
                sandbox,
                page,
                months(account),
                topUps,
                clock.instant(),
                contact,
                typed,
                isMailOn,
                olderTopUps,
                request.query("before") == null,
                done(request));
    }

    private static PaymentCursor topUpCursor(@Nullable String text) {
        try {
            return text == null ? PaymentCursor.NEWEST : PaymentCursor.parse(text);
        } catch (IllegalArgumentException e) {
            return PaymentCursor.NEWEST;
        }
    }

    private PageStep contact(PageRequest<Visitor.Member> request, Form form) {
        try {
            Party contact = new Party(form.text("name"), form.text("address"), form.text("vat-id"));
            SettingsPages.count(people, request.visitor().person());
            payments.setContact(PageRequest.acting(request), contact);
            return PageStep.to(PATH + "?contact=saved");
        } catch (IllegalArgumentException e) {
            return PageStep.again(billing(
                    request,
                    new Typed(
                            form.text("name"),
                            form.text("address"),
                            form.text("vat-id"),
                            String.valueOf(e.getMessage()))));
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
            return "Saved. Future invoices will use it.";
        }
        String arrived = request.query("arrived");
        return arrived != null && arrived.matches("[0-9]{1,15}")
                ? Money.CREDITS.sum(Long.parseLong(arrived)) + " credits have arrived."
                : null;
    }

    private Account account(String id) {
        return ledger.account(id).orElseThrow(() -> new IllegalStateException("a person without an account"));
    }

    /** Returns the months from the current one back to the month in which the account was created. */
    private List<YearMonth> months(Account account) {
        YearMonth present = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
        YearMonth first = YearMonth.from(account.createdAt().atZone(ZoneOffset.UTC));
        List<YearMonth> months = new ArrayList<>();
        for (YearMonth month = present;
                months.isEmpty() || (months.size() < MONTHS && !month.isBefore(first));
                month = month.minusMonths(1)) {
            months.add(month);
        }
        return months;
    }
}
