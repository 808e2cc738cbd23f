package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.GrantRows;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a customer sees of grants: Overview, Billing, the ledger, a call, and files. */
class GrantPagesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    /** The word of an entry, which is no head of a column. */
    private static final String EXPIRED = "(<td|scope=\"row\")[^>]*>(<[^>]*>)?Expired";

    private static PortalServer server;
    private static Browser browser;
    private static String account;
    private static String call;
    private static String month;

    @BeforeAll
    static void an_account_with_three_grants_of_which_two_have_paid_a_call() {
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        browser = new Browser(server.url()).signUp("ann@example.org", "a sentence nobody else has");
        browser.submit("/dashboard", "/dashboard/settings/view", Map.of("money", "credits", "back", "/dashboard"));
        account = server.text("SELECT account_id FROM person WHERE login = 'ann@example.org'");
        admin("grants", "{\"credits\":1450,\"reason\":\"a gift\",\"id\":\"gift\"}");
        KeyResult.Made key = server.createKey(account, KeySettings.named("laptop"));
        Customer customer = new Customer(server, account, key.key().id(), key.secret());
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        call = server.text("SELECT id FROM call WHERE account_id = '" + account + "'");
        admin("adjustments", "{\"credits\":-25,\"reason\":\"Grant 3 expired\",\"id\":\"expiry\"}");
        server.execute(
                "UPDATE entry SET origin = 'expiry', request_id = 'lapse-3-1', grants = '3:25000000' WHERE reason = 'Grant 3 expired'");
        server.execute("UPDATE entry SET grants = '1:400000000' WHERE reason = 'a gift'");
        server.execute("UPDATE call SET paid_by = '1:4000 2:100' WHERE id = '" + call + "'");
        GrantRows rows = new GrantRows(server::execute, account);
        Instant start = server.now().minusSeconds(60);
        Instant end = Instant.parse("2100-12-28T00:00:00Z");
        rows.add(1, 500_000_000, 400_000_000, "", start, end, "5:20000000", "0:3000000");
        rows.add(2, 300_000_000, 60_000_000, "gemini-4-* gemini-2.5-pro", start, null, "", "");
        rows.add(3, 25_000_000, 0, "", start, end, "", "");
        server.execute("UPDATE credit_grant SET ended_at = created_at, lapsed_micros = 25000000 WHERE number = 3");
        month = LocalDate.ofInstant(server.now(), ZoneOffset.UTC).toString().substring(0, 7);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void admin(String path, String body) {
        PortalServer.Reply reply = server.post("/admin/accounts/" + account + "/" + path, body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
    }

    private static List<String> lines(String path) {
        return browser.get(path).body().lines().toList();
    }

    @Test
    void the_ledger_shows_one_kind_or_one_month() {
        String path = "/dashboard/billing/ledger?kind=";
        assertThat(browser.get(path + "calls").body())
                .contains("<td class=\"hide\">Call</td>", "−$0.0", "value=\"calls\" selected")
                .doesNotContain("<td class=\"hide\">Credits added");
        assertThat(browser.get(path + "added").body())
                .contains("<td class=\"hide\">Credits added", "+$")
                .doesNotContain("<td class=\"hide\">Call</td>");
        assertThat(browser.get(path + "reversals").body()).contains("No entries match these filters.");
        String month =
                found("<option value=\"(\\d{4}-\\d\\d)\"", browser.get(path).body());
        assertThat(browser.get(path + "&month=" + month).body())
                .contains(
                        "<td class=\"hide\">Call</td>",
                        "<td class=\"hide\">Credits added",
                        "/statements/" + month + "/statement.csv");
        assertThat(browser.get(path + "pink&month=1970-01").body())
                .contains("<td class=\"hide\">Call</td>", "<td class=\"hide\">Credits added");
    }

    @Test
    void the_overview_names_only_grants_that_end_soon() {
        assertThat(browser.get("/dashboard").body()).doesNotContain("of grant 1", "of grant 2", " general");
    }

    @Test
    void billing_shows_each_grant_with_its_day_models_and_limits() {
        String page = browser.get("/dashboard/billing").body();
        assertThat(page)
                .contains("Grant 1, gift: <b", ">400.00</b> of <span title=\"500.000000 credits\">500.00</span> left");
        assertThat(page).contains("Until the end of 27 December 2100, for <span class=\"wrap\">all models</span>");
        assertThat(page).containsPattern("At most 20\\.00 in 5 hours: 3\\.00 used until [0-9]+ [A-Z][a-z]+ [0-9:]+");
        assertThat(page).contains("Never expires, for <span class=\"wrap\">gemini-4-*, gemini-2.5-pro</span>");
        assertThat(page.indexOf("Grant 1,")).isLessThan(page.indexOf("Grant 2,"));
        assertThat(page.indexOf("Grant 2,")).isLessThan(page.indexOf("General credits:"));
        assertThat(page).contains("Table: Grants with nothing left", "3, gift");
    }

    @Test
    void an_account_without_grants_sees_nothing_of_them() {
        Browser other = new Browser(server.url()).signUp("ben@example.org", "a sentence nobody else has");
        assertThat(other.get("/dashboard").body()).doesNotContain("general");
        assertThat(other.get("/dashboard/billing").body()).doesNotContain("General credits", "What pays");
        String files = "/dashboard/billing/statements/" + month + "/statement.csv";
        assertThat(other.get(files).body().lines().findFirst().orElseThrow()).endsWith(",member_name");
        assertThat(other.get("/dashboard/requests.csv")
                        .body()
                        .lines()
                        .findFirst()
                        .orElseThrow())
                .doesNotContain("paid_by");
    }

    @Test
    void the_ledger_and_the_call_name_the_grants_that_paid() {
        assertThat(browser.get("/dashboard/billing/ledger").body())
                .contains(
                        "gemini-2.5-pro · paid by grants 1 and 2",
                        "a gift · to grant 1",
                        ">Expired<",
                        ">Grant 3 expired<");
        assertThat(browser.get("/dashboard/requests/" + call).body())
                .containsPattern(
                        "Paid by grants 1 \\(0\\.0040 credits\\) and 2 \\(0\\.0001 credits\\), general credits the rest\\.");
    }

    @Test
    void a_correction_in_the_words_of_an_expiry_is_none() {
        Browser eve = new Browser(server.url()).signUp("eve@example.org", "a sentence nobody else has");
        String hers = server.text("SELECT account_id FROM person WHERE login = 'eve@example.org'");
        for (String body : List.of(
                "{\"credits\":5,\"models\":[\"gemini-3-pro\"],\"reason\":\"a gift\"}",
                "{\"credits\":5,\"reason\":\"a gift\"}")) {
            assertThat(server.post("/admin/accounts/" + hers + "/grants", body, ADMIN_KEY)
                            .status())
                    .isEqualTo(200);
        }
        String words = "{%s\"reason\":\"Grant 1 expired\",\"id\":\"lapse-%d-1\"}";
        for (String[] change : new String[][] {
            {"adjustments", words.formatted("\"credits\":-5,", 1)}, {"grants/1/end", words.formatted("", 2)}
        }) {
            assertThat(server.post("/admin/accounts/" + hers + "/" + change[0], change[1], ADMIN_KEY)
                            .status())
                    .isEqualTo(200);
        }
        for (String page : List.of("/ledger", "", "/statements/" + month)) {
            assertThat(eve.get("/dashboard/billing" + page).body())
                    .as(page)
                    .contains("Correction", "Grant 1 expired · from grant 1")
                    .doesNotContainPattern(EXPIRED);
            assertThat(browser.get("/dashboard/billing" + page).body()).as(page).containsPattern(EXPIRED);
        }
    }

    @Test
    void files_have_a_last_column_of_who_paid() {
        List<String> statement = lines("/dashboard/billing/statements/" + month + "/statement.csv");
        assertThat(statement.getFirst()).endsWith(",member_name,paid_by");
        assertThat(statement)
                .anySatisfy(line -> assertThat(line).contains(",charge,").endsWith(",1:4000 2:100"));
        assertThat(statement).anySatisfy(line -> assertThat(line)
                .contains(",adjustment,", ",-25,", ",expired,")
                .endsWith(",3:25000000"));
        List<String> calls = lines("/dashboard/requests.csv");
        assertThat(calls.getFirst()).endsWith(",paid_by");
        assertThat(calls.get(1)).endsWith(",1:4000 2:100");
    }
}
