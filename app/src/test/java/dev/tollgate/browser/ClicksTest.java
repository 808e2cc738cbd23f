package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.Today;
import java.nio.file.Files;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The number of clicks that a task needs, counted by the browser: clicks of a person, without the click that Enter makes in a form. A choice
 * from a list costs one, too, though a script that chooses presses nothing. Typing, Enter and signing in are free.
 */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class ClicksTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private static final double MILLIS_MAX = 30_000; // a guard against hanging, not a measure

    private static final String COUNT = """
            if (!('isCounting' in window)) {
              const count = () => sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
              addEventListener('click', event => { if (event.isTrusted && event.detail > 0) count(); }, true);
              addEventListener('change', event => { if (event.target.matches('select')) count(); }, true);
            }
            window.isCounting = true;""";

    private static Gateway gateway;
    private static Customer customer;
    private static Browser member;
    private static Browser operator;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_OPERATOR_PASSWORD", PASSWORD), "sign-up.credits", "100");
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
        String account = gateway.text("SELECT account_id FROM person WHERE login = 'member@example.org'");
        KeyResult.Made key = gateway.commands().createKey(account, KeySettings.named("nightly job"));
        customer = new Customer(gateway, account, key.key().id(), key.secret());
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        gateway.writeWhatRides();
        String topUp = "/dashboard/billing/top-up";
        String page = member.submit(topUp, topUp, Map.of("id", "d".repeat(32), "dollars", "10"))
                .location();
        String pay = page.replace(topUp, "/pay/test");
        member.submit(pay, pay, Map.of("end", "paid"));
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** Somebody with a mouse. */
    private record Hand(Visit visit) {

        Page page() {
            return visit.page();
        }

        void begin(String path) {
            visit.open(path);
            visit.layoutShift(); // all of it is there before the next page is asked for
            page().evaluate("() => { sessionStorage.clicks = 0; }");
        }

        void click(String selector) {
            page().locator(selector).first().click();
        }

        void enter(String selector, String text) {
            page().locator(selector).fill(text);
            page().locator(selector).press("Enter");
        }

        void sees(String text) {
            page().locator("main :text('" + text + "')").first().waitFor();
        }

        void needed(String job, int most) {
            visit.layoutShift();
            Object clicks = page().evaluate("() => Number(sessionStorage.clicks)");
            assertThat(((Number) clicks).intValue()).as(job).isEqualTo(most);
        }
    }

    private static Visit visit() {
        Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT);
        visit.page().context().addInitScript(COUNT);
        visit.page().setDefaultTimeout(MILLIS_MAX);
        return visit;
    }

    @Test
    void a_newcomer_gets_an_answer_with_one_click_and_a_key_with_two() throws Exception {
        try (Visit visit = visit()) {
            Hand hand = new Hand(visit);
            hand.begin("/");
            hand.click("main >> text=Try it");
            hand.page().fill("#email", "newcomer@example.org");
            hand.enter("#password", PASSWORD);
            hand.page().waitForURL("**/playground");
            hand.page().fill("#message", "What answers here?");
            hand.page().waitForSelector("#send:enabled"); // from when on its script listens
            hand.page().press("#message", "Control+Enter");
            Locator answer = hand.page().locator(".turn.assistant > .answer");
            hand.page().waitForSelector(".turn.assistant b:has-text('credits')");
            hand.page().waitForSelector("#send-label:text-is('Send')"); // the answer has ended
            assertThat(answer.textContent()).contains("sandbox");
            assertThat(hand.page().locator("#about").textContent()).doesNotContain("0.00 ");
            hand.needed("from / to an answer; allowed are 3", 1);
            visit.keep("playground-answer");
        }
        try (Visit visit = visit()) {
            Hand hand = new Hand(visit);
            hand.begin("/");
            hand.click("text=Sign up");
            hand.page().fill("#email", "newcomer2@example.org");
            hand.enter("#password", PASSWORD);
            hand.page().waitForURL("**/dashboard");
            hand.click("main >> text=Create one");
            hand.enter("#name", "laptop");
            String secret =
                    Objects.requireNonNull(hand.page().locator("#secret").textContent());
            String curl = Objects.requireNonNull(hand.page().locator("#curl").textContent());
            hand.needed("from / to a key", 2);
            assertThat(curl).contains("curl " + gateway.url() + "/v1/chat/completions", secret);
        }
    }

    @Test
    void a_developer_finds_what_a_call_and_a_month_cost_and_looks_after_keys() {
        String id = customer.lastTask().get("id").asString();
        try (Visit visit = visit().with(member.cookies())) {
            Hand hand = new Hand(visit);

            hand.begin("/dashboard");
            hand.page().keyboard().press("/");
            hand.enter("#find", id);
            hand.page().waitForURL("**/dashboard/requests/" + id);
            hand.sees("Outcome");
            hand.needed("why a call failed or cost that", 0);

            hand.begin("/dashboard");
            hand.click("main .tile a[href*='range=month']");
            hand.page().waitForURL("**/dashboard/usage?range=month**");
            hand.page().locator("main th a:text('gemini-2.5-pro')").waitFor();
            hand.page().locator("main th a:text('nightly job')").waitFor();
            hand.needed("what each model and key has cost this month", 1);

            hand.begin("/dashboard");
            hand.click("nav.side >> text=Keys");
            hand.click("main >> text=New key");
            hand.page().fill("#name", "with a limit");
            hand.click("summary:has-text('Limits')");
            hand.enter("#day", "20");
            hand.page().waitForSelector("#secret");
            hand.needed("a key with a day limit", 3);

            hand.begin("/dashboard");
            hand.click("nav.side >> text=Keys");
            hand.click("[aria-label='More: with a limit']");
            hand.click("[aria-label='Turn off with a limit']");
            hand.sees("get a 401");
            hand.needed("a runaway key is stopped", 3);

            hand.begin("/dashboard");
            hand.click("nav.side >> text=Keys");
            hand.click("main >> text=nightly job");
            hand.click("text=Create secret");
            hand.page().waitForSelector("#secret");
            hand.needed("a leaked key is replaced without an outage", 3);
            assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        }
    }

    /** Half of a desk's width is what 200 % of zoom leaves of it. */
    @ParameterizedTest
    @CsvSource({"320,LIGHT", "390,DARK", "640,LIGHT", "880,DARK", "1280,LIGHT"})
    void a_call_is_found_by_its_id_in_a_window_of_any_width(int width, Scheme scheme) {
        String id = customer.lastTask().get("id").asString();
        finds(Visit.at(gateway.url(), width, scheme).with(member.cookies()), "/dashboard", id);
        finds(Visit.at(gateway.url(), width, scheme).with(operator.cookies()), "/console", id);
    }

    private static void finds(Visit looking, String home, String id) {
        try (Visit visit = looking) {
            visit.open(home);
            assertThat(visit.layoutShift()).isZero();
            visit.keep("find" + home.replace('/', '-'));
            visit.assertFits();
            List<String> parts = home.equals("/console") // which belongs to no account
                    ? List.of("#find")
                    : List.of("#find", "header .balance", "header >> text=Top up");
            for (String part : parts) {
                assertThat(visit.page().locator(part).isVisible()).as(part).isTrue();
            }
            visit.page().keyboard().press("/");
            assertThat(visit.page().evaluate("() => document.activeElement.id")).isEqualTo("find");
            visit.page().keyboard().type(id);
            visit.page().keyboard().press("Enter");
            visit.page().waitForURL("**" + home + "/requests/" + id);
        }
    }

    @Test
    void who_pays_has_months_and_papers_with_two_clicks_and_a_call_of_a_statement_with_one() throws Exception {
        YearMonth month = YearMonth.from(Today.instant().atZone(ZoneOffset.UTC));
        String statement = "/dashboard/billing/statements/" + month;
        try (Visit visit = visit().with(member.cookies())) {
            Hand hand = new Hand(visit);

            hand.begin("/dashboard");
            hand.click("nav.side >> text=Billing");
            Download file = hand.page().waitForDownload(() -> hand.click("[href='" + statement + "/statement.csv']"));
            assertThat(Files.readString(file.path()))
                    .startsWith("\ufefftime,sequence,kind,")
                    .contains("gemini-2.5-pro");
            hand.needed("a month as CSV", 2);

            hand.begin("/dashboard");
            hand.click("nav.side >> text=Billing");
            hand.click("td >> text=Invoice or receipt");
            hand.sees("$10.00");
            hand.needed("an invoice to print", 2);
            hand.page().evaluate("() => { window.print = () => { window.printed = true; }; }");
            hand.page().click("[data-print]");
            assertThat(hand.page().evaluate("() => window.printed")).isEqualTo(true);

            hand.begin("/dashboard");
            hand.click("header >> text=Top up");
            hand.click("text=$25");
            hand.sees("Go to payment");
            hand.needed("up to the payment page", 2);

            hand.begin(statement);
            hand.click("main a[href^='/dashboard/requests/chatcmpl-']");
            hand.sees("Price");
            hand.needed("from a line of the statement to the call and its price", 1);
        }
    }

    @Test
    void an_operator_sees_at_once_how_it_goes_and_refunds_bans_and_prices_with_three_clicks_at_most() {
        String call = customer.lastTask().get("id").asString();
        try (Visit visit = visit().with(operator.cookies())) {
            Hand hand = new Hand(visit);
            hand.begin("/console");
            hand.sees("Margin");
            hand.sees("sandbox");
            hand.needed("whether all is well and it earns", 0);

            hand.begin("/console");
            hand.enter("#find", call);
            hand.page().waitForURL("**/console/requests/" + call);
            hand.enter("#refund-reason", "a good word for a friend");
            hand.sees("The credits were refunded.");
            hand.needed("a call is refunded; allowed are 3", 0);

            hand.begin("/console");
            hand.click("nav.side >> text=Prices");
            hand.click("main th a:text-is('gemini-3-pro')");
            hand.enter("#price-input", "170");
            hand.enter("#price-reason", "dearer at the provider");
            hand.sees("Price set.");
            hand.needed("a price is changed; allowed are 3", 2);

            Customer other = gateway.customer("10");
            hand.begin("/console");
            hand.enter("#find", other.account());
            hand.page().waitForURL("**/console/accounts/" + other.account() + "**");
            hand.click("summary:has(#ban-title)");
            hand.enter("#ban-reason", "a stolen card");
            hand.sees("banned");
            hand.needed("an account is banned; allowed are 3", 1);
            assertThat(other.chat(CHAT).status()).isEqualTo(401);
        }
    }
}
