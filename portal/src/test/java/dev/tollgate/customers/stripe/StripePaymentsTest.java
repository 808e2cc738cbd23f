package dev.tollgate.customers.stripe;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static dev.tollgate.testing.StripeStandIn.SECRET;
import static dev.tollgate.testing.StripeStandIn.dispute;
import static dev.tollgate.testing.StripeStandIn.event;
import static dev.tollgate.testing.StripeStandIn.hmac;
import static dev.tollgate.testing.StripeStandIn.paid;
import static dev.tollgate.testing.StripeStandIn.refunded;
import static dev.tollgate.testing.StripeStandIn.send;
import static dev.tollgate.testing.StripeStandIn.session;
import static dev.tollgate.testing.StripeStandIn.signature;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.StripeStandIn;
import dev.tollgate.testing.Today;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Money for credits, by Stripe Checkout. */
class StripePaymentsTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Pattern FORM = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");
    private static final Pattern BALANCE =
            Pattern.compile("<b title=\"([0-9,.]+) credits\" data-figure=\"account-balance\">");
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String NEWER_SECRET = "whsec_of_next_year";

    private static StripeStandIn stripe;
    private static PortalServer server;
    private static int numbers;

    @BeforeAll
    static void start() {
        stripe = new StripeStandIn();
        server = PortalServer.start(
                Map.of(
                        "TOLLGATE_STRIPE_SECRET_KEY",
                        StripeStandIn.KEY,
                        "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                        SECRET + "," + NEWER_SECRET,
                        "TOLLGATE_OPERATOR_PASSWORD",
                        PASSWORD,
                        "TOLLGATE_ADMIN_KEY",
                        ADMIN_KEY),
                "stripe.url",
                stripe.url(),
                "sign-up.credits",
                "0",
                "http.trusted-hops",
                "1");
    }

    @AfterAll
    static void stop() {
        server.assertBooksAreClosed();
        server.close();
        stripe.close();
    }

    private static int next() {
        return ++numbers;
    }

    private static Browser member() {
        int number = next();
        return new Browser(server.url(), server.url(), Map.of("x-forwarded-for", "10.1.0." + number))
                .signUp("payer" + number + "@example.org", PASSWORD);
    }

    /** Chooses an amount. @return the page of the payment */
    private static String begin(Browser browser, String dollars) {
        Browser.Page begun = browser.submit(TOP_UP, TOP_UP, Map.of("id", form(browser), "dollars", dollars));
        assertThat(begun.status()).as(begun.body()).isEqualTo(303);
        return begun.location();
    }

    private static String form(Browser browser) {
        return found(FORM, browser.get(TOP_UP).body());
    }

    private static StripeStandIn.Session session(Browser browser, String dollars) {
        begin(browser, dollars);
        return stripe.last();
    }

    private static int tell(String body) {
        return StripeStandIn.tell(server, body);
    }

    private static String balance(Browser browser) {
        return found(BALANCE, browser.get("/dashboard/billing").body());
    }

    private static String outcome(String event) {
        return server.text(
                "SELECT outcome || ': ' || COALESCE(detail, '') FROM payment_notice WHERE id = '" + event + "'");
    }

    private static String newEvent() {
        return "evt_" + next();
    }

    // ---- the way there ----

    @Test
    void a_payment_has_a_page_that_is_true_from_the_choice_to_the_credits() {
        Browser browser = member();
        String path = begin(browser, "25");
        StripeStandIn.Session session = stripe.last();
        assertThat(session.netCents()).isEqualTo(2_500);
        assertThat(session.fields())
                .containsEntry("client_reference_id", session.payment())
                .containsEntry("metadata[payment]", session.payment())
                .containsEntry("line_items[0][price_data][currency]", "usd")
                .containsEntry("success_url", server.url() + path + "?back=1")
                .containsEntry("cancel_url", server.url() + path);
        assertThat(browser.get(path).body())
                .contains("href=\"" + stripe.url() + "/pay/" + session.id() + "\"")
                .contains("One step left: pay $25.00.")
                .doesNotContain("Waiting for the payment");
        assertThat(browser.get(path + "?back=1").body())
                .contains(
                        "Waiting for the payment to be confirmed. You may close this page.",
                        "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>",
                        "data-live=\"/dashboard/live?payment=" + session.payment() + "\"");

        assertThat(tell(paid(newEvent(), session))).isEqualTo(200);
        for (int reload = 0; reload < 2; reload++) {
            assertThat(browser.get(path + "?back=1").body())
                    .contains("5,000.00 credits arrived at ")
                    .doesNotContain("/pay/", "http-equiv", "data-live");
        }
        assertThat(balance(browser)).isEqualTo("5,000.000000");
        assertThat(browser.get("/dashboard/billing").body()).contains("$25.00", ">paid<");
    }

    @Test
    void a_payment_is_written_down_before_stripe_is_asked_and_asked_for_again_under_its_own_id() {
        Browser browser = member();
        stripe.refuse(1);
        String path = begin(browser, "10");
        String id = path.substring(path.lastIndexOf('/') + 1);
        assertThat(server.text("SELECT state FROM payment WHERE id = '" + id + "'"))
                .isEqualTo("open");
        assertThat(browser.get(path).body())
                .contains("The payment page could not be opened. You were not charged.", "Try again");
        browser.submit(path, path, Map.of());
        assertThat(browser.get(path).body())
                .contains(stripe.url() + "/pay/" + stripe.last().id());
        assertThat(stripe.requests().stream()
                        .filter(request -> id.equals(request.headers().get("idempotency-key"))))
                .hasSize(2);
    }

    @Test
    void a_form_that_is_sent_twice_begins_one_payment_with_one_session() {
        Browser browser = member();
        Map<String, String> form = Map.of("id", form(browser), "own", "7");
        String first = browser.submit(TOP_UP, TOP_UP, form).location();
        int sessions = stripe.sessions().size();
        assertThat(browser.submit(TOP_UP, TOP_UP, form).location()).isEqualTo(first);
        assertThat(stripe.sessions()).hasSize(sessions);
        assertThat(stripe.last().netCents()).isEqualTo(700);
    }

    @Test
    void a_form_that_is_sent_again_for_another_amount_asks_for_that() {
        Browser browser = member();
        String id = form(browser);
        String first =
                browser.submit(TOP_UP, TOP_UP, Map.of("id", id, "own", "7")).location();
        Map<String, String> changed = Map.of("id", id, "own", "70");
        String second = browser.submit(TOP_UP, TOP_UP, changed).location();
        assertThat(stripe.last().netCents()).isEqualTo(7_000);
        int sessions = stripe.sessions().size();
        assertThat(browser.submit(TOP_UP, TOP_UP, changed).location())
                .isEqualTo(second)
                .isNotEqualTo(first);
        assertThat(stripe.sessions()).hasSize(sessions);
    }

    @Test
    void an_amount_out_of_bounds_is_refused_without_a_request_to_stripe() {
        Browser browser = member();
        int asked = stripe.requests().size();
        for (String amount : new String[] {"0", "5001", "-5", "1.5", "ten"}) {
            Browser.Page page = browser.submit(TOP_UP, TOP_UP, Map.of("id", form(browser), "own", amount));
            assertThat(page.status()).as(amount).isEqualTo(422);
            assertThat(page.body()).contains("1 to 5,000 whole dollars");
        }
        assertThat(stripe.requests()).hasSize(asked);
    }

    @Test
    void a_payment_of_another_account_is_no_page() {
        String path = begin(member(), "10");
        Browser other = member();
        assertThat(other.get(path).status()).isEqualTo(404);
        tell(paid(newEvent(), stripe.last()));
        assertThat(other.get(path.replace("top-up", "invoices")).status()).isEqualTo(404);
    }

    @Test
    void an_expired_session_and_a_failed_transfer_did_not_go_through() {
        for (String type : List.of("checkout.session.expired", "checkout.session.async_payment_failed")) {
            Browser browser = member();
            String path = begin(browser, "10");
            tell(StripeStandIn.session(newEvent(), type, stripe.last(), "unpaid", 1_000, 0));
            assertThat(browser.get(path).body()).contains("The payment failed. You were not charged.");
            assertThat(balance(browser)).isEqualTo("0.000000");
        }
    }

    @Test
    void a_payment_whose_money_is_on_its_way_is_not_asked_for_again() {
        Browser browser = member();
        String path = begin(browser, "10");
        StripeStandIn.Session session = stripe.last();
        tell(StripeStandIn.session(newEvent(), "checkout.session.completed", session, "unpaid", 1_000, 0));
        assertThat(browser.get(path).body())
                .contains("Waiting for the payment to be confirmed.", "Do not pay again")
                .doesNotContain("Try again", "could not be reached");
    }

    // ---- what counts ----

    @Test
    void only_what_is_paid_credits_at_once_and_a_transfer_when_it_has_succeeded() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(StripeStandIn.session(newEvent(), "checkout.session.completed", session, "unpaid", 1_000, 0));
        tell(StripeStandIn.session(newEvent(), "checkout.session.completed", session, "no_payment_required", 1_000, 0));
        assertThat(balance(browser)).isEqualTo("0.000000");
        tell(StripeStandIn.session(newEvent(), "checkout.session.async_payment_succeeded", session, "paid", 1_000, 0));
        tell(paid(newEvent(), session));
        assertThat(balance(browser)).isEqualTo("2,000.000000");
    }

    @Test
    void what_moves_no_money_and_is_of_no_page_here_leaves_no_trace() {
        StripeStandIn.Session ours = session(member(), "10");
        StripeStandIn.Session linked =
                new StripeStandIn.Session("cs_test_other", "pi_other", ours.payment(), 1_000, Map.of());
        StripeStandIn.Session lost = new StripeStandIn.Session("cs_test_lost", "pi_lost", "pay_lost", 1_000, Map.of());
        for (String type : List.of("checkout.session.expired", "checkout.session.completed")) {
            for (StripeStandIn.Session session : List.of(linked, lost)) {
                assertThat(tell(StripeStandIn.session(newEvent(), type, session, "unpaid", 1_000, 0)))
                        .isEqualTo(200);
                assertThat(outcome("evt_" + numbers)).isNull();
            }
        }
        assertThat(tell(paid(newEvent(), ours))).isEqualTo(200);
        assertThat(outcome("evt_" + numbers)).isEqualTo("taken: ");
    }

    @Test
    void a_session_that_we_did_not_make_credits_nothing() {
        Browser browser = member();
        StripeStandIn.Session ours = session(browser, "10");
        StripeStandIn.Session linked =
                new StripeStandIn.Session("cs_test_other", "pi_other", ours.payment(), 1_000, Map.of());
        StripeStandIn.Session unknown =
                new StripeStandIn.Session("cs_test_none", "pi_none", "pay_none", 1_000, Map.of());
        String foreign = paid(newEvent(), ours).replace("\"metadata\":{\"payment\":\"" + ours.payment() + "\"},", "");
        String mixed = paid(newEvent(), ours).replace("\"payment\":\"" + ours.payment(), "\"payment\":\"pay_other");
        for (String body : List.of(foreign, mixed, paid(newEvent(), linked), paid(newEvent(), unknown))) {
            assertThat(tell(body)).isEqualTo(200);
        }
        assertThat(balance(browser)).isEqualTo("0.000000");
        assertThat(outcome("evt_" + numbers)).isEqualTo("refused: not a payment of this server");
        assertThat(outcome("evt_" + (numbers - 1))).isEqualTo("refused: another session than the one of this payment");
        assertThat(outcome("evt_" + (numbers - 2))).isEqualTo("refused: not a payment page of this server");
        assertThat(outcome("evt_" + (numbers - 3)))
                .as("of another system at the same account")
                .isNull();
    }

    @Test
    void an_amount_that_is_not_ours_credits_nothing_and_tax_is_no_part_of_it() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String type = "checkout.session.completed";
        tell(StripeStandIn.session(newEvent(), type, session, "paid", 999, 0));
        assertThat(outcome("evt_" + numbers)).isEqualTo("refused: the amount differs from the payment's amount");
        tell(StripeStandIn.session(newEvent(), type, session, "paid", 100_000, 0));
        tell(StripeStandIn.session(newEvent(), type, session, "paid", 810, 190));
        assertThat(balance(browser)).isEqualTo("0.000000");
        tell(StripeStandIn.session(newEvent(), type, session, "paid", 1_000, 190));
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        assertThat(browser.get("/dashboard/billing/invoices/" + session.payment())
                        .body())
                .contains("$10.00", "$1.90", "$11.90");
    }

    @Test
    void another_currency_than_dollars_credits_nothing() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        assertThat(tell(paid(newEvent(), session).replace("\"usd\"", "\"jpy\"")))
                .isEqualTo(200);
        assertThat(outcome("evt_" + numbers)).isEqualTo("refused: the currency is not US dollars");
        assertThat(balance(browser)).isEqualTo("0.000000");
        tell(paid(newEvent(), session));
        tell(StripeStandIn.refunded(newEvent(), session, 1_000).replace("\"usd\"", "\"kwd\""));
        assertThat(outcome("evt_" + numbers)).isEqualTo("refused: the currency is not US dollars");
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        StripeStandIn.Session theirs = new StripeStandIn.Session("cs_test_krw", "pi_krw", "order_1", 1_000, Map.of());
        tell(StripeStandIn.refunded(newEvent(), theirs, 1_000).replace("\"usd\"", "\"krw\""));
        assertThat(outcome("evt_" + numbers)).as("of another system").isNull();
    }

    @Test
    void livemode_has_to_be_the_keys() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        assertThat(tell(paid(newEvent(), session).replace("\"livemode\":false", "\"livemode\":true")))
                .isEqualTo(200);
        assertThat(tell(paid(newEvent(), session).replace("\"livemode\":false,", "")))
                .isEqualTo(200);
        assertThat(outcome("evt_" + numbers)).isEqualTo("refused: the event and the key differ in mode (live or test)");
        assertThat(balance(browser)).isEqualTo("0.000000");
    }

    @Test
    void an_event_refused_for_its_mode_counts_when_repeated() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String event = newEvent();
        String body = paid(event, session);
        String wrong = body.replace("\"livemode\":false", "\"livemode\":true");
        assertThat(tell(wrong)).isEqualTo(200);
        assertThat(tell(wrong)).as("for the same reason").isEqualTo(200);
        assertThat(outcome(event)).isEqualTo("refused: the event and the key differ in mode (live or test)");
        assertThat(balance(browser)).isEqualTo("0.000000");
        for (int i = 0; i < 3; i++) {
            assertThat(tell(body)).isEqualTo(200);
        }
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        assertThat(outcome(event)).startsWith("taken: ");
        assertThat(server.number("SELECT COUNT(*) FROM invoice WHERE payment_id = '" + session.payment() + "'"))
                .isEqualTo(1);
        assertThat(tell(refunded(newEvent(), session, 1_000))).isEqualTo(200);
        assertThat(balance(browser)).isEqualTo("0.000000");
    }

    @Test
    void an_event_before_its_session_is_stored_is_asked_for_again() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String body = paid(newEvent(), session);
        String where = " WHERE id = '" + session.payment() + "'";
        server.execute("UPDATE payment SET session_id = NULL" + where);
        assertThat(tell(body)).isEqualTo(503);
        assertThat(tell(body)).isEqualTo(503);
        server.execute("UPDATE payment SET session_id = '" + session.id() + "'" + where);
        assertThat(tell(body)).isEqualTo(200);
        assertThat(balance(browser)).isEqualTo("2,000.000000");
    }

    @Test
    void an_operator_asks_stripe_for_a_refused_event_again() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String event = newEvent();
        String body = paid(event, session);
        tell(body.replace("\"livemode\":false", "\"livemode\":true"));
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        String page = "/console/payments";
        assertThat(operator.get(page).body()).contains("value=\"" + event + "\"", "Process again");
        assertThat(operator.submit(page, page, Map.of("deed", "payment.event", "event", event))
                        .body())
                .contains("Stripe answered with status 401");
        stripe.keep(event, body);
        assertThat(operator.submit(page, page, Map.of("deed", "payment.event", "event", event))
                        .body())
                .contains("The event counts now.");
        assertThat(operator.submit(page, page, Map.of("deed", "payment.event", "event", event))
                        .body())
                .contains("already processed");
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        assertThat(server.text("SELECT after_json FROM audit_log WHERE action = 'payment.event' AND subject = '" + event
                        + "' ORDER BY sequence LIMIT 1"))
                .isEqualTo("{\"outcome\":\"taken\"}");
        assertThat(operator.submit(page, page, Map.of("deed", "payment.event", "event", "../charges"))
                        .body())
                .contains("This is not the id of a Stripe event.");
    }

    @Test
    void the_console_shows_the_webhooks_last_event_and_what_to_paste() throws IOException {
        Browser browser = member();
        tell(paid(newEvent(), session(browser, "10")));
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        String page = operator.get("/console/payments").body();
        assertThat(page)
                .contains("<span class=\"badge ok\">works</span>")
                .containsPattern("Last event: [^<]+, <code class=\"wrap\">checkout.session.completed</code>, taken.")
                .contains(">" + server.url() + "/webhooks/stripe</pre>")
                .doesNotContain(StripeStandIn.KEY, SECRET);
        String manual = Files.readString(Path.of("docs/first-hour.md"));
        for (String event : StripeWebhookHandler.EVENTS) {
            assertThat(page).contains(event);
            assertThat(manual).contains("`" + event + "`");
        }
    }

    @Test
    void an_event_that_comes_again_is_a_200_and_nothing() {
        Browser browser = member();
        String body = paid(newEvent(), session(browser, "10"));
        for (int i = 0; i < 4; i++) {
            assertThat(tell(body)).isEqualTo(200);
        }
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        assertThat(server.number("SELECT replays FROM payment_notice WHERE id = 'evt_" + numbers + "'"))
                .isEqualTo(3);
    }

    @Test
    void events_of_no_use_to_us_are_taken_and_move_nothing() {
        assertThat(tell(event(newEvent(), "customer.created", "{\"id\":\"cus_1\"}")))
                .isEqualTo(200);
        assertThat(server.number("SELECT COUNT(*) FROM payment_notice WHERE id = 'evt_" + numbers + "'"))
                .isZero();
    }

    // ---- money that goes back ----

    @Test
    void refunds_take_their_share_back_and_never_more_than_was_paid() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        tell(refunded(newEvent(), session, 250));
        assertThat(balance(browser)).isEqualTo("1,500.000000");
        tell(refunded(newEvent(), session, 700));
        assertThat(balance(browser)).isEqualTo("600.000000");
        tell(refunded(newEvent(), session, 400)); // an older one, late
        assertThat(balance(browser)).isEqualTo("600.000000");
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_r", "needs_response", 1_000));
        assertThat(balance(browser)).isEqualTo("0.000000");
        assertThat(browser.get("/dashboard/billing/invoices/" + session.payment())
                        .body())
                .contains("Refunds and disputes", "$7.00", "Disputed");
    }

    @Test
    void a_refund_that_arrives_before_its_payment_is_kept_and_applied() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String refund = newEvent();
        assertThat(tell(refunded(refund, session, 400))).isEqualTo(200);
        assertThat(outcome(refund)).startsWith("kept");
        tell(paid(newEvent(), session));
        assertThat(balance(browser)).isEqualTo("1,200.000000");
        assertThat(outcome(refund)).startsWith("taken");
    }

    @Test
    void an_open_dispute_is_an_alarm_until_it_is_decided() {
        Browser member = member();
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        Pattern alarm =
                Pattern.compile("badge bad\">dispute<[^\n]*?has disputed a payment of \\$8\\.25 on 24 Nov 2025");
        StripeStandIn.Session session = session(member, "10");
        tell(paid(newEvent(), session));
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_red", "needs_response", 825));
        tell(dispute(newEvent(), "charge.dispute.funds_withdrawn", session, "dp_red", "needs_response", 825));

        assertThat(operator.get("/console").body().replace("\n", " ")).containsOnlyOnce("a payment of $8.25");
        assertThat(operator.get("/console").body().replace("\n", " ")).containsPattern(alarm);
        assertThat(state(operator, session)).isEqualTo("disputed");
        assertThat(member.get("/dashboard/billing").body()).contains("<span class=\"badge bad\">disputed</span>");

        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_red", "lost", 825));
        assertThat(operator.get("/console").body()).doesNotContain("a payment of $8.25");
        assertThat(state(operator, session)).isEqualTo("partly reversed");
    }

    /** Returns the state of a payment on the console's page. */
    private static String state(Browser operator, StripeStandIn.Session session) {
        String rows = operator.get("/console/payments").body();
        String row = rows.substring(rows.lastIndexOf("<tr", rows.indexOf(session.payment())));
        return found("<span class=\"badge [a-z]*\">([^<]+)<", row);
    }

    @Test
    void a_dispute_takes_credits_and_a_won_dispute_returns_them_in_any_order() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_a", "needs_response", 1_000));
        assertThat(balance(browser)).isEqualTo("0.000000");
        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_a", "won", 1_000));
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_b", "won", 600));
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_b", "needs_response", 600));
        assertThat(balance(browser)).isEqualTo("2,000.000000");
        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_c", "lost", 500));
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_c", "needs_response", 500));
        assertThat(balance(browser)).isEqualTo("1,000.000000");
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_d", "warning_needs_response", 500));
        assertThat(balance(browser)).isEqualTo("1,000.000000");
    }

    @Test
    void what_went_back_stands_on_the_invoice_in_the_order_in_which_it_happened() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        tell(at(1795003600, dispute(newEvent(), "charge.dispute.closed", session, "dp_o", "won", 600)));
        tell(at(1795000000, dispute(newEvent(), "charge.dispute.created", session, "dp_o", "needs_response", 600)));
        String page =
                browser.get("/dashboard/billing/invoices/" + session.payment()).body();
        assertThat(page.substring(page.indexOf("Refunds and disputes")))
                .containsSubsequence("18 Nov 2026 11:06:40", "Disputed", "18 Nov 2026 12:06:40", "Dispute won");
    }

    @Test
    void what_several_events_tell_of_one_dispute_or_refund_stands_on_the_invoice_once() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        tell(at(1795000000, dispute(newEvent(), "charge.dispute.created", session, "dp_s", "needs_response", 600)));
        String withdrawn = "charge.dispute.funds_withdrawn";
        tell(at(1795000000, dispute(newEvent(), withdrawn, session, "dp_s", "needs_response", 600)));
        tell(at(1795000100, dispute(newEvent(), "charge.dispute.closed", session, "dp_s", "won", 600)));
        tell(at(1795000100, dispute(newEvent(), "charge.dispute.funds_reinstated", session, "dp_s", "won", 600)));
        tell(at(1795000200, refunded(newEvent(), session, 300)));
        tell(at(1795000200, refunded(newEvent(), session, 100)));
        String page =
                browser.get("/dashboard/billing/invoices/" + session.payment()).body();
        assertThat(Pattern.compile("<td>(Disputed|Dispute won|Refunded[^<]*)</td><td class=\"num\">([^<]+)<")
                        .matcher(page)
                        .results()
                        .map(line -> line.group(1) + " " + line.group(2)))
                .containsExactly(
                        "Disputed $6.00",
                        "Dispute won $6.00",
                        "Refunded to the card, in all $1.00",
                        "Refunded to the card, in all $3.00");
    }

    private static String at(long seconds, String event) {
        return event.replaceFirst("\"created\":[0-9]+", "\"created\":" + seconds);
    }

    @Test
    void an_operators_id_like_a_payments_blocks_neither_payment_nor_refund() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String account = server.text("SELECT account_id FROM payment WHERE id = '" + session.payment() + "'");
        String event = newEvent();
        for (String id : List.of("payment-" + session.payment(), "notice-" + event)) {
            String grant = "{\"credits\":2000,\"reason\":\"a gift\",\"id\":\"%s\"}".formatted(id);
            for (int time = 1; time <= 2; time++) {
                assertThat(server.post("/admin/accounts/" + account + "/grants", grant, ADMIN_KEY)
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(balance(browser)).isEqualTo("4,000.000000");
        tell(paid(newEvent(), session));
        assertThat(balance(browser)).isEqualTo("6,000.000000");
        tell(dispute(event, "charge.dispute.created", session, "dp_own", "needs_response", 1_000));
        assertThat(balance(browser)).isEqualTo("4,000.000000");
    }

    @Test
    void what_was_used_and_is_disputed_blocks_the_account_and_comes_back_to_the_platform_first() throws Exception {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        String account = server.text("SELECT account_id FROM payment WHERE id = '" + session.payment() + "'");
        server.administration()
                .deeds()
                .adjust(
                        dev.tollgate.operator.admin.By.of(
                                dev.tollgate.books.auditlog.Actor.COMMAND, "as if they were used"),
                        account,
                        -1_500_000_000L);
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_used", "needs_response", 1_000));
        assertThat(server.number("SELECT balance_micros FROM account WHERE id = '" + account + "'"))
                .isZero();
        assertThat(server.number("SELECT blocked FROM account WHERE id = '" + account + "'"))
                .isEqualTo(1);
        assertThat(server.number("SELECT missing_micros FROM payment WHERE id = '" + session.payment() + "'"))
                .isEqualTo(1_500_000_000L);
        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_used", "won", 1_000));
        assertThat(server.number("SELECT balance_micros FROM account WHERE id = '" + account + "'"))
                .isEqualTo(500_000_000L);
        assertThat(server.number("SELECT missing_micros FROM payment WHERE id = '" + session.payment() + "'"))
                .isZero();
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        assertThat(operator.get("/console/audit?what=payment.disputed&subject=" + account)
                        .body())
                .contains("Banned: yes");
        assertThat(operator.get("/console/audit?what=payment.dispute_won&subject=" + account)
                        .body())
                .as("it stays banned")
                .contains("Credits already spent")
                .doesNotContain("Banned:");
    }

    @Test
    void refunds_and_disputes_are_audited_with_source_and_changes() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        tell(paid(newEvent(), session));
        String refund = newEvent();
        tell(refunded(refund, session, 250));
        tell(refunded(newEvent(), session, 250)); // nothing more
        tell(dispute(newEvent(), "charge.dispute.created", session, "dp_audit", "needs_response", 750));
        tell(dispute(newEvent(), "charge.dispute.closed", session, "dp_audit", "won", 750));
        String account = server.text("SELECT account_id FROM payment WHERE id = '" + session.payment() + "'");
        JsonNode log =
                server.get("/admin/audit?subject=" + account, ADMIN_KEY).json().get("data");
        assertThat(log.valueStream().map(line -> line.get("action").asString()))
                .containsExactly("payment.dispute_won", "payment.disputed", "payment.refunded");
        JsonNode first = log.get(2);
        assertThat(first.get("actor").asString()).isEqualTo("stripe");
        assertThat(first.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(first.get("before").toString())
                .isEqualTo("{\"balance\":2000,\"credits_taken_back\":0,\"credits_missing\":0}");
        assertThat(first.get("after").toString())
                .isEqualTo(
                        "{\"balance\":1500,\"credits_taken_back\":500,\"credits_missing\":0,\"payment\":\"%s\",\"event\":\"%s\",\"object\":\"ch_%s\",\"blocked\":false}"
                                .formatted(session.payment(), refund, session.intent()));
        assertThat(log.get(1).at("/after/balance").asInt()).isZero();
        assertThat(log.get(0).at("/after/balance").asInt()).isEqualTo(1_500);
    }

    @Test
    void what_is_refused_is_counted() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        JsonNode before = events();
        String body = paid(newEvent(), session);
        send(server, body, signature("whsec_another", Today.instant(), body));
        tell(StripeStandIn.session(newEvent(), "checkout.session.completed", session, "paid", 999, 0));
        tell(event(newEvent(), "customer.created", "{\"id\":\"cus_1\"}"));
        tell(body);
        tell(body);
        JsonNode after = events();
        for (String one : List.of("not_signed", "refused", "of_no_use", "taken", "replayed")) {
            assertThat(after.get(one).asInt() - before.get(one).asInt()).as(one).isEqualTo(1);
        }
    }

    private static JsonNode events() {
        return server.get("/admin/payments?limit=1", ADMIN_KEY).json().get("events");
    }

    // ---- who may tell ----

    @Test
    void an_event_needs_a_signature_over_its_very_bytes() {
        Browser browser = member();
        String body = paid(newEvent(), session(browser, "10"));
        Instant now = Today.instant();
        String good = signature(SECRET, now, body);
        assertThat(send(server, body, null).status()).isEqualTo(400);
        assertThat(send(server, body + " ", good).status()).isEqualTo(400);
        assertThat(send(server, body, signature("whsec_another", now, body)).status())
                .isEqualTo(400);
        assertThat(send(server, body, signature("x", now, body).replaceFirst("v1=.*", "v1="))
                        .status())
                .isEqualTo(400);
        assertThat(send(server, body, good.replace("v1=", "v0=")).status()).isEqualTo(400);
        assertThat(balance(browser)).isEqualTo("0.000000");
        assertThat(send(server, body, good).status()).isEqualTo(200);
        assertThat(balance(browser)).isEqualTo("2,000.000000");
    }

    @Test
    void a_secret_is_replaced_without_a_gap() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        long now = Today.instant().getEpochSecond();
        String body = paid(newEvent(), session);
        String both = "t=" + now + ",v1=" + hmac("whsec_gone_long_ago", now + "." + body) + ",v1="
                + hmac(NEWER_SECRET, now + "." + body) + ",v0=00";
        assertThat(send(server, body, both).status()).isEqualTo(200);
        assertThat(balance(browser)).isEqualTo("2,000.000000");
    }

    @Test
    void a_signature_older_than_five_minutes_is_not_taken() {
        Browser browser = member();
        String body = paid(newEvent(), session(browser, "10"));
        for (Duration off : List.of(Duration.ofSeconds(-310), Duration.ofSeconds(310))) {
            assertThat(send(server, body, signature(SECRET, Today.instant().plus(off), body))
                            .status())
                    .isEqualTo(400);
        }
        assertThat(balance(browser)).isEqualTo("0.000000");
        assertThat(send(server, body, signature(SECRET, Today.instant().minusSeconds(280), body))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_event_of_more_than_256_kib_is_not_read_whatever_it_says_of_its_length() {
        String large = event("evt_large", "customer.created", "{\"a\":\"" + "x".repeat(256 * 1024) + "\"}");
        assertThat(send(server, large, signature(SECRET, Today.instant(), large))
                        .status())
                .isEqualTo(413);
        String wide = event("evt_wide", "customer.created", "{\"a\":\"" + "x".repeat(200 * 1024) + "\"}");
        assertThat(send(server, wide, signature(SECRET, Today.instant(), wide)).status())
                .isEqualTo(200);
        HttpRequest.Builder unsaid = HttpRequest.newBuilder(URI.create(server.url() + "/webhooks/stripe"))
                .header("content-type", "application/json")
                .header("stripe-signature", signature(SECRET, Today.instant(), wide))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() ->
                        new java.io.ByteArrayInputStream(wide.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        assertThat(server.send(unsaid).status()).isEqualTo(413);
    }

    @Test
    void nothing_of_what_is_secret_is_on_a_page_or_in_the_database() throws Exception {
        begin(member(), "10");
        assertThat(server.atRest().values())
                .noneMatch(text -> text.contains(StripeStandIn.KEY) || text.contains(SECRET));
    }

    // ---- test payments ----

    @Test
    void with_stripe_there_are_no_test_payments() {
        Browser browser = member();
        String path = begin(browser, "10");
        String id = path.substring(path.lastIndexOf('/') + 1);
        String test = "/pay/test/" + id;
        assertThat(browser.get(test).status()).isEqualTo(404);
        // a top-up that began before Stripe was configured
        server.execute("UPDATE payment SET channel = 'test', session_id = 'test-" + id + "', url = '" + test
                + "' WHERE id = '" + id + "'");
        assertThat(browser.get(test).status()).isEqualTo(404);
        assertThat(browser.submit(TOP_UP, test, Map.of("end", "paid")).status()).isEqualTo(404);
        assertThat(browser.get(path).body()).doesNotContain("href=\"" + test);
        assertThat(balance(browser)).isEqualTo("0.000000");
    }

    @Test
    void papers_are_numbered_without_gaps_by_seller_and_year_in_the_commit_of_the_credits() {
        Browser browser = member();
        browser.submit(
                "/dashboard/billing",
                "/dashboard/billing/contact",
                Map.of("name", "<b>Buyer & Sons</b>", "address", "1 Road\n2345 Town", "vat-id", "DE 123"));
        session(browser, "10"); // never paid: no number
        StripeStandIn.Session first = session(browser, "10");
        StripeStandIn.Session second = session(browser, "10");
        tell(paid(newEvent(), second));
        tell(paid(newEvent(), first));
        tell(paid(newEvent(), first));
        assertThat(browser.get("/dashboard/billing/invoices/" + first.payment()).body())
                .contains(
                        "Payment receipt TEST-",
                        "no money has moved",
                        "&lt;b&gt;Buyer &amp; Sons&lt;/b&gt;",
                        "2345 Town",
                        "VAT id DE 123",
                        "UTC")
                .doesNotContain("<b>Buyer");
        assertThat(server.number("SELECT COUNT(*) - MAX(sequence) FROM invoice"))
                .isZero();
        assertThat(server.number("SELECT COUNT(*) FROM invoice i WHERE NOT EXISTS (SELECT 1 FROM payment p"
                        + " WHERE p.id = i.payment_id AND p.state = 'paid')"))
                .isZero();
    }

    @Test
    void operators_see_payments_with_stripes_ids_replays_and_refusals_on_a_page_and_by_the_api() {
        Browser browser = member();
        StripeStandIn.Session session = session(browser, "10");
        String again = paid(newEvent(), session);
        tell(again);
        tell(again);
        tell(refunded(newEvent(), session, 250));
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        assertThat(operator.get("/console/payments").body())
                .contains(session.payment(), session.intent(), "repeats: 1")
                .containsPattern(
                        "<a class=\"small\" href=\"/console/accounts/acc_[A-Za-z0-9]+\">payer[0-9]+@example.org</a>")
                .contains("500.00 reversed", "Make card refunds at Stripe", "with a test key");
        assertThat(browser.get("/console/payments").status()).isEqualTo(403);
        PortalServer.Reply list = server.get("/admin/payments?limit=1", ADMIN_KEY);
        assertThat(list.json().at("/data/0/id").asString()).isEqualTo(session.payment());
        assertThat(list.json().at("/data/0/credits_taken_back").asInt()).isEqualTo(500);
        PortalServer.Reply older = server.get(
                "/admin/payments?limit=1&after=" + list.json().get("next").asString(), ADMIN_KEY);
        assertThat(older.json().at("/data/0/id").asString()).isNotEqualTo(session.payment());
        assertThat(server.get("/admin/payments?after=nonsense", ADMIN_KEY).status())
                .isEqualTo(400);
    }
}
