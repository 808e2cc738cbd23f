package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.payments.Invoice;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.StoredNotice;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageHtml;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import templates.dashboard.JteinvoiceGenerated;
import templates.dashboard.JteinvoicefileGenerated;

/** {@code /dashboard/billing/invoices/{id}}: the paper of a payment, to be printed. In UTC. */
public record InvoicePages(Ledger ledger, Payments payments) {

    private static final String PATH = BillingPages.PATH + "/invoices/";

    public static String path(Payment payment) {
        return PATH + payment.id();
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.print(PATH + "{id}", pages.members(Right.BALANCE), this::show));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        Invoice invoice = payments.invoice(request.visitor().accountId(), request.param("id"));
        if (invoice == null) {
            throw TopUpPages.nothing();
        }
        String holder = TopUpPages.accountName(ledger, invoice.payment().accountId());
        List<StoredNotice> back = back(payments.notices().of(invoice.payment().id()));
        return PageStep.show((out, shell) -> JteinvoiceGenerated.render(out, null, shell, invoice, holder, back));
    }

    /** Returns an invoice as a file that needs no other. @param holder the name of the account @param notices of its payment */
    public static byte[] file(Invoice invoice, String holder, List<StoredNotice> notices) {
        return PageHtml.file(out -> JteinvoicefileGenerated.render(out, null, invoice, holder, back(notices)));
    }

    /** Returns the notices of a payment that say what money went back. */
    public static List<StoredNotice> back(List<StoredNotice> notices) {
        Map<List<String>, Long> said = new HashMap<>();
        return notices.stream()
                .filter(told -> !told.result().outcome().equals("refused"))
                // Stripe sends events in any order.
                .sorted(Comparator.comparing(StoredNotice::createdAt).thenComparing(StoredNotice::cents))
                .filter(told -> isNews(said, told))
                .toList();
    }

    /**
     * Returns whether an event adds something new. Several events may report one fact: a dispute, for example, is opened and its money is
     * withheld. Each refund event reports the sum of all refunds.
     */
    private static boolean isNews(Map<List<String>, Long> said, StoredNotice told) {
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

    /** Returns the beginning of a sentence that says what has gone back. */
    public static String word(String fact) {
        return switch (fact) {
            case "refunded" -> say("Refunded to the card, in all");
            case "disputed" -> say("Disputed");
            case "dispute_lost" -> say("Dispute lost");
            default -> say("Dispute won");
        };
    }

    /** Returns the lines of a party's name and address, empty if it has no name. Semicolons in an address also start a new line. */
    public static List<String> lines(Party side) {
        Stream<String> address = Arrays.stream(side.address().split("[;\\n]")).map(String::strip);
        String vatId = side.vatId().isEmpty() ? "" : say("VAT id {id}", side.vatId());
        return Stream.of(Stream.of(side.name()), address, Stream.of(vatId))
                .flatMap(lines -> lines)
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
