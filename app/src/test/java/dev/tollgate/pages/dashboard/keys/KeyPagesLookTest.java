package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of keys as a browser shows them, and how many clicks they take. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class KeyPagesLookTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private static Gateway gateway;

    private int clicks;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("http.trusted-hops", "1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Browser member(String place, int width, Scheme scheme) {
        return new Browser(
                        gateway.url(),
                        gateway.url(),
                        Map.of("x-forwarded-for", "10." + place.length() + "." + scheme.ordinal() + "." + width % 250))
                .signUp(place + width + scheme + "@example.org", "somebody who looks");
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void the_key_pages_are_accessible_and_do_not_shift(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            visit.with(member("look", width, scheme).cookies());
            Page page = visit.page();
            if (Effort.isLong()) { // a sentence and a button instead of the table
                visit.open("/dashboard/keys");
                visit.look("keys-none");
            }
            visit.open("/dashboard/keys/new");
            visit.look("key-new");
            page.fill("#name", "nightly job");
            page.locator("summary:has-text('Limits')").click();
            page.fill("#day", "2.5");
            assertThat(page.textContent("legend:has-text('Spend limits')")).contains("in dollars");
            visit.assertFits();
            visit.keep("key-new-limits");
            page.press("#day", "Enter");
            page.waitForSelector("#secret");
            String secret = Objects.requireNonNull(page.textContent("#secret"));
            visit.look("key-reveal");
            gateway.post("/v1/chat/completions", CHAT, secret);
            gateway.writeWhatRides();
            visit.open("/dashboard/keys");
            visit.look("keys");
            click(page, "nightly job");
            page.waitForURL("**/dashboard/keys/key_*");
            visit.look("key");
        }
    }

    /** On a phone too; on a desk {@code browser.ClicksTest} counts them each time. */
    @ParameterizedTest
    @MethodSource(Windows.EACH)
    @EnabledIfSystemProperty(named = "test.long", matches = "true")
    void keys_are_made_stopped_and_replaced_in_few_clicks(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            visit.with(member("click", width, scheme).cookies());
            Page page = visit.page();
            boolean isNarrow =
                    width < 900; // its menu is folded: opening it is not counted, it is the same for all pages

            visit.open("/dashboard");
            clicks = 0;
            keys(visit, isNarrow);
            visit.layoutShift(); // all of it is there before the next page is asked for
            click(page, "New key");
            page.fill("#name", "nightly job");
            page.locator("summary:has-text('Limits')").click();
            clicks++;
            page.fill("#day", "2.5");
            page.press("#day", "Enter");
            page.waitForSelector("#secret");
            assertThat(clicks).as("a key with a day limit").isEqualTo(3);
            String secret = Objects.requireNonNull(page.textContent("#secret"));

            visit.layoutShift();
            visit.open("/dashboard");
            clicks = 0;
            keys(visit, isNarrow);
            click(page, "nightly job");
            click(page, "Create secret");
            page.waitForSelector("#secret");
            assertThat(clicks).as("another secret").isEqualTo(3);
            assertThat(gateway.get("/v1/models", secret).status()).isEqualTo(200);

            visit.layoutShift();
            visit.open("/dashboard");
            clicks = 0;
            keys(visit, isNarrow);
            click(page, "Turn off nightly job");
            page.waitForSelector("text=get a 401");
            assertThat(clicks).as("a key is stopped").isEqualTo(2);
            assertThat(gateway.get("/v1/models", secret).status()).isEqualTo(401);
        }
    }

    private void keys(Visit visit, boolean isNarrow) {
        Page page = visit.page();
        visit.layoutShift(); // all of it is there before the next page is asked for
        if (isNarrow) {
            page.locator("details.menu > summary").click();
        }
        page.locator((isNarrow ? ".menu " : ".shell > ") + ".side a:has-text('Keys')")
                .click();
        page.waitForURL("**/dashboard/keys");
        clicks++;
    }

    private void click(Page page, String name) {
        page.locator("main")
                .getByRole(AriaRole.LINK, new com.microsoft.playwright.Locator.GetByRoleOptions().setName(name))
                .or(page.locator("main")
                        .getByRole(
                                AriaRole.BUTTON, new com.microsoft.playwright.Locator.GetByRoleOptions().setName(name)))
                .first()
                .click();
        clicks++;
    }
}
