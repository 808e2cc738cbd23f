package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.Today;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's pages in a browser: nothing moves, the console stays empty, and the pages are accessible. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class ConsolePagesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";

    private static Gateway gateway;
    private static Browser operator;
    private static Map<String, String> pages;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("operator.password", PASSWORD);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        Customer customer = gateway.customer("10");
        String made = operator.submit(
                        "/console/vouchers",
                        "/console/vouchers",
                        Map.of(
                                "deed",
                                "voucher.create",
                                "count",
                                "1",
                                "credits",
                                "1000",
                                "reason",
                                "for whoever came first"))
                .body();
        String code = found("id=\"codes\">([^<]+)<", made);
        assertThat(gateway.app()
                        .money()
                        .vouchers()
                        .redeem(Gateway.acting(customer), "of a test", code)
                        .isDone())
                .isTrue();
        assertThat(customer.chat(CHAT.replace("2.5", "9")).status()).isEqualTo(404);
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        String task = customer.lastTask().get("id").asString();
        gateway.execute("UPDATE usage_hour SET prompt_tokens = 1234567, cached_tokens = 1111000, searches = 12");
        pages = new LinkedHashMap<>();
        pages.put("accounts", "/console/accounts");
        pages.put("account", "/console/accounts/" + customer.account());
        pages.put("requests", "/console/requests");
        pages.put("request", "/console/requests/" + task);
        pages.put("refused", "/console/requests/refused");
        pages.put("prove", "/console/prove");
        pages.put("overview", "/console");
        pages.put("prices", "/console/prices");
        pages.put("price", "/console/prices/google/gemini-2.5-pro");
        pages.put("channels", "/console/channels");
        pages.put("vouchers", "/console/vouchers");
        pages.put("status-page", "/console/status");
        pages.put("revenue", "/console/revenue");
        pages.put("books", "/console/books");
        String month = "/console/books/months/" + YearMonth.from(Today.instant().atZone(ZoneOffset.UTC));
        pages.put("months", "/console/books/months");
        pages.put("month", month);
        pages.put("month-used", month + "/used");
        pages.put("month-vouchers", month + "/vouchers");
        pages.put("audit", "/console/audit");
        pages.put("settings", "/console/settings");
        pages.put("settings-sign-up", "/console/settings/sign-up");
        pages.put("settings-all", "/console/settings/all");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"requests", "account", "overview", "vouchers"})
    void credits_stay_on_the_smallest_screen(String name) {
        try (Visit visit = Visit.at(gateway.url(), 320, Scheme.DARK).with(operator.cookies())) {
            visit.open(pages.get(name));
            visit.assertFits();
        }
    }

    @Test
    void all_settings_are_found_by_words_those_that_are_folded_too() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT).with(operator.cookies())) {
            visit.open(pages.get("settings-all"));
            visit.page().fill("#filter", "smtp server");
            assertThat(visit.page()
                            .evaluate("() => [...document.querySelectorAll('.entry h3')]"
                                    + ".filter(each => each.checkVisibility()).map(each => each.innerText).join()"))
                    .isEqualTo("mail.host");
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, requests account accounts", "1280, requests account accounts", "390, prices vouchers account"})
    void no_column_leaves_a_screen_that_is_not_wide(int width, String names) {
        try (Visit visit = Visit.at(gateway.url(), width, Scheme.LIGHT).with(operator.cookies())) {
            for (String name : names.split(" ")) {
                visit.open(pages.get(name));
                assertThat(visit.page()
                                .evaluate("() => [...document.querySelectorAll('.scroll')]"
                                        + ".filter(box => box.scrollWidth > box.clientWidth + 1)"
                                        + ".map(box => box.getAttribute('aria-label')).join()"))
                        .as(name)
                        .isEqualTo("");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390})
    void what_a_phone_shows_of_a_refusal_and_of_a_course_can_be_read_there(int width) {
        try (Visit visit = Visit.at(gateway.url(), width, Scheme.DARK).with(operator.cookies())) {
            visit.open(pages.get("refused"));
            visit.assertRoomFor("does not exist or is inactive", width - 80);
            visit.assertFits();
            visit.keep("console-refused");
            visit.open(pages.get("request"));
            visit.assertRoomFor("Settled", 0);
            visit.assertFits();
            visit.keep("console-request");
        }
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void every_page_of_the_console_can_be_read_and_stands_still(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(operator.cookies())) {
            pages.forEach((name, path) -> {
                assertThat(visit.open(path).status()).as(path).isEqualTo(200);
                visit.look("console-" + name);
            });
        }
    }
}
