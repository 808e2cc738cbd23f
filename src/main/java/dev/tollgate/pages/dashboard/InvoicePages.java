package dev.tollgate.pages.dashboard;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.payments.Invoice;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** {@code /dashboard/billing/invoices/{id}}: the paper of a payment, to be printed. In UTC. */
public final class InvoicePages {

    private static final String PATH = BillingPages.PATH + "/invoices/";
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu-MM", Locale.ROOT);

    private final Ledger ledger;
    private final Payments payments;

    public InvoicePages(Ledger ledger, Payments payments) {
        this.ledger = ledger;
        this.payments = payments;
    }

    static String path(Payment payment) {
        return PATH + payment.id();
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH + "{id}", pages.members(), this::show));
    }

    /** One side, line by line; none where nobody is named. */
    public record Side(List<String> lines) {}

    /** What has gone back. @param what a sentence's beginning */
    public record Back(String time, String what, String dollars) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        Invoice invoice = payments.invoice(request.visitor().accountId(), request.param("id"));
        if (invoice == null) {
            throw TopUpPages.nothing();
        }
        Payment payment = invoice.payment();
        Map<String, Object> params = new HashMap<>();
        params.put("title", invoice.title());
        params.put("number", invoice.number());
        params.put("date", Texts.day(invoice.issuedAt(), ZoneOffset.UTC));
        params.put("time", Texts.fullTime(invoice.issuedAt(), ZoneOffset.UTC));
        params.put(
                "seller",
                side(
                        invoice.seller().name(),
                        invoice.seller().address(),
                        invoice.seller().vatId()));
        params.put(
                "buyer",
                side(
                        invoice.buyer().name(),
                        invoice.buyer().address(),
                        invoice.buyer().vatId()));
        params.put("account", payment.accountId());
        params.put("holder", TopUpPages.accountName(ledger, payment.accountId()));
        params.put("credits", Texts.charge(payment.creditMicros()));
        params.put("net", PaymentTexts.dollars(payment.netCents()));
        params.put("tax", PaymentTexts.dollars(payment.taxCents()));
        params.put("gross", PaymentTexts.dollars(payment.grossCents()));
        params.put("test", invoice.isTest());
        params.put("reference", payment.id());
        params.put("back", back(payment));
        params.put("backCredits", Texts.charge(payment.reversedMicros()));
        params.put(
                "statement",
                BillingPages.PATH + "/statements/"
                        + MONTH.format(invoice.issuedAt().atZone(ZoneOffset.UTC)));
        params.put("payment", TopUpPages.path(payment));
        return PageStep.show("dashboard/invoice.jte", params);
    }

    private List<Back> back(Payment payment) {
        Map<List<String>, Long> said = new HashMap<>();
        return payments.told(payment.id()).stream()
                .filter(told -> !told.outcome().equals("refused"))
                // It may be told in any order.
                .sorted(Comparator.comparing(Payments.Told::createdAt).thenComparing(Payments.Told::cents))
                .filter(told -> isNews(said, told))
                .map(told -> new Back(
                        Texts.time(told.createdAt(), ZoneOffset.UTC),
                        word(told.fact()),
                        PaymentTexts.dollars(told.cents())))
                .toList();
    }

    /** The same is told by several events, as that a dispute has begun and that its money is held back; of refunds each tells their sum. */
    private static boolean isNews(Map<List<String>, Long> said, Payments.Told told) {
        String object = told.objectId();
        if (object == null) {
            return false;
        }
        Long before = said.get(List.of(object, told.fact()));
        boolean isNews = before == null || told.cents() > before;
        if (isNews) {
            said.put(List.of(object, told.fact()), told.cents());
        }
        return isNews;
    }

    private static String word(String fact) {
        return switch (fact) {
            case "refunded" -> "Refunded to the card, in all";
            case "disputed" -> "Disputed";
            case "dispute_lost" -> "Dispute lost";
            default -> "Dispute won";
        };
    }

    /** What is written on one line with semicolons stands on several. */
    private static Side side(String name, String address, String vatId) {
        return new Side(Stream.of(
                        List.of(name),
                        Arrays.stream(address.split("[;\\n]"))
                                .map(String::strip)
                                .toList(),
                        vatId.isEmpty() ? List.<String>of() : List.of("VAT id " + vatId))
                .flatMap(List::stream)
                .filter(line -> !line.isEmpty())
                .toList());
    }
}
