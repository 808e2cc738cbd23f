package dev.tollgate.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody who has never been here, with nothing but what the screen says. */
@Timeout(240)
@ResourceLock(Shared.BROWSER)
class NewcomerTest {

    private static final String PASSWORD = "a sentence nobody else has";

    private static Gateway gateway;
    private static int numbers;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static synchronized String newMail() {
        numbers++;
        return "newcomer" + numbers + "@example.org";
    }

    @Test
    void from_the_start_to_an_answer_in_the_playground_it_takes_two_clicks_beside_typing() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            visit.open("/");
            Page page = visit.page();
            page.click("text=Sign up");
            page.fill("#email", newMail());
            page.fill("#password", PASSWORD);
            page.press("#password", "Enter");
            page.waitForURL("**/dashboard");
            page.click("nav.side >> text=Playground");
            page.fill("#message", "What answers here?");
            page.press("#message", "Control+Enter");
            Locator answer = page.locator(".turn.assistant .answer");
            page.waitForSelector(".turn.assistant b:has-text('credits')");
            assertThat(answer.textContent()).contains("sandbox");
            assertThat(page.locator("#about").textContent()).doesNotContain("conversation 0.00 ");
            visit.picture("playground-answer");
        }
    }

    @Test
    void markup_in_an_answer_shows_as_text_and_loads_nothing() {
        try (Visit visit = signedIn(1280, Scheme.LIGHT)) {
            visit.open("/playground");
            Page page = visit.page();
            page.fill("#message", "<img src=x onerror=alert(1)> ![p](http://evil.example/p.png) <script>1</script>");
            page.press("#message", "Control+Enter");
            page.waitForSelector(".turn.assistant b:has-text('credits')");
            assertThat(page.locator(".turn img").count()).isZero();
            assertThat(page.locator(".turn script").count()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"390,LIGHT", "1280,DARK"})
    void what_strangers_and_newcomers_see_is_accessible_light_and_does_not_move(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            for (String path : new String[] {"/", "/sign-in", "/sign-up"}) {
                look(visit, path);
            }
        }
        try (Visit visit = signedIn(width, scheme)) {
            for (String path : new String[] {
                "/playground", "/dashboard/settings/security", "/dashboard/billing", "/dashboard/billing/top-up"
            }) {
                look(visit, path);
            }
        }
    }

    private static void look(Visit visit, String path) {
        visit.open(path);
        visit.assertAccessible();
        assertThat(visit.layoutShift()).as("%s moves", path).isZero();
        assertThat(visit.weight().requests()).as("requests of %s", path).isLessThanOrEqualTo(9);
        assertThat(visit.weight().bytes()).as("bytes of %s", path).isLessThan(120_000);
        visit.picture("page" + path.replace('/', '-'));
    }

    private static Visit signedIn(int width, Scheme scheme) {
        Visit visit = Visit.at(gateway.url(), width, scheme);
        visit.open("/sign-in");
        visit.page().fill("#login", "member@example.org");
        visit.page().fill("#password", PASSWORD);
        visit.page().press("#password", "Enter");
        visit.page().waitForURL("**/dashboard");
        visit.layoutShift(); // all of it is there before the next page is asked for
        return visit;
    }
}
