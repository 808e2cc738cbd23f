package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Prices, vouchers, settings, books and the audit log on the operator's pages, and what the first page makes of it all. */
@Timeout(60)
class ConsoleDeedsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";
    private static final String REASON = "because of a test";

    private static Gateway gateway;
    private static Browser operator;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("operator.password", PASSWORD);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String body(String path) {
        Browser.Page page = operator.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    @Test
    void a_price_is_shown_old_and_new_with_a_call_before_it_is_set_and_one_that_was_changed_meanwhile_is_refused() {
        String path = "/console/prices/gemini-3-pro";
        String shown = path + "?input=200&output=900&thoughts=free";
        String page = body(shown);
        // 2,000 tokens in and 500 out: 0.32 + 0.48, and 0.40 + 0.45
        assertThat(page)
                .contains("<td class=\"num\">0.80</td><td class=\"num\">0.85</td>")
                .contains("costs at the upstream");
        Matcher looked = Pattern.compile("name=\"looked\" value=\"([^\"]*)\"").matcher(page);
        assertThat(looked.find()).isTrue();
        Map<String, String> form = Map.of(
                "input", "200", "output", "900", "thoughts", "free", "looked", looked.group(1), "reason", REASON);
        assertThat(operator.submit(shown, path, form).location()).isEqualTo(path + "?done=price");
        assertThat(body(path)).contains("value=\"200\"").contains("value=\"900\"");
        Browser.Page late = operator.submit(shown, path, form);
        assertThat(late.status()).isEqualTo(422);
        assertThat(late.body()).contains("changed meanwhile");
        assertThat(body(path + "?input=1&output=1")).contains("below what the upstream charges");
        assertThat(operator.get(path + "?input=cheap&output=1").status()).isEqualTo(422);
        assertThat(operator.get("/console/prices/gemini-none").status()).isEqualTo(404);
    }

    @Test
    void codes_of_vouchers_are_shown_by_the_page_that_makes_them_and_by_no_other() {
        String path = "/console/vouchers";
        Browser.Page made = operator.submit(
                path, path, Map.of("deed", "make", "count", "2", "credits", "5", "reason", "a fair for testers"));
        Matcher codes = Pattern.compile("id=\"codes\">([^<]+)</pre>").matcher(made.body());
        assertThat(codes.find()).as(made.body()).isTrue();
        assertThat(codes.group(1).strip().lines()).hasSize(2);
        String later = body(path);
        assertThat(later).contains("a fair for testers");
        codes.group(1).strip().lines().forEach(code -> assertThat(later).doesNotContain(code));
        Browser.Page wrong =
                operator.submit(path, path, Map.of("deed", "make", "count", "two", "credits", "5", "reason", REASON));
        assertThat(wrong.status()).isEqualTo(422);
    }

    @Test
    void the_books_are_checked_when_it_is_asked_for() {
        operator.submit("/console/books", "/console/books", Map.of());
        Gateway.await("the check", () -> body("/console/books").contains("everything added up"));
    }

    @Test
    void what_was_done_stands_in_the_audit_log_and_in_its_file() {
        String id = gateway.customer("3").account();
        String path = "/console/accounts/" + id;
        operator.submit(path, path, Map.of("deed", "grant", "credits", "1", "reason", "=1+1 for a test"));
        assertThat(body("/console/audit?subject=" + id))
                .contains("account.grant")
                .contains("=1+1 for a test");
        Browser.Page csv = operator.get("/console/audit.csv?subject=" + id);
        assertThat(csv.header("content-type")).startsWith("text/csv");
        assertThat(csv.body()).contains("account.grant").contains(",'=1+1 for a test");
        assertThat(new Browser(gateway.url()).get("/console/audit.csv").location())
                .startsWith("/sign-in");
    }

    @Test
    void revenue_is_what_was_charged_less_what_was_given_back() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        gateway.writeWhatRides();
        for (String by : new String[] {"day", "model", "channel", "account"}) {
            Matcher sum = Pattern.compile("<th scope=\"row\">All</th>.*?title=\"([0-9.]+) credits\"")
                    .matcher(body("/console/revenue?by=" + by));
            assertThat(sum.find()).isTrue();
            assertThat(sum.group(1))
                    .isEqualTo(BigDecimal.valueOf(
                                    gateway.number("SELECT SUM(charged_micros - refunded_micros) FROM usage_hour"), 6)
                            .toPlainString());
        }
        assertThat(body("/console/revenue?by=account"))
                .containsPattern("<a href=\"/console/accounts/" + customer.account() + "\">Test</a>\\s*</th>"
                        + "<td class=\"num hide\">1</td>.*?title=\""
                        + customer.consumed().setScale(6).toPlainString() + " credits\"");
    }

    @Test
    void the_first_page_names_what_is_open_and_ticks_it_once_it_is_done() {
        assertThat(body("/console"))
                .contains("The sandbox answers: nothing real is sold.")
                .contains("<a href=\"/console/accounts/acc_demo\"><b>The demo account banned</b></a>");
        String path = "/console/accounts/acc_demo";
        operator.submit(path, path, Map.of("deed", "ban", "reason", REASON));
        assertThat(body("/console")).contains("<b>The demo account banned</b>").doesNotContain("acc_demo");
        operator.submit(path, path, Map.of("deed", "unban", "reason", REASON));
    }

    @Test
    void settings_tell_where_their_values_come_from_and_no_secret() {
        String page = body("/console/settings");
        assertThat(page)
                .contains("operator.password")
                .contains("set, not shown")
                .doesNotContain(PASSWORD);
    }
}
