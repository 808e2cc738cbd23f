package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.StoredNotice;
import dev.tollgate.customers.stripe.StripeWebhookHandler;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JtepaymentsGenerated;

/**
 * {@code /console/payments}: what customers have paid, and events of the provider that were not processed at once.
 *
 * @param channel how customers pay here, in a sentence
 * @param counts of events at this server, by their outcome; empty without Stripe
 * @param askAgain requests an event by its id and processes it again; returns the outcome in a sentence
 */
public record ConsolePayments(
        Payments payments,
        NamesOfIds names,
        String channel,
        Supplier<Map<String, Long>> counts,
        DeedForms forms,
        BiFunction<By, String, String> askAgain,
        InstantSource clock) {

    static final String PATH = "/console/payments";

    /** The state of Stripe's webhook, and what to paste there and here. @param last null without an event */
    public record Webhook(
            boolean isSet,
            String badge,
            String state,
            @Nullable StoredNotice last,
            String address,
            String events) {}

    private static final int PAGE = 50;
    private static final int ODD = 50;

    /** The label of requests whose signature is wrong. */
    public static final String NOT_SIGNED = "Rejected: bad signature";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), request -> show(request, "")),
                pages.post(PATH, pages.operators(), this::ask));
    }

    private PageStep ask(PageRequest<Visitor.Member> request, Form form) {
        String event = Objects.requireNonNullElse(form.field("event"), "");
        return show(request, askAgain.apply(forms.by(request, form), event));
    }

    /** @param said what became of an event that was asked for; empty for none */
    private PageStep show(PageRequest<Visitor.Member> request, String said) {
        List<Payment> page = payments.page(cursor(request.query("before")), PAGE);
        Map<String, NamesOfIds.Named> accounts =
                names.of(page.stream().map(Payment::accountId).collect(Collectors.toSet()));
        List<StoredNotice> odd = payments.notTaken(ODD);
        Map<String, Long> sums = counts.get();
        Webhook webhook = webhook(request, odd, sums);
        Instant now = clock.instant();
        String older = page.size() < PAGE
                ? null
                : PATH + "?before=" + PaymentCursor.after(page.getLast()).text();
        return PageStep.show((out, shell) -> JtepaymentsGenerated.render(
                out,
                null,
                shell,
                channel,
                new Events(webhook, odd, sums),
                new Listed(page, accounts, now, older),
                said));
    }

    private Webhook webhook(PageRequest<Visitor.Member> request, List<StoredNotice> odd, Map<String, Long> sums) {
        StoredNotice last = Stream.concat(
                        Stream.ofNullable(payments.latest()), odd.stream().limit(1))
                .max(Comparator.comparing(StoredNotice::receivedAt))
                .orElse(null);
        boolean isSet = !sums.isEmpty();
        boolean isWrong = sums.getOrDefault(NOT_SIGNED, 0L) > 0;
        String badge = "";
        String state = "not set up";
        if (isSet && last != null) {
            badge = "ok";
            state = "works";
        } else if (isSet) {
            badge = isWrong ? "bad" : "warn";
            state = isWrong ? "wrong signature" : "no event yet";
        }
        return new Webhook(
                isSet,
                badge,
                state,
                last,
                request.address() + StripeWebhookHandler.PATH,
                String.join("\n", StripeWebhookHandler.EVENTS));
    }

    private static PaymentCursor cursor(@Nullable String text) {
        try {
            return text == null ? PaymentCursor.NEWEST : PaymentCursor.parse(text);
        } catch (IllegalArgumentException e) {
            return PaymentCursor.NEWEST;
        }
    }

    /** Returns the name of the account that pays; its id if it has none. */
    public static String holder(Map<String, NamesOfIds.Named> accounts, Payment payment) {
        NamesOfIds.Named account = accounts.get(payment.accountId());
        return account == null ? payment.accountId() : account.accountName();
    }

    /** Returns whether a payment is a test, and the credits that were reversed; empty for neither. */
    public static String about(Payment payment) {
        return Stream.of(
                        payment.channel().movesMoney() ? "" : "test",
                        payment.reversedMicros() == 0 ? "" : Money.CREDITS.sum(payment.reversedMicros()) + " reversed")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" · "));
    }

    /** Returns why an event was not processed at once, or was refused before; empty if it only came again. */
    public static String why(StoredNotice told) {
        String detail = told.detail();
        if (detail != null) {
            return (told.outcome().equals("taken") ? "refused before: " : "") + detail;
        }
        return told.outcome().equals("kept")
                ? "waits for its payment, or belongs to something else sold at Stripe"
                : "";
    }

    /** A page of payments. */
    public record Listed(
            List<Payment> payments,
            Map<String, NamesOfIds.Named> accounts,
            Instant now,
            @Nullable String older) {}

    /** The events of the payment service. */
    public record Events(@Nullable Webhook webhook, List<StoredNotice> odd, Map<String, Long> counts) {}
}
