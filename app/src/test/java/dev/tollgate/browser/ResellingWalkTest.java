package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.base.money.Credits;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * A reseller in a browser: makes a price group, puts a customer into it, and gives credits until a day. The customer sees one price in every place, uses the
 * gift up, and keeps what a running call needs of it when it expires (Z1 to Z5, Z10 to Z22).
 */
@Timeout(240)
@Order(2)
@ResourceLock(Shared.BROWSER)
class ResellingWalkTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String BILLING = "/dashboard/billing";
    private static final Instant BEGIN = Instant.parse("2026-11-27T12:00:00Z");
    private static final Instant EXPIRY = Instant.parse("2026-12-01T00:00:00Z");

    /** 100 tokens in at 360 credits per million, 20,000 out at 1,800: 36.036 credits. */
    private static final Tokens USAGE = new Tokens(100, 20_000, 0);

    /** As many bytes as tokens: fewer would be an impossible report. */
    private static final String ANSWER = "word ".repeat(4_000);

    private static final Tokens SHORT_USAGE = new Tokens(100, 5_000, 0);
    private static final String SHORT_ANSWER = "word ".repeat(1_000);

    private static final String CALL =
            "{\"model\":\"gemini-4-argon\",\"stream\":false,\"max_tokens\":25000,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + "word ".repeat(100) + "\"}]}";

    private Gateway gateway;
    private Browser operator;
    private Browser member;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY), "operator.password", PASSWORD, "sign-up.credits", "0");
        gateway.setNow(BEGIN);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        member = new Browser(gateway.url()).signUp("partner@example.org", "a sentence nobody else has");
        member.submit("/dashboard", "/dashboard/settings/view", Map.of("money", "credits", "back", "/dashboard"));
        String account = gateway.text("SELECT account_id FROM person WHERE login = 'partner@example.org'");
        admin("/accounts/" + account + "/grants", "{\"credits\":100,\"reason\":\"paid in advance\"}");
        JsonNode key = admin("/accounts/" + account + "/keys", "{\"name\":\"laptop\",\"reason\":\"a test\"}");
        customer = new Customer(
                gateway, account, key.get("id").asString(), key.get("key").asString());
        gateway.script(UpstreamScript.answers().text(ANSWER).finish("STOP", USAGE));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private JsonNode admin(String path, String body) {
        Reply reply = gateway.post("/admin" + path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply.json();
    }

    private interface Walk {
        void go(Visit visit);
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void a_reseller_sells_at_own_prices_and_gives_credits_until_a_day(int width, Scheme scheme) {
        walk(operator, width, scheme, this::makesAGroupAndPutsTheCustomerIn);
        walk(member, width, scheme, this::seesOnePriceInEveryPlace);
        walk(operator, width, scheme, this::givesCreditsUntilADay);
        walk(member, width, scheme, this::usesTheGiftUp);
        walk(member, width, scheme, this::keepsWhatARunningCallNeedsOfTheExpiredGift);
        walk(operator, width, scheme, this::refundsTheCall);
        walk(member, width, scheme, this::hasTheRefundInAGrant);
    }

    private void walk(Browser person, int width, Scheme scheme, Walk walk) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(person.cookies())) {
            walk.go(visit);
        }
    }

    private static void look(Visit visit, String name) {
        visit.look("reselling-" + name);
    }

    /** As {@link #look}, where axe reads no such page in {@code PagesGoldenTest}. */
    private static void read(Visit visit, String name) {
        look(visit, name);
        visit.assertAccessible();
    }

    private static String text(Visit visit) {
        return visit.page().innerText("main");
    }

    private static void press(Visit visit, String button) {
        visit.press("button:has-text('" + button + "')");
    }

    private String consoleAccount() {
        return "/console/accounts/" + customer.account();
    }

    private void makesAGroupAndPutsTheCustomerIn(Visit visit) {
        Page page = visit.page();
        visit.open("/console/groups");
        look(visit, "no-groups");
        visit.open(consoleAccount()); // by Find; the next presses are all that it takes
        page.click("#group summary");
        page.fill("#own-group", "partner");
        press(visit, "Make a group");
        page.fill("#factor", "85");
        page.fill("#models", "gemini-4-* 90\ngemini-3-pro 100");
        press(visit, "Compare");
        assertThat(page.innerText("section[aria-labelledby=preview-title]"))
                .contains("gemini-4-argon below cost", "loss: ", "$1.80 / $9.00", "0 accounts in the group", "partner")
                .contains("15 % below standard", "850 thousandths", "gemini-4-*: 10 % below standard");
        read(visit, "preview");
        page.fill("#set-reason", "the partner's price list");
        press(visit, "Set version");
        assertThat(text(visit))
                .contains("The version is set, and the account is in the group.", "15 % below standard", "1 account");
        read(visit, "group");
        visit.open(consoleAccount());
        assertThat(text(visit)).contains("Price group: partner");
        page.click("#group summary");
        read(visit, "account-in-group");
    }

    private void seesOnePriceInEveryPlace(Visit visit) {
        gateway.setNow(BEGIN.plusSeconds(60)); // the clock stands, and a call arrives before it is read
        Reply estimate = gateway.post("/v1/estimate", CALL, customer.key());
        assertThat(estimate.json().at("/data/max_credits").decimalValue())
                .as(estimate.text())
                .isBetween(new BigDecimal("45"), new BigDecimal("45.5"));
        Reply reply = customer.chat(CALL);
        assertThat(reply.json().get("credits_consumed").decimalValue())
                .as(reply.text().replace(ANSWER, ""))
                .isEqualByComparingTo("36.036");
        String call = gateway.text("SELECT id FROM call");
        assertThat(gateway.get("/v1/receipts/" + call, customer.key()).text())
                .contains(
                        "\"charge_micros\":36036000",
                        "\"price_version\":\"gemini-4-argon@google-2026-11-26*partner.1\"");

        visit.open("/docs/models/gemini-4-argon");
        assertThat(text(visit))
                .contains("Price group partner, 10 % below standard", "1,800 credits", "standard 2,000 credits");
        read(visit, "model");
        visit.open("/playground");
        read(visit, "playground");
        visit.open("/dashboard/requests/" + call);
        assertThat(text(visit)).contains("36.036", "Price group partner, 10 % below standard", "partner.1");
        read(visit, "request");
        visit.open(BILLING + "/statements/2026-11");
        assertThat(text(visit)).contains("−36.036000");
        look(visit, "statement");
    }

    private void givesCreditsUntilADay(Visit visit) {
        Page page = visit.page();
        visit.open(consoleAccount());
        page.fill("#grant-credits", "500");
        page.fill("#grant-expires", "2026-11-30");
        page.fill("#grant-models", "gemini-4-*");
        page.fill("#grant-reason", "a gift for your project");
        press(visit, "Grant credits");
        assertThat(text(visit)).contains("Grant 1, gift", "gemini-4-*");
        look(visit, "account-with-grant");
    }

    private void usesTheGiftUp(Visit visit) {
        visit.open("/dashboard");
        assertThat(text(visit)).contains("500.00 of grant 1 until the end of 30 November 2026");
        look(visit, "overview");
        for (int i = 0; i < 14; i++) {
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
        }
        assertThat(paidBy()).isEqualTo("1:31532000"); // 500 − 13 × 36.036, general credits the rest
        visit.open(BILLING);
        assertThat(text(visit)).contains("1, gift", "Until the end of 30 November 2026", "used up");
        look(visit, "used-up");
    }

    private String paidBy() {
        return gateway.text("SELECT paid_by FROM call ORDER BY number DESC LIMIT 1");
    }

    private String lastCall() {
        return gateway.text("SELECT id FROM call ORDER BY number DESC LIMIT 1");
    }

    private void refund() {
        String charge = Credits.text(gateway.number("SELECT charged_micros FROM call ORDER BY number DESC LIMIT 1"));
        admin("/tasks/" + lastCall() + "/refunds", "{\"credits\":" + charge + ",\"reason\":\"the answer was slow\"}");
    }

    private void keepsWhatARunningCallNeedsOfTheExpiredGift(Visit visit) {
        refund(); // 31.532 return to the gift, the rest to general credits
        gateway.script(UpstreamScript.answers()
                .text("begun", new Tokens(100, 5, 0))
                .delay(3_000)
                .text(SHORT_ANSWER, SHORT_USAGE)
                .finish("STOP", SHORT_USAGE));
        try (RawCall call = customer.chatRaw(CALL.replace("false", "true").replace("25000", "8000"))) {
            call.readUntil("begun");
            gateway.setNow(EXPIRY.plusMillis(500));
            Gateway.await(
                    "the expiry of what the call does not need",
                    () -> gateway.number("SELECT COUNT(*) FROM entry WHERE request_id = 'lapse-1-1'") == 1);
            assertThat(gateway.number("SELECT left_micros FROM credit_grant"))
                    .isEqualTo(gateway.number("SELECT held_micros FROM open_hold"));
            visit.open(BILLING);
            read(visit, "expired-under-a-call");
            call.readUntil("[DONE]");
        }
        assertThat(paidBy())
                .isEqualTo("1:" + gateway.number("SELECT charged_micros FROM call ORDER BY number DESC LIMIT 1"));
        Gateway.await(
                "the expiry of what the call left",
                () -> gateway.number("SELECT COUNT(*) FROM entry WHERE request_id = 'lapse-1-2'") == 1);
        visit.open(BILLING + "/ledger");
        assertThat(text(visit)).contains("Grant 1 expired", "paid by grant 1");
        look(visit, "ledger");
        visit.open("/dashboard/requests/" + lastCall());
        assertThat(text(visit)).contains("Paid by grant 1");
        read(visit, "request-paid-by-grant");
    }

    private void refundsTheCall(Visit visit) {
        refund();
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console"); // three days later
        visit.with(operator.cookies());
        visit.open(consoleAccount());
        assertThat(text(visit)).contains("Grant 2, refund");
        look(visit, "account-after-refund");
    }

    private void hasTheRefundInAGrant(Visit visit) {
        visit.open(BILLING);
        assertThat(text(visit)).contains("Grant 2, refund", "for gemini-4-*", "the end of 30 December 2026");
        read(visit, "refund");
        visit.open(BILLING + "/statements/2026-12");
        assertThat(text(visit)).contains("Grant 1 expired");
        read(visit, "statement-with-expiry");
    }
}
