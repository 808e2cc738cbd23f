package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.months.Months;
import dev.tollgate.customers.payments.Blame;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Invoice;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.PaymentFilter;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.StoredNotice;
import dev.tollgate.customers.stripe.StripeWebhookHandler;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.money.PaymentRoutes;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.dashboard.billing.InvoicePages;
import dev.tollgate.pages.dashboard.billing.PaymentTexts;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JteinvoiceGenerated;
import templates.console.JtepaymentsGenerated;

/**
 * {@code /console/payments}: what customers have paid, by month, state and a text, also as a file; the invoice of each payment; and events of the
 * provider that were not processed at once.
 *
 * @param channel how customers pay here
 * @param counts of events at this server, by their outcome; empty without Stripe
 */
public record ConsolePayments(
        Payments payments,
        NamesOfIds names,
        AccountList accounts,
        Months months,
        Sentence channel,
        Supplier<Map<Sentence, Long>> counts,
        DeedForms forms,
        PaymentRoutes.Events events,
        InstantSource clock) {

    /** The state of Stripe's webhook, and what to paste there and here. @param isWrong whether signatures are wrong @param last null without an event */
    public record Webhook(
            boolean isSet,
            boolean isWrong,
            String badge,
            String state,
            @Nullable StoredNotice last,
            String address,
            String events) {

        /** Returns whether events have come. */
        public boolean works() {
            return isSet && last != null;
        }
    }

    private static final int PAGE = 50;
    private static final int ODD = 50;
    private static final int TYPED_CHARS_MAX = 200;

    /** Customers whose name begins with the text. */
    private static final int ACCOUNTS_MAX = 20;

    private record Line(
            Payment payment, String customer, @Nullable Invoice invoice, PaymentTexts texts) {}

    private static final CsvColumns<Line> FILE = new CsvColumns<Line>()
            .value("Begun (UTC)", it -> it.payment.createdAt())
            .value("Customer", it -> it.payment.accountId())
            .text("Name", Line::customer)
            .value("State", it -> it.texts.state())
            .value("Invoice", it -> it.invoice == null ? null : it.invoice.number())
            .value(
                    "Invoice day (UTC)",
                    it -> it.invoice == null
                            ? null
                            : it.invoice.issuedAt().atZone(ZoneOffset.UTC).toLocalDate())
            .text("VAT id", it -> it.invoice == null ? null : it.invoice.buyer().vatId())
            .value("Net (US dollars)", it -> BigDecimal.valueOf(it.payment.netCents(), 2))
            .value("Tax (US dollars)", it -> BigDecimal.valueOf(it.payment.taxCents(), 2))
            .value("Gross (US dollars)", it -> BigDecimal.valueOf(it.payment.grossCents(), 2))
            .credits("Credits", it -> it.payment.creditMicros())
            .credits("Credits taken back", it -> it.payment.reversedMicros())
            .value("Paid by", it -> it.payment.channel().code())
            .value("Ended (UTC)", it -> it.payment.endedAt())
            .value("Id", it -> it.payment.id())
            .value("Session", it -> it.payment.sessionId())
            .value("Payment at the provider", it -> it.payment.intentId());

    /** The label of requests whose signature is wrong. */
    public static final Sentence NOT_SIGNED = sentence("Rejected: bad signature");

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.PAYMENTS, pages.operators(), request -> show(request, "")),
                pages.file(ConsolePaths.PAYMENTS + ".csv", pages.operators(), this::file),
                pages.print(ConsolePaths.PAYMENTS + "/{id}/invoice", pages.operators(), this::paper),
                pages.post(ConsolePaths.PAYMENTS, pages.operators(), this::ask));
    }

    private PageStep ask(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(events, List.of(PaymentRoutes.PROCESS_AGAIN))
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> show(request, String.valueOf(refused.error())),
                        done -> show(request, ((Sentence) done.value()).said()));
    }

    /** @param said what became of an event that was asked for; empty for none */
    private PageStep show(PageRequest<Visitor.Member> request, String said) {
        Wanted wanted = Wanted.of(request);
        PaymentCursor from = cursor(request.query("before"));
        List<Payment> page = payments.page(filter(wanted), from, PAGE);
        List<StoredNotice> odd = payments.notices().notTaken(ODD);
        Map<Sentence, Long> sums = counts.get();
        Webhook webhook = webhook(request, odd, sums);
        Instant now = clock.instant();
        PageLink here = wanted.link(ConsolePaths.PAYMENTS);
        String older = page.size() < PAGE
                ? null
                : here.with("before", PaymentCursor.after(page.getLast()).text())
                        .text();
        String newest = from.equals(PaymentCursor.NEWEST) ? null : here.text();
        return PageStep.show((out, shell) -> JtepaymentsGenerated.render(
                out,
                null,
                shell,
                channel.said(),
                new Events(webhook, odd, sums),
                new Listed(
                        page,
                        holders(page),
                        payments.invoices(page),
                        payments.periods().of(page),
                        now,
                        wanted,
                        newest,
                        older),
                said));
    }

    /** The filters from the URL, as typed; empty texts for no filter. Months are UTC's. */
    public record Wanted(String month, String state, String text) {

        private static Wanted of(PageRequest<?> request) {
            return new Wanted(typed(request, "month"), typed(request, "state"), typed(request, "text"));
        }

        private static String typed(PageRequest<?> request, String name) {
            String text = request.query(name);
            return text == null || text.length() > TYPED_CHARS_MAX ? "" : text.strip();
        }

        public boolean isAll() {
            return month.isEmpty() && state.isEmpty() && text.isEmpty();
        }

        /** Returns a link with the filters. */
        public PageLink link(String path) {
            return PageLink.to(path).with("month", month).with("state", state).with("text", text);
        }
    }

    /** @throws dev.tollgate.base.error.ApiException 400 if the month is none, or has not begun */
    private PaymentFilter filter(Wanted wanted) {
        YearMonth month = wanted.month.isEmpty() ? null : months.parse(wanted.month);
        return new PaymentFilter(
                month == null ? null : start(month),
                month == null ? null : start(month.plusMonths(1)),
                Stream.of(PaymentFilter.State.values())
                        .filter(it -> word(it).equals(wanted.state))
                        .findFirst()
                        .orElse(null),
                wanted.text.isEmpty() ? null : wanted.text,
                accounts.find(wanted.text, ACCOUNTS_MAX).stream()
                        .map(AccountList.Row::id)
                        .collect(Collectors.toSet()));
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Returns a state of the filter. */
    public static String words(PaymentFilter.State state) {
        return switch (state) {
            case PAID -> say("paid");
            case REVERSED -> say("reversed");
            case DISPUTED -> say("disputed");
            case PENDING -> say("pending");
            case OPEN -> say("payment::open");
            case FAILED -> say("failed");
        };
    }

    /** Returns a state in the URL. */
    public static String word(PaymentFilter.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        Wanted wanted = Wanted.of(request);
        PaymentFilter filter = filter(wanted);
        Instant now = clock.instant();
        String name = wanted.month.isEmpty() ? "payments.csv" : "payments-" + wanted.month + ".csv";
        return PageFile.csv(
                name,
                pieces -> FILE.<PaymentCursor>write(pieces, (from, rows) -> {
                    List<Payment> page = payments.page(
                            filter, Objects.requireNonNullElse(from, PaymentCursor.NEWEST), Payments.PAGE_MAX);
                    Map<String, String> holders = holders(page);
                    Map<String, Invoice> invoices = payments.invoices(page);
                    page.forEach(it -> rows.add(new Line(
                            it,
                            holders.getOrDefault(it.accountId(), it.accountId()),
                            invoices.get(it.id()),
                            new PaymentTexts(it, now))));
                    return page.size() < Payments.PAGE_MAX ? null : PaymentCursor.after(page.getLast());
                }));
    }

    /** Returns the path of a payment's invoice. */
    static String invoice(String paymentId) {
        return ConsolePaths.PAYMENTS + "/" + paymentId + "/invoice";
    }

    /** Returns the path of a payment's invoice; null if it has none. */
    public static @Nullable String invoice(Listed listed, Payment payment) {
        return listed.invoices.containsKey(payment.id()) ? invoice(payment.id()) : null;
    }

    private PageStep paper(PageRequest<Visitor.Member> request) {
        Payment payment = payments.find(request.param("id"));
        Invoice invoice = payment == null ? null : payments.invoice(payment.accountId(), payment.id());
        if (payment == null || invoice == null) {
            throw ConsolePaths.notFound(sentence("There is no such invoice."));
        }
        String holder = holders(List.of(payment)).getOrDefault(payment.accountId(), payment.accountId());
        List<StoredNotice> back = InvoicePages.back(payments.notices().of(payment.id()));
        return PageStep.show((out, shell) -> JteinvoiceGenerated.render(out, null, shell, invoice, holder, back));
    }

    /** Returns the id by which Stripe finds a payment: the payment intent's, else the checkout session's. */
    public static String stripeId(Payment payment) {
        String session = payment.sessionId() == null ? Cell.NOTHING : payment.sessionId();
        return payment.intentId() == null ? session : payment.intentId();
    }

    /** Returns the names of the accounts that pay, by id; deleted accounts are missing. */
    private Map<String, String> holders(List<Payment> page) {
        Map<String, String> holders = new HashMap<>();
        names.of(page.stream().map(Payment::accountId).collect(Collectors.toSet()))
                .forEach((id, named) -> {
                    if (!named.isDeleted()) {
                        holders.put(id, named.accountName());
                    }
                });
        return holders;
    }

    private Webhook webhook(PageRequest<Visitor.Member> request, List<StoredNotice> odd, Map<Sentence, Long> sums) {
        StoredNotice last = Stream.concat(
                        Stream.ofNullable(payments.notices().latest()),
                        odd.stream().limit(1))
                .max(Comparator.comparing(notice -> notice.result().at()))
                .orElse(null);
        boolean isSet = !sums.isEmpty();
        boolean isWrong = last == null && sums.getOrDefault(NOT_SIGNED, 0L) > 0;
        String badge = "";
        String state = say("not set up");
        if (isSet && last != null) {
            badge = "ok";
            state = say("works");
        } else if (isSet) {
            badge = isWrong ? "bad" : "warn";
            state = isWrong ? say("wrong signature") : say("no event yet");
        }
        return new Webhook(
                isSet,
                isWrong,
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

    /** Returns whether a payment is a test, and the credits that were reversed; empty for neither. */
    public static String about(Payment payment) {
        return Stream.of(
                        payment.channel().movesMoney() ? "" : say("test"),
                        payment.reversedMicros() == 0
                                ? ""
                                : say("{credits} reversed", Money.CREDITS.sum(payment.reversedMicros())))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" · "));
    }

    /** Returns why an event was not processed at once, or was refused before; empty if it only came again. */
    private static String why(StoredNotice told) {
        String detail = told.result().detail();
        if (detail != null) {
            Sentence why = Blame.words(detail);
            return told.result().outcome().equals("taken") ? say("refused before: {detail}", why) : why.said();
        }
        return told.result().outcome().equals("kept")
                ? say("waits for its payment, or belongs to something else sold at Stripe")
                : "";
    }

    /** Returns why an event was not processed at once, and how often it came again. */
    public static String about(StoredNotice told) {
        String why = why(told);
        long replays = told.result().replays();
        return replays == 0 ? why : say("{why} repeats: {count}", why, replays);
    }

    /** Returns what became of an event, in a word. */
    public static String outcome(StoredNotice told) {
        return switch (told.result().outcome()) {
            case "taken" -> say("taken");
            case "kept" -> say("kept");
            case "refused" -> say("refused");
            default -> told.result().outcome();
        };
    }

    /** A page of payments. @param periods of plans that they buy, by the ids of the payments */
    public record Listed(
            List<Payment> payments,
            Map<String, String> holders,
            Map<String, Invoice> invoices,
            Map<String, BoughtPeriod> periods,
            Instant now,
            Wanted wanted,
            @Nullable String newest,
            @Nullable String older) {}

    /** The events of the payment service. */
    public record Events(@Nullable Webhook webhook, List<StoredNotice> odd, Map<Sentence, Long> counts) {}
}
