package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Media;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.StripeStandIn;
import dev.tollgate.testing.Today;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of payments, as people see them. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class PaymentLooksTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String TOP_UP = "/dashboard/billing/top-up";

    /** Browsers leave backgrounds out: light ink would be light on white. */
    private static final String INK = """
            theme => { document.documentElement.dataset.theme = theme; return getComputedStyle(document.querySelector('main')).color; }""";

    private static StripeStandIn stripe;
    private static Gateway gateway;
    private static Browser member;
    private static Browser operator;
    private static String open;
    private static String paid;
    private static final Deque<String> waiting = new ArrayDeque<>();
    private static final Deque<StripeStandIn.Session> sessions = new ArrayDeque<>();

    @BeforeAll
    static void start() {
        stripe = new StripeStandIn();
        gateway = Gateway.start(
                Map.of(
                        "TOLLGATE_STRIPE_SECRET_KEY",
                        StripeStandIn.KEY,
                        "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                        StripeStandIn.SECRET,
                        "TOLLGATE_OPERATOR_PASSWORD",
                        PASSWORD),
                "stripe.url",
                stripe.url(),
                "seller.name",
                "Tollgate Test Trading Ltd",
                "seller.address",
                "1 Long Road; 12345 Town; Germany",
                "seller.vat-id",
                "DE 123456789");
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
        member.submit(
                "/dashboard/billing",
                "/dashboard/billing/contact",
                Map.of("name", "Ann Example", "address", "2 Short Street\n54321 Village", "vat-id", "FR 42"));
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        open = begin(member, "0".repeat(32));
        for (String id : List.of("2", "3", "4", "5", "6", "7")) { // one for each window
            waiting.add(begin(member, id.repeat(32)));
            sessions.add(stripe.last());
        }
        paid = begin(member, "1".repeat(32));
        StripeStandIn.tell(
                gateway,
                StripeStandIn.session("evt_1", "checkout.session.completed", stripe.last(), "paid", 2_500, 475));
        StripeStandIn.tell(gateway, StripeStandIn.refunded("evt_2", stripe.last(), 1_000));
        StripeStandIn.tell(gateway, StripeStandIn.refunded("evt_2", stripe.last(), 1_000));
        StripeStandIn.tell(
                gateway,
                StripeStandIn.paid("evt_3", new StripeStandIn.Session("cs_x", "pi_x", "pay_x", 100, Map.of())));
    }

    private static String begin(Browser member, String id) {
        return member.submit(TOP_UP, TOP_UP, Map.of("id", id, "dollars", "25")).location();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        stripe.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void what_payers_and_operators_see_is_accessible_light_and_does_not_move(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(member.cookies())) {
            look(visit, open, "payment-open");
            assertFollows(visit);
            look(visit, paid, "payment-paid");
            look(visit, paid.replace("top-up", "invoices"), "payment-invoice");
            look(visit, "/dashboard/billing", "payment-billing");
            visit.page().navigate("about:blank"); // no page is left that would follow live without its session
            visit.with(operator.cookies());
            look(visit, "/console/payments", "payment-console");
            look(
                    visit,
                    paid.replace("/dashboard/billing/top-up", "/console/payments") + "/invoice",
                    "payment-console-invoice");
            look(
                    visit,
                    "/console/books/months/" + YearMonth.from(Today.instant().atZone(ZoneOffset.UTC))
                            + "/test_payments",
                    "payment-console-month");
        }
    }

    @Test
    void papers_are_printed_dark_on_white_whatever_the_theme() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.DARK).with(member.cookies())) {
            String month = "/dashboard/billing/statements/"
                    + YearMonth.from(Today.instant().atZone(ZoneOffset.UTC));
            for (String paper : List.of(paid.replace("top-up", "invoices"), month)) {
                visit.open(paper);
                visit.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
                for (String theme : List.of("system", "dark")) {
                    assertThat(visit.page().evaluate(INK, theme)).as(theme).isEqualTo("rgb(22, 27, 34)");
                }
                visit.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(null));
            }
        }
    }

    /** While the page of a payment stands, the payment is confirmed. */
    private static void assertFollows(Visit visit) {
        visit.page()
                .waitForResponse(
                        response -> response.url().contains("/dashboard/live?payment="),
                        () -> visit.open(waiting.removeFirst()));
        assertThat(visit.page().isVisible("text=Go to payment")).isTrue();
        StripeStandIn.Session session = sessions.removeFirst();
        StripeStandIn.tell(gateway, StripeStandIn.paid("evt_live_" + session.id(), session));
        visit.page().waitForSelector("text=credits arrived at");
        assertThat(visit.page().isVisible("text=Invoice or receipt")).isTrue();
        assertThat(visit.page().isVisible("text=Go to payment")).isFalse();
        assertThat(visit.page().isVisible("text=One step left")).isFalse();
        visit.keep("payment-followed");
    }

    private static void look(Visit visit, String path, String name) {
        visit.open(path);
        visit.look(name);
    }
}
