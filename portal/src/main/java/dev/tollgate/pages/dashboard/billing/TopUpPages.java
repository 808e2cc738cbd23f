package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.live.Live;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtepaymentGenerated;
import templates.dashboard.JtepaytestGenerated;
import templates.dashboard.JtetopupGenerated;

/**
 * {@code /dashboard/billing/top-up}: credits for money or for a voucher's code. A payment is stored first and has a page that shows its state. A
 * link leads from there to the payment page, because a form must not lead to another site.
 */
public final class TopUpPages {

    static final String TOP_UP = BillingPages.PATH + "/top-up";

    private static final String LIVE = "payment";
    private static final String TEST = "/pay/test/{id}";

    private final Ledger ledger;
    private final Payments payments;
    private final Vouchers vouchers;
    private final PaymentStart start;
    private final InstantSource clock;

    public TopUpPages(Ledger ledger, Payments payments, Vouchers vouchers, PaymentStart start, InstantSource clock) {
        this.ledger = ledger;
        this.payments = payments;
        this.vouchers = vouchers;
        this.start = start;
        this.clock = clock;
    }

    public static String path(Payment payment) {
        return TOP_UP + "/" + payment.id();
    }

    /** @param live is notified of changes of payments whose pages are open */
    public List<Route<?>> routes(Pages pages, Live live) {
        live.add(LIVE, this::live);
        return List.of(
                pages.get(TOP_UP, pages.members(Right.PAY), request -> offer(request, 200, Map.of(), Map.of())),
                pages.post(TOP_UP, pages.members(Right.PAY), this::begin),
                pages.get(TOP_UP + "/{id}", pages.members(Right.BALANCE), this::show),
                pages.post(TOP_UP + "/{id}", pages.members(Right.PAY), this::again),
                pages.get(TEST, pages.members(Right.PAY), this::testPage),
                pages.post(TEST, pages.members(Right.PAY), this::testEnd),
                pages.post(BillingPages.PATH + "/voucher", pages.members(Right.PAY), this::redeem));
    }

    // ---- how much ----

    private PageStep refused(PageRequest<Visitor.Member> request, ApiError why, Form form) {
        return refused(
                request,
                Objects.requireNonNullElse(why.param(), "form"),
                why.forPeople().said(),
                form);
    }

    /** @param field whose fault it is */
    private PageStep refused(PageRequest<Visitor.Member> request, String field, String error, Form form) {
        return offer(request, 422, Map.of(field, error), form.fields());
    }

    /**
     * @param errors by field; {@code form} for errors of the whole form
     * @param typed earlier input, so that the person can correct it
     */
    private PageStep offer(
            PageRequest<Visitor.Member> request, int status, Map<String, String> errors, Map<String, String> typed) {
        String buyer = buyer(
                request.visitor().accountId(),
                payments.contact(request.visitor().accountId()));
        return new PageStep.Show(
                status,
                (out, shell) -> JtetopupGenerated.render(
                        out,
                        null,
                        shell,
                        new Ways(start.isOpen(), start.tests() != null),
                        new TopUp(start.next(), typed.getOrDefault("own", ""), typed.getOrDefault("code", ""), errors),
                        buyer));
    }

    private PageStep begin(PageRequest<Visitor.Member> request, Form form) {
        String own = form.text("own").strip();
        String chosen = own.isEmpty() ? form.text("dollars") : own;
        if (!chosen.matches("[0-9]{1,6}")
                || Long.parseLong(chosen) < 1
                || Long.parseLong(chosen) > Payment.DOLLARS_MAX) {
            return refused(request, "own", say("An amount is 1 to {most} whole dollars.", Payment.DOLLARS_MAX), form);
        }
        long dollars = Long.parseLong(chosen);
        Outcome<Payment> begun = start.begin(request, form, (channel, its) -> {
            String id = its.credits(channel, dollars);
            return payments.begin(PageRequest.acting(request), channel, id, dollars);
        });
        return switch (begun) {
            case Outcome.Done<Payment>(Payment payment) -> PageStep.to(path(payment));
            case Outcome.Refused<Payment>(ApiError why) -> refused(request, why, form);
        };
    }

    /** The name that an invoice is made out to: the billing contact's, else the account's. */
    private String buyer(String account, Party contact) {
        return contact.isNamed() ? contact.name() : accountName(ledger, account);
    }

    static String accountName(Ledger ledger, String account) {
        return ledger.account(account)
                .map(Account::name)
                .filter(name -> !name.isBlank())
                .orElse(account);
    }

    // ---- one payment ----

    private PageStep show(PageRequest<Visitor.Member> request) {
        Payment payment = own(request);
        PaymentTexts texts = new PaymentTexts(payment, clock.instant());
        boolean isBack = request.query("back") != null;
        BoughtPeriod period = payments.periods().of(payment);
        PaymentTexts.StateTexts said = texts.stateTexts(
                isBack, period, request.visitor().person().preferences().zone());
        boolean isToBePaid = texts.isWaiting() && payment.state() == Payment.State.OPEN && start.canPay(payment);
        boolean isTest = payment.channel() == Payment.Channel.TEST
                && payment.isPaid()
                && payment.reversedMicros() == 0
                && start.canPay(payment);
        return PageStep.show((out, shell) -> JtepaymentGenerated.render(
                out, null, shell, payment, period, new Progress(isBack, said, isToBePaid, texts.isWaiting(), isTest)));
    }

    /** What becomes of a payment while its page stands. */
    private Map<String, String> live(String accountId, String id, ZoneId zone) {
        Payment payment = payments.find(accountId, id);
        if (payment == null) {
            return Map.of();
        }
        BoughtPeriod period = payments.periods().of(payment);
        PaymentTexts.StateTexts said = new PaymentTexts(payment, clock.instant()).stateTexts(true, period, zone);
        return Map.of(
                "payment", said.waiting(),
                "payment-arrived", said.arrived(),
                "payment-failed", said.failed(),
                "payment-over", said.arrived() + said.failed());
    }

    /** Asks for the page on which it is paid once more. */
    private PageStep again(PageRequest<Visitor.Member> request, Form form) {
        Payment payment = own(request);
        if (new PaymentTexts(payment, clock.instant()).isWaiting()) {
            start.open(request, payment);
        }
        return PageStep.to(path(payment));
    }

    private Payment own(PageRequest<Visitor.Member> request) {
        Payment payment = payments.find(request.visitor().accountId(), request.param("id"));
        if (payment == null) {
            throw nothing();
        }
        return payment;
    }

    static ApiException nothing() {
        return ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such payment in this account."))
                .withStatus(404)
                .asException();
    }

    // ---- the test channel ----

    private Payment ofTest(PageRequest<Visitor.Member> request) {
        Payment payment = own(request);
        if (start.tests() == null || payment.channel() != Payment.Channel.TEST) {
            throw nothing();
        }
        return payment;
    }

    private PageStep testPage(PageRequest<Visitor.Member> request) {
        if (start.tests() == null) {
            throw nothing();
        }
        Payment payment = ofTest(request);
        BoughtPeriod period = payments.periods().of(payment);
        return PageStep.show((out, shell) -> JtepaytestGenerated.render(out, null, shell, payment, period));
    }

    private PageStep testEnd(PageRequest<Visitor.Member> request, Form form) {
        Payment payment = ofTest(request);
        TestPayments test = start.tests();
        String end = form.text("end");
        if (test != null && payment.state() == Payment.State.OPEN) {
            test.end(payment, "paid".equals(end));
        } else if (test != null && payment.isPaid() && "refunded".equals(end)) {
            test.refund(payment);
        }
        return PageStep.to(path(payment));
    }

    // ---- vouchers ----

    private PageStep redeem(PageRequest<Visitor.Member> request, Form form) {
        Outcome<Long> done =
                vouchers.redeem(PageRequest.acting(request), request.visit().network(), form.text("code"));
        return switch (done) {
            case Outcome.Done<Long>(Long micros) -> PageStep.to(BillingPages.PATH + "?arrived=" + micros);
            case Outcome.Refused<Long>(ApiError why) -> refused(request, why, form);
        };
    }

    /** The progress of a payment. @param test whether it is paid without money, and can be refunded on the page that replaces the payment page */
    public record Progress(
            boolean back, PaymentTexts.@Nullable StateTexts said, boolean toBePaid, boolean waiting, boolean test) {}

    /** The ways to pay. */
    public record Ways(boolean open, boolean test) {}

    /** The typed values, with sentences about wrong ones by field. */
    public record TopUp(String id, String own, String code, Map<String, String> errors) {}
}
