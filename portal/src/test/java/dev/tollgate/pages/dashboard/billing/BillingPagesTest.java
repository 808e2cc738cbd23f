package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BillingPagesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a sentence nobody else has";
    private static final Pattern PAYMENT = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");

    private static PortalServer server;
    private static int members;

    @BeforeAll
    static void start() {
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "http.trusted-hops", "1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Browser member(String name) {
        return new Browser(server.url(), server.url(), Map.of("x-forwarded-for", "10.1.0." + ++members))
                .signUp(name + "@example.org", PASSWORD);
    }

    private static String payment(Browser browser) {
        return found(PAYMENT, browser.get("/dashboard/billing/top-up").body());
    }

    @Test
    void a_test_payment_adds_its_credits_once_however_often_its_forms_are_sent() {
        Browser browser = member("payer");
        Map<String, String> form = Map.of("id", payment(browser), "dollars", "25");
        String path = browser.submit("/dashboard/billing/top-up", "/dashboard/billing/top-up", form)
                .location();
        assertThat(browser.submit("/dashboard/billing/top-up", "/dashboard/billing/top-up", form)
                        .location())
                .isEqualTo(path);
        Map<String, String> changed =
                Map.of("id", Objects.requireNonNull(form.get("id")), "dollars", "25", "own", "26");
        Browser.Page other = browser.submit("/dashboard/billing/top-up", "/dashboard/billing/top-up", changed);
        assertThat(browser.get(other.location()).body()).as("another amount").contains("$26");
        String pay = path.replace("/dashboard/billing/top-up/", "/pay/test/");
        assertThat(browser.get(path).body()).contains("href=\"" + pay + "\"", "No money moves");
        for (int i = 0; i < 3; i++) {
            assertThat(browser.submit("/dashboard", pay, Map.of("end", "paid")).location())
                    .isEqualTo(path);
        }
        assertThat(browser.get(path).body()).contains("5,000.00 credits arrived at ");
        String billing = browser.get("/dashboard/billing").body();
        assertThat(billing).contains("title=\"5,050.000000 credits\"", ">$25.25</b>");
        String ledger = browser.get("/dashboard/billing/ledger").body();
        assertThat(ledger).contains("Test payment of $25, no money moved");
        assertThat(ledger.split("\\+5,000\\.000000<", -1)).hasSize(2);
        assertThat(browser.get(path.replace("top-up", "invoices")).body())
                .contains("Test receipt TEST-", "no money has moved", "$25.00");
    }

    @Test
    void a_failed_test_payment_adds_nothing_and_other_accounts_cannot_pay_it() {
        Browser browser = member("unlucky");
        String path = browser.submit(
                        "/dashboard/billing/top-up",
                        "/dashboard/billing/top-up",
                        Map.of("id", payment(browser), "dollars", "10"))
                .location();
        String pay = path.replace("/dashboard/billing/top-up/", "/pay/test/");
        Browser other = member("nosy");
        assertThat(other.get(pay).status()).isEqualTo(404);
        assertThat(other.submit("/dashboard/billing/top-up", pay, Map.of("end", "paid"))
                        .status())
                .isEqualTo(404);
        browser.submit(pay, pay, Map.of("end", "failed"));
        browser.submit("/dashboard/billing/top-up", pay, Map.of("end", "paid"));
        assertThat(browser.get(path).body()).contains("The payment failed. You were not charged.");
        assertThat(browser.get("/dashboard/billing").body())
                .contains("title=\"50.000000 credits\"", ">$0.25</b>", "The test payment was ended as failed.");
    }

    @Test
    void an_impossible_amount_is_reported_and_moves_nothing() {
        Browser browser = member("careless");
        for (String amount : new String[] {"0", "5001", "-5", "ten", "99999999999"}) {
            Browser.Page page = browser.submit(
                    "/dashboard/billing/top-up",
                    "/dashboard/billing/top-up",
                    Map.of("id", payment(browser), "own", amount));
            assertThat(page.status()).as(amount).isEqualTo(422);
            assertThat(page.body()).contains("1 to 5,000 whole dollars", "value=\"" + amount + "\"");
            assertThat(page.body())
                    .as("at its field, too")
                    .containsPattern("aria-invalid=\"true\"[^>]*>\\s*<span class=\"error\" id=\"own-about\">An amount");
        }
        assertThat(browser.get("/dashboard/billing").body()).contains("title=\"50.000000 credits\"", ">$0.25</b>");
    }

    @Test
    void an_amount_button_ignores_the_typed_amount() {
        String page = member("clicker").get("/dashboard/billing/top-up").body();
        assertThat(page).contains("value=\"25\"");
        assertThat(Pattern.compile("<form.*?</form>", Pattern.DOTALL)
                        .matcher(page)
                        .results()
                        .map(MatchResult::group)
                        .filter(form -> form.contains("name=\"dollars\"")))
                .singleElement()
                .asString()
                .doesNotContain("name=\"own\"");
    }

    @Test
    void nothing_can_be_paid_with_a_real_upstream_and_without_stripe() {
        try (PortalServer real = PortalServer.start("gemini.base-url", "http://127.0.0.1:9", "sign-up.open", "true")) {
            Browser browser = new Browser(real.url()).signUp("real@example.org", PASSWORD);
            assertThat(browser.get("/dashboard/billing/top-up").body())
                    .contains("Ask the operator to add credits.")
                    .doesNotContain("Test payment");
            assertThat(browser.get("/pay/test/pay_00").status()).isEqualTo(404);
            assertThat(browser.submit(
                                    "/dashboard/billing/top-up",
                                    "/dashboard/billing/top-up",
                                    Map.of("id", "0".repeat(32), "dollars", "10"))
                            .status())
                    .isEqualTo(422);
        }
    }

    @Test
    void an_unknown_voucher_code_cannot_be_used() {
        Browser browser = member("guesser");
        Browser.Page page = browser.submit(
                "/dashboard/billing/top-up", "/dashboard/billing/voucher", Map.of("code", "ABCD-EFGH-JKLM-NPQR-STUV"));
        assertThat(page.status()).isEqualTo(422);
        assertThat(page.body())
                .contains("This code is not valid. Check that it is complete.", "value=\"ABCD-EFGH-JKLM-NPQR-STUV\"");
    }

    @Test
    void a_statement_begins_with_what_the_month_before_ended_with_and_adds_up() {
        Browser browser = member("reader");
        LocalDate today = LocalDate.ofInstant(server.now(), ZoneOffset.UTC);
        String month = today.toString().substring(0, 7);
        assertThat(browser.get("/dashboard/billing/statements/" + month)
                        .body()
                        .replaceAll(" <span class=\"sub[^<]*</span>", ""))
                .contains(
                        "credits to start with",
                        "+50.000000",
                        "Total calls</th><td class=\"num\">0</td><td class=\"num\">0.000000<",
                        "Balance at the end</th><td class=\"num\"></td><td class=\"num\">50.000000");
        browser.submit("/dashboard/billing", "/dashboard/billing/contact", Map.of("name", "Reader Ltd"));
        assertThat(browser.get("/dashboard/billing/statements/" + month).body())
                .as("whose it is, on paper too")
                .containsPattern("<dt>From</dt><dd>\\s*<div>Tollgate</div>")
                .containsPattern("<dt>To</dt><dd>\\s*<div>Reader Ltd</div>")
                .contains("<td class=\"num hide\">$0.25</td>");
        for (String never : List.of("%2B999999999-12", "-999999999-01", "2026-13")) {
            for (String page : List.of(never, never + "/statement.csv")) {
                assertThat(browser.get("/dashboard/billing/statements/" + page).status())
                        .as(page)
                        .isEqualTo(404);
            }
        }
        assertThat(browser.get("/dashboard/billing/statements/nonsense").status())
                .isEqualTo(404);
    }

    @Test
    void a_statement_file_names_source_key_reason_dollars_and_paper() {
        Browser browser = member("accountant");
        String account = server.text("SELECT account_id FROM person WHERE login = 'accountant@example.org'");
        String path = browser.submit(
                        "/dashboard/billing/top-up",
                        "/dashboard/billing/top-up",
                        Map.of("id", payment(browser), "dollars", "25"))
                .location();
        browser.submit("/dashboard", path.replace("/dashboard/billing/top-up/", "/pay/test/"), Map.of("end", "paid"));
        admin("/admin/accounts/" + account + "/grants", "{\"credits\":7,\"reason\":\"sorry, \\\"we\\\" failed\"}");
        String code = admin("/admin/vouchers", "{\"credits\":12.5,\"reason\":\"a talk\"}")
                .json()
                .get("codes")
                .get(0)
                .asString();
        browser.submit("/dashboard/billing/top-up", "/dashboard/billing/voucher", Map.of("code", code));
        String month =
                LocalDate.ofInstant(server.now(), ZoneOffset.UTC).toString().substring(0, 7);
        List<String> lines = browser.get("/dashboard/billing/statements/" + month + "/statement.csv")
                .body()
                .lines()
                .toList();
        assertThat(lines.get(1)).endsWith(",top_up,,,50,50,start,,,credits to start with,0.25,,,,,");
        assertThat(lines.get(2))
                .containsPattern(
                        ",top_up,,,5000,5050,payment,,,\"Test payment of \\$25, no money moved\",25.00,TEST-20[0-9]{2}-0");
        assertThat(lines.get(3)).endsWith(",top_up,,,7,5057,gift,,,\"sorry, \"\"we\"\" failed\",0.035,,,,,");
        assertThat(lines.get(4)).containsPattern(",top_up,,,12\\.5,5069\\.5,voucher,,,voucher [0-9]+,0\\.0625,,,,,$");
        assertThat(lines.get(5)).endsWith(",balance,,,0,5069.5,,,,,0.00,,,,,");
    }

    private static PortalServer.Reply admin(String path, String body) {
        PortalServer.Reply reply = server.post(path, body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    @Test
    void a_link_cannot_make_the_page_say_words_of_its_own() {
        assertThat(member("victim")
                        .get("/dashboard/billing?arrived=you+are+hacked")
                        .body()
                        .replaceAll("<input type=\"hidden\"[^>]*>", "")) // the page to come back to
                .doesNotContain("hacked", "have arrived");
    }

    @Test
    void what_was_added_in_the_month_is_listed_and_a_small_sum_has_one_form() {
        Browser browser = member("added");
        String account = server.text("SELECT account_id FROM person WHERE login = 'added@example.org'");
        server.commands().grant(account, 5_000_000_000L, "a present for you");
        long now = server.now().toEpochMilli() / 900_000 * 900_000;
        server.execute(
                "INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros) VALUES ('"
                        + account + "', " + now + ", 'key_1', 'm', 1, 40000)");
        server.execute(
                "UPDATE account SET consumed_micros = 40000, balance_micros = balance_micros - 40000 WHERE id = '"
                        + account + "'");
        String page = browser.get("/dashboard/billing").body();
        assertThat(page)
                .contains("Added and refunded in", "a present for you", "+$25.00")
                .doesNotContain("&lt;$0.01");
        assertThat(page.split("\\$0\\.0002", -1)).as("the sum and its month").hasSize(3);
    }

    @Test
    void a_balance_has_one_figure_and_its_parts_are_called_rounded() {
        Browser browser = member("cents");
        String account = server.text("SELECT account_id FROM person WHERE login = 'cents@example.org'");
        server.commands().grant(account, 150_800_000, "200.8 credits: $1.004");
        assertThat(browser.get("/dashboard/billing").body()).doesNotContain("rounded");
        server.execute(
                "UPDATE account SET consumed_micros = 7400000, balance_micros = balance_micros - 7400000 WHERE id = '"
                        + account + "'");
        String page = browser.get("/dashboard/billing").body();
        assertThat(page)
                .as("head and tile")
                .contains(
                        "title=\"193.400000 credits\"><b data-figure=\"balance\">$0.97<",
                        "<b title=\"193.400000 credits\" data-figure=\"account-balance\">$0.97<");
        assertThat(page)
                .contains("data-figure=\"account-spent\">$0.04<", "data-figure=\"account-added\">$1.00<")
                .containsOnlyOnce("rounded");
    }

    @Test
    void a_low_balance_is_told_in_the_unit_that_is_shown() {
        Browser browser = member("low");
        String path = "/dashboard/billing/notice";
        assertThat(browser.submit("/dashboard/billing", path, Map.of("line", "0.50", "unit", "dollars"))
                        .location())
                .isEqualTo("/dashboard/billing?notice=saved");
        assertThat(browser.get("/dashboard/billing").body())
                .contains("value=\"0.50\"", "Your balance is below your line of $0.50.");
        browser.submit("/dashboard/billing", path, Map.of("line", "1,000", "unit", "credits"));
        assertThat(browser.get("/dashboard/settings/notices").body()).contains("below $<", "value=\"5.00\"");
        Browser.Page wrong = browser.submit("/dashboard/billing", path, Map.of("line", "soon", "unit", "dollars"));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body()).contains("value=\"soon\"", "Type an amount such as 5.00.");
        Browser.Page unnamed = browser.submit("/dashboard/billing", path, Map.of("line", "7"));
        assertThat(unnamed.status()).isEqualTo(422);
        assertThat(unnamed.body()).contains("value=\"7\"", "did not say whether this is in dollars or credits");
        browser.submit("/dashboard/billing", path, Map.of("line", ""));
        assertThat(browser.get("/dashboard/billing").body()).doesNotContain("Your balance is below");
    }
}
