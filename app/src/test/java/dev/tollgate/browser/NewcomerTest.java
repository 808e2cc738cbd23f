package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody who has never been here, with nothing but what the screen says. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class NewcomerTest {

    private static final String PASSWORD = "a sentence nobody else has";

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        gateway.close();
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
    @MethodSource(Windows.EACH)
    void what_strangers_and_newcomers_see_is_accessible_light_and_does_not_move(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            look(visit, "/");
            look(visit, "/sign-up");
            if (Effort.isLong()) { // with one more way in OidcLooksTest looks at it each time
                look(visit, "/sign-in");
            }
            visit.with(member.cookies());
            look(visit, "/playground");
            look(visit, "/dashboard/billing/top-up");
            if (Effort.isLong()) { // with payments PaymentLooksTest looks at it each time
                look(visit, "/dashboard/billing");
            }
        }
    }

    private static void look(Visit visit, String path) {
        visit.open(path);
        visit.look("page" + path.replace('/', '-'));
    }

    private static Visit signedIn(int width, Scheme scheme) {
        return Visit.at(gateway.url(), width, scheme).with(member.cookies());
    }
}
