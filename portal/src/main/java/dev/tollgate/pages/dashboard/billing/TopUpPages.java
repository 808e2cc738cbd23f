package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.stripe.StripeCheckout;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.live.Live;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HexFormat;
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
    private static final int ID_BYTES = 16;
    private static final int TRIES_A_MINUTE = 10;

    private final Ledger ledger;
    private final Payments payments;
    private final Vouchers vouchers;
    private final @Nullable StripeCheckout stripe;
    private final @Nullable TestPayments maybeTests;
    private final InstantSource clock;
    private final SecureRandom random;
    private final RequestRates tries = new RequestRates();

    /** @param stripe null if customers do not pay by Stripe @param testPayments null if Stripe is set up */
    public TopUpPages(
            Ledger ledger,
            Payments payments,
            Vouchers vouchers,
            @Nullable StripeCheckout stripe,
            @Nullable TestPayments testPayments,
            InstantSource clock,
            SecureRandom random) {
        this.ledger = ledger;
        this.payments = payments;
        this.vouchers = vouchers;
        this.stripe = stripe;
        this.maybeTests = testPayments;
        this.clock = clock;
        this.random = random;
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

    private PageStep refused(PageRequest<Visitor.Member> request, String error, Form form) {
        return refused(request, "form", error, form);
    }

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
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String buyer = buyer(
                request.visitor().accountId(),
                payments.contact(request.visitor().accountId()));
        boolean isTest = testPayments() != null;
        return new PageStep.Show(
                status,
                (out, shell) -> JtetopupGenerated.render(
                        out,
                        null,
                        shell,
                        new Ways(stripe != null || isTest, isTest),
                        new TopUp(
                                HexFormat.of().formatHex(id),
                                typed.getOrDefault("own", ""),
                                typed.getOrDefault("code", ""),
                                errors),
                        buyer));
    }

    private PageStep begin(PageRequest<Visitor.Member> request, Form form) {
        if (stripe == null && testPayments() == null) {
            return refused(request, say("Online payment is not available. Ask the operator to add credits."), form);
        }
        String own = form.text("own").strip();
        String chosen = own.isEmpty() ? form.text("dollars") : own;
        if (!chosen.matches("[0-9]{1,6}")
                || Long.parseLong(chosen) < 1
                || Long.parseLong(chosen) > Payment.DOLLARS_MAX) {
            return refused(request, "own", say("An amount is 1 to {most} whole dollars.", Payment.DOLLARS_MAX), form);
        }
        String id = form.text("id");
        if (!id.matches("[0-9a-f]{32}")) {
            return refused(request, Payments.OPEN_AGAIN.said(), form);
        }
        String account = request.visitor().accountId();
        RequestRates.Rate rate = tries.take(account, TRIES_A_MINUTE);
        if (!rate.allowed()) {
            return refused(request, Display.later(say("Too many tries."), rate.retryAfter()), form);
        }
        Payment.Channel channel = stripe == null ? Payment.Channel.TEST : stripe.channel();
        Outcome<Payment> begun =
                payments.begin(PageRequest.acting(request), channel, "pay_" + id, Long.parseLong(chosen));
        return switch (begun) {
            case Outcome.Done<Payment>(Payment payment) -> {
                open(request, payment);
                yield PageStep.to(path(payment));
            }
            case Outcome.Refused<Payment>(ApiError why) -> refused(request, why, form);
        };
    }

    private void open(PageRequest<Visitor.Member> request, Payment payment) {
        if (stripe != null && payment.channel() == stripe.channel() && payment.state() == Payment.State.OPEN) {
            stripe.open(payment, request.address() + path(payment));
        }
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
        PaymentTexts.StateTexts said = texts.stateTexts(
                isBack, request.visitor().person().preferences().zone());
        boolean isToBePaid = texts.isWaiting() && payment.state() == Payment.State.OPEN && canPay(payment);
        return PageStep.show((out, shell) -> JtepaymentGenerated.render(
                out, null, shell, payment, new Progress(isBack, said, isToBePaid, texts.isWaiting())));
    }

    private boolean canPay(Payment payment) {
        boolean isThere = payment.channel().isStripes()
                ? stripe != null && payment.channel() == stripe.channel()
                : testPayments() != null;
        return payment.url() != null && isThere;
    }

    /** What becomes of a payment while its page stands. */
    private Map<String, String> live(String accountId, String id, ZoneId zone) {
        Payment payment = payments.find(accountId, id);
        if (payment == null) {
            return Map.of();
        }
        PaymentTexts.StateTexts said = new PaymentTexts(payment, clock.instant()).stateTexts(true, zone);
        return Map.of(
                "payment", said.waiting(),
                "payment-arrived", said.arrived(),
                "payment-failed", said.failed(),
                "payment-over", said.arrived() + said.failed());
    }

    /** Asks for the page on which it is paid once more. */
    private PageStep again(PageRequest<Visitor.Member> request, Form form) {
        Payment payment = own(request);
        if (new PaymentTexts(payment, clock.instant()).isWaiting()
                && tries.take(payment.accountId(), TRIES_A_MINUTE).allowed()) {
            open(request, payment);
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

    /** Null if they are not open now. */
    private @Nullable TestPayments testPayments() {
        return maybeTests != null && maybeTests.isOpen() ? maybeTests : null;
    }

    private Payment ofTest(PageRequest<Visitor.Member> request) {
        Payment payment = own(request);
        if (testPayments() == null || payment.channel() != Payment.Channel.TEST) {
            throw nothing();
        }
        return payment;
    }

    private PageStep testPage(PageRequest<Visitor.Member> request) {
        if (testPayments() == null) {
            throw nothing();
        }
        Payment payment = ofTest(request);
        return PageStep.show((out, shell) -> JtepaytestGenerated.render(out, null, shell, payment));
    }

    private PageStep testEnd(PageRequest<Visitor.Member> request, Form form) {
        Payment payment = ofTest(request);
        TestPayments test = testPayments();
        if (test != null && payment.state() == Payment.State.OPEN) {
            test.end(payment, "paid".equals(form.text("end")));
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

    /** The progress of a payment. */
    public record Progress(boolean back, PaymentTexts.@Nullable StateTexts said, boolean toBePaid, boolean waiting) {}

    /** The ways to pay. */
    public record Ways(boolean open, boolean test) {}

    /** The typed values, with sentences about wrong ones by field. */
    public record TopUp(String id, String own, String code, Map<String, String> errors) {}
}
