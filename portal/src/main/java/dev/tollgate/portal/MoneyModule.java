package dev.tollgate.portal;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotices;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.PlanPurchases;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.payments.Verdict;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.stripe.StripeAccount;
import dev.tollgate.customers.stripe.StripeCheckout;
import dev.tollgate.customers.stripe.StripeGate;
import dev.tollgate.customers.stripe.StripeWebhookHandler;
import dev.tollgate.customers.stripe.WebhookCounts;
import dev.tollgate.http.Route;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.console.money.ConsolePayments;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which customers pay here.
 *
 * @param account null if customers do not pay by Stripe
 * @param checkout null if customers do not pay by Stripe
 * @param testPayments null if customers pay by Stripe
 */
public record MoneyModule(
        Vouchers vouchers,
        Payments payments,
        @Nullable StripeAccount account,
        @Nullable StripeCheckout checkout,
        @Nullable TestPayments testPayments,
        WebhookCounts counts,
        InstantSource clock) {

    static MoneyModule open(PortalGround ground, PortalBooks books, Outbound outbound) {
        MoneyModule money = of(ground, books, outbound);
        StripeCheckout checkout = money.checkout();
        if (checkout != null) {
            ground.open(checkout, StripeCheckout::close);
        }
        return money;
    }

    private static MoneyModule of(PortalGround ground, PortalBooks books, Outbound outbound) {
        InstantSource clock = ground.clock();
        InstallationKind kind = books.kind();
        Settings.Stripe chosen = ground.settings().stripe();
        boolean isTestMoneyGood = chosen != null && chosen.allowsTestKey();
        Payments payments = new Payments(
                books.database(),
                books.writer(),
                () -> seller(ground.current()),
                isTestMoneyGood,
                new PlanPurchases(books.stores().plans(), books.planSweep(), kind::isReal, books.sharedClock()),
                clock);
        String refusal = chosen == null ? null : chosen.refusalBesideRealUpstream();
        if (refusal != null && kind.isReal()) {
            throw new CannotOpen(refusal + " This installation has had a real upstream.");
        }
        StripeAccount account = chosen == null ? null : account(chosen);
        return new MoneyModule(
                vouchers(books, clock, ground.random()),
                payments,
                account,
                account == null ? null : new StripeCheckout(outbound, account, payments),
                account == null ? new TestPayments(payments, () -> !kind.isReal(), clock) : null,
                new WebhookCounts(),
                clock);
    }

    public static Vouchers vouchers(PortalBooks books, InstantSource clock, SecureRandom random) {
        return new Vouchers(books.database(), books.writer(), clock, random, books.secrets());
    }

    private static StripeAccount account(Settings.Stripe chosen) {
        return new StripeAccount(
                chosen.secretKey().value(),
                chosen.webhookSecrets().stream().map(Secret::value).toList(),
                chosen.url().toString(),
                chosen.isLive(),
                chosen.tax());
    }

    private static Party seller(CurrentSettings current) {
        return new Party(
                text(current.find(PageSettings.SELLER_NAME)),
                text(current.find(PageSettings.SELLER_ADDRESS)),
                text(current.find(PageSettings.SELLER_VAT_ID)));
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }

    /** Returns the way in which customers pay now; null if there is none. */
    Payment.@Nullable Channel channel() {
        if (account != null) {
            return account.channel();
        }
        return testPayments != null && testPayments.isOpen() ? Payment.Channel.TEST : null;
    }

    /** Returns the ways in which customers pay here, for the operator. */
    Sentence ways() {
        if (account != null) {
            return account.isLive()
                    ? sentence("Customers pay by Stripe Checkout.")
                    : sentence("Customers pay by Stripe Checkout with a test key: no money moves.");
        }
        return testPayments != null && testPayments.isOpen()
                ? sentence(
                        "Test payments are on: no money moves. They end when Stripe or a real upstream is configured.")
                : sentence(
                        "Customers cannot pay here. Set stripe.secret-key and stripe.webhook-secret, create vouchers, or grant credits.");
    }

    /** Asks Stripe for an event that was refused, and judges it again; a row of the audit log. @return what became of it */
    Sentence askAgain(By by, String eventId, Writer writer) {
        StripeCheckout stripe = checkout;
        if (stripe == null) {
            return sentence("Customers do not pay by Stripe here.");
        }
        try {
            PaymentNotice notice = stripe.event(eventId);
            Verdict taken = notice == null
                    ? Verdict.OF_NO_USE
                    : payments.notices()
                            .take(notice, Objects.requireNonNullElse(by.actor().address(), "here"));
            String outcome = PaymentNotices.outcome(taken);
            writer.commitAndWait(Unit.of(new Deed(
                    by.actor(),
                    PaymentNotices.EVENT.action(),
                    eventId,
                    by.reason(),
                    clock.instant(),
                    () -> new Deed.Changed(null, AccountLog.json("outcome", outcome)))));
            return switch (taken) {
                case OF_NO_USE -> sentence("The event has no information about a payment.");
                case TAKEN -> sentence("The event counts now.");
                case KEPT -> sentence("The event is kept until its payment is known.");
                case REPLAYED ->
                    sentence(
                            "Nothing changed: the event was already processed, or the reason for its rejection still holds.");
                case REFUSED, TOO_EARLY, AGAIN -> sentence("The event is refused again.");
            };
        } catch (StripeCheckout.NoEvent e) {
            return e.sentence();
        }
    }

    /** Returns the counts of Stripe's events since the start, by label; empty without Stripe. */
    Map<Sentence, Long> eventCounts() {
        Map<Sentence, Long> told = new LinkedHashMap<>();
        if (account != null) {
            told.put(sentence("Processed"), counts.of(WebhookCounts.Kind.TAKEN));
            told.put(sentence("Queued"), counts.of(WebhookCounts.Kind.KEPT));
            told.put(sentence("Repeated"), counts.of(WebhookCounts.Kind.REPLAYED));
            told.put(sentence("Refused"), counts.of(WebhookCounts.Kind.REFUSED));
            told.put(sentence("Not relevant"), counts.of(WebhookCounts.Kind.OF_NO_USE));
            told.put(ConsolePayments.NOT_SIGNED, counts.of(WebhookCounts.Kind.NOT_SIGNED));
        }
        return told;
    }

    /** Returns the counts of Stripe's events by their names in the admin API. */
    Map<String, Long> events() {
        Map<String, Long> events = new LinkedHashMap<>();
        for (WebhookCounts.Kind kind : WebhookCounts.Kind.values()) {
            events.put(kind.name().toLowerCase(Locale.ROOT), counts.of(kind));
        }
        return events;
    }

    /** Returns the route to which Stripe reports payments. */
    Route<?> webhook() {
        StripeGate gate = new StripeGate(account, counts, clock);
        return Route.post(StripeWebhookHandler.PATH, gate, new StripeWebhookHandler(payments, counts))
                .withBodyGate(gate);
    }
}
