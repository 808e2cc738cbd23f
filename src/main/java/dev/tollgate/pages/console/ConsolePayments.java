package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.dashboard.PaymentTexts;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /console/payments}: what customers have paid, and what the far side has told that was not taken at once. */
public final class ConsolePayments {

    static final String PATH = "/console/payments";

    private static final int PAGE = 50;
    private static final int ODD = 50;

    private final Payments payments;
    private final NamesOfIds names;
    private final String channel;
    private final Supplier<Map<String, Long>> counts;
    private final DeedForms forms;
    private final BiFunction<By, String, String> askAgain;
    private final InstantSource clock;

    /**
     * @param channel how customers pay here, in a sentence
     * @param counts of this node, by what became of what was told
     * @param askAgain asks for an event by its id and judges it again; returns a sentence of what became of it
     */
    public ConsolePayments(
            Payments payments,
            NamesOfIds names,
            String channel,
            Supplier<Map<String, Long>> counts,
            DeedForms forms,
            BiFunction<By, String, String> askAgain,
            InstantSource clock) {
        this.forms = forms;
        this.askAgain = askAgain;
        this.payments = payments;
        this.names = names;
        this.channel = channel;
        this.counts = counts;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), request -> show(request, "")),
                pages.post(PATH, pages.operators(), this::ask));
    }

    private PageStep ask(PageRequest<Visitor.Member> request, Form form) {
        String event = Objects.requireNonNullElse(form.field("event"), "");
        return show(request, askAgain.apply(forms.by(request, form), event));
    }

    /** A payment, written out. @param about whether it is a test, and the credits that were reversed; empty for neither */
    public record Line(
            String time,
            String fullTime,
            String accountId,
            String account,
            String dollars,
            String credits,
            String state,
            String badge,
            String about,
            String id,
            String session,
            String intent) {}

    /** Something told that was refused, waits or came again. @param replays empty where it came once */
    public record Odd(
            String time,
            String event,
            String type,
            String outcome,
            String badge,
            String why,
            String replays,
            boolean isRefused) {}

    /** @param said what became of an event that was asked for; empty for none */
    private PageStep show(PageRequest<Visitor.Member> request, String said) {
        ZoneId zone = request.visitor().person().preferences().zone();
        List<Payment> page = payments.page(cursor(request.query("before")), PAGE);
        Map<String, Object> params = new HashMap<>();
        params.put("channel", channel);
        params.put("zone", zone.getId());
        Map<String, NamesOfIds.Named> accounts =
                names.of(page.stream().map(Payment::accountId).collect(Collectors.toSet()));
        params.put(
                "lines",
                page.stream().map(payment -> line(payment, accounts, zone)).toList());
        params.put(
                "odd",
                payments.notTaken(ODD).stream().map(told -> odd(told, zone)).toList());
        params.put("said", said);
        params.put("counts", counts.get());
        if (page.size() == PAGE) {
            params.put(
                    "older",
                    PATH + "?before=" + Payments.Cursor.after(page.getLast()).text());
        }
        return PageStep.show("console/payments.jte", params);
    }

    private static Payments.Cursor cursor(@Nullable String text) {
        try {
            return text == null ? Payments.Cursor.NEWEST : Payments.Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            return Payments.Cursor.NEWEST;
        }
    }

    private Line line(Payment payment, Map<String, NamesOfIds.Named> accounts, ZoneId zone) {
        NamesOfIds.Named account = accounts.get(payment.accountId());
        PaymentTexts texts = new PaymentTexts(payment, clock.instant());
        return new Line(
                Texts.time(payment.createdAt(), zone),
                Texts.fullTime(payment.createdAt(), zone),
                payment.accountId(),
                account == null ? payment.accountId() : account.accountName(),
                PaymentTexts.dollars(payment.isPaid() ? payment.grossCents() : payment.netCents()),
                Texts.charge(payment.creditMicros()),
                texts.state(),
                texts.badge(),
                about(payment),
                payment.id(),
                Objects.requireNonNullElse(payment.sessionId(), "–"),
                Objects.requireNonNullElse(payment.intentId(), "–"));
    }

    private static String about(Payment payment) {
        return Stream.of(
                        payment.channel().movesMoney() ? "" : "test",
                        payment.reversedMicros() == 0 ? "" : Texts.sum(payment.reversedMicros()) + " reversed")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" · "));
    }

    private static Odd odd(Payments.Told told, ZoneId zone) {
        String detail = told.detail();
        String kept = "waits until its payment is known, or is of something else that is sold at Stripe";
        return new Odd(
                Texts.time(told.receivedAt(), zone),
                told.id(),
                told.type(),
                told.outcome(),
                told.outcome().equals("refused") ? "bad" : told.outcome().equals("kept") ? "warn" : "ok",
                detail != null
                        ? (told.outcome().equals("taken") ? "was refused before: " : "") + detail
                        : told.outcome().equals("kept") ? kept : "",
                told.replays() == 0 ? "" : "came again: " + Texts.number(told.replays()),
                told.outcome().equals("refused"));
    }
}
