package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Locator;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the dashboard looks like, narrow and light, wide and dark. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class DashboardLooksTest {

    private static final String BROKEN = """
            () => [...document.querySelectorAll('.badge')].filter(each => !/\\s/.test(each.innerText.trim())
              && each.getBoundingClientRect().height > 28).map(each => each.innerText)""";

    private static Gateway gateway;
    private static BusyAccount busy;
    private static BusyAccount fresh;

    @BeforeAll
    static void live() {
        gateway = Gateway.start("sign-up.credits", "5000");
        gateway.setNow(BusyAccount.NOW.minusSeconds(29L * 86_400));
        busy = BusyAccount.in(gateway, "prod-web");
        busy.live();
        busy.search(busy.customer);
        busy.ask(busy.customer, "gemini-3.1-pro", 194, 229, 457);
        gateway.setNow(BusyAccount.NOW);
        fresh = BusyAccount.in(gateway, "ci");
        busy.customer.chat("{\"model\":\"gemini-9\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        busy.customer.chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[],\"max_tokens\":-5}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Visit visit(int width, Scheme scheme, BusyAccount account) {
        Visit visit = Visit.at(gateway.url(), width, scheme);
        visit.with(account.browser.cookies());
        return visit;
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void each_page_is_accessible_and_does_not_shift(int width, Scheme scheme) {
        try (Visit visit = visit(width, scheme, busy)) {
            look(visit, "/dashboard", "overview");
            look(visit, "/dashboard/requests", "requests");
            look(visit, "/dashboard/usage", "usage");
            look(visit, "/dashboard/find?q=nothing", "find");
            look(visit, "/dashboard/requests/refused", "refused");
            look(visit, "/dashboard/requests/" + busy.lastCall() + "?verify=1", "request");
            look(visit, "/dashboard/billing/statements/2026-11", "statement");
            if (Effort
                    .isLong()) { // the same pages, otherwise filtered; with payments PaymentLooksTest looks at billing
                // each time
                look(visit, "/dashboard/requests?range=own", "requests-own");
                look(visit, "/dashboard/usage?by=day", "usage-day");
                look(visit, "/dashboard/billing", "billing");
            }
            visit.page().navigate("about:blank"); // no page is left that would follow live without its session
            visit.with(fresh.browser.cookies());
            look(visit, "/dashboard", "start"); // who has made no call sees what to do first
        }
    }

    private static void look(Visit visit, String path, String name) {
        visit.open(path);
        visit.look(name);
    }

    @Test
    void single_keys_go_through_the_rows_that_can_be_seen() {
        try (Visit visit = visit(1280, Scheme.LIGHT, busy)) {
            visit.open("/dashboard"); // a chart's table is closed before the calls
            visit.page().keyboard().press("j");
            assertThat(visit.page().evaluate("() => document.activeElement.getAttribute('href')"))
                    .isEqualTo("/dashboard/requests/" + busy.lastCall());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dashboard",
                "/dashboard/requests",
                "/dashboard/billing",
                "/dashboard/billing/statements/2026-11",
                "/dashboard/keys"
            })
    void credits_stay_on_the_smallest_screen(String path) {
        try (Visit visit = visit(320, Scheme.LIGHT, busy)) {
            visit.open(path);
            visit.assertFits();
            assertThat(visit.page().evaluate(BROKEN))
                    .as("words that are broken in badges")
                    .isEqualTo(List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 950, 1280, 1366, 1440})
    void the_price_of_a_call_stays_on_screen_beside_teams_and_tags(int width) {
        String account = busy.customer.account();
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_" + width + "', '" + account
                + "', 'Search and recommendations, Europe " + width + "', 1)");
        gateway.execute("INSERT INTO label (account_id, number, name, value, proof, created_day, used_day) VALUES ('"
                + account + "', " + width + ", 'feature', 'search-of-the-shop-" + width + "', 0, 0, 0)");
        gateway.execute("UPDATE call SET labels = '" + width + "' WHERE account_id = '" + account + "'");
        gateway.execute("UPDATE api_key SET team_id = 'team_" + width + "' WHERE account_id = '" + account + "'");
        try (Visit visit = visit(width, Scheme.LIGHT, busy)) {
            visit.open("/dashboard/requests?with_member=1");
            visit.assertFits();
            assertThat(visit.page().evaluate("""
                    () => [...document.querySelectorAll('#found tbody tr')].map(row => row.clientHeight)
                      .filter(height => innerWidth > 900 && height > 60)"""))
                    .as("rows of more than two lines")
                    .isEqualTo(List.of());
            assertThat(visit.page().locator("#found").innerText())
                    .matches(text -> width < 900 || text.contains("feature=search-of-the-shop"));
            if (width > 1100) {
                Locator team = visit.page()
                        .locator("#found tbody .cut")
                        .filter(new Locator.FilterOptions().setHasText("Search and"))
                        .first();
                team.hover();
                assertThat(team.getAttribute("title")).startsWith("Search and recommendations, Europe");
            }
            visit.keep("requests-with-tags");
            visit.open("/dashboard/requests");
            assertThat((boolean) visit.page().evaluate("""
                    () => innerWidth < 1280 || [...document.querySelectorAll('#found .scroll')].every(each => each.scrollWidth <= each.clientWidth)"""))
                    .as("all columns are on the screen")
                    .isTrue();
        } finally {
            gateway.execute("UPDATE call SET labels = NULL WHERE account_id = '" + account + "'");
            gateway.execute("UPDATE api_key SET team_id = '' WHERE account_id = '" + account + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390})
    void what_a_phone_shows_of_a_refusal_and_of_a_course_can_be_read_there(int width) {
        try (Visit visit = visit(width, Scheme.LIGHT, busy)) {
            visit.open("/dashboard/requests/refused");
            visit.assertRoomFor("gemini-9", width - 80);
            visit.assertFits();
            visit.keep("refused");
            visit.open("/dashboard/requests/" + busy.lastCall());
            visit.assertRoomFor("Settled", 0);
            visit.assertFits();
            visit.keep("request");
        }
    }

    @Test
    void the_chart_tells_a_day_by_keys_and_opens_its_calls() {
        try (Visit visit = visit(1280, Scheme.LIGHT, busy)) {
            visit.open("/dashboard");
            visit.page().waitForSelector(".chart canvas"); // the page is painted before it
            visit.keep("overview");
            visit.page().locator(".chart").focus();
            visit.page().keyboard().press("End");
            assertThat(visit.page().locator("#chart-readout").textContent()).startsWith("21 Nov: ");
            assertThat(visit.page().locator(".chart .tip tr").allTextContents().getFirst())
                    .as("the tooltip begins with the sum")
                    .startsWith("21 Nov");
            visit.assertFits();
            visit.keep("overview-tooltip");
        }
    }
}
