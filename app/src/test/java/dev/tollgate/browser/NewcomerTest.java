package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.Map;
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

    /** Other tests use the same window in UTC: this holds for one path alone. */
    private static final String IN_BERLIN = """
            if (location.pathname.startsWith('/invite/')) {
              Intl.DateTimeFormat.prototype.resolvedOptions = () => ({timeZone: 'Europe/Berlin'});
            }""";

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

    @Test
    void an_invited_person_gets_the_time_zone_of_the_browser() {
        String members = "/dashboard/members";
        String link = found(
                "/invite/[A-Za-z0-9_-]{43}",
                member.submit(
                                members,
                                members,
                                Map.of("deed", "invitation.create", "email", "ben@example.org", "role", "member"))
                        .body());
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            visit.page().addInitScript(IN_BERLIN);
            visit.open(link);
            visit.page().fill("#password", PASSWORD);
            visit.page().click("button.primary");
            visit.page().waitForURL("**/dashboard");
        }
        assertThat(gateway.text("SELECT zone FROM person WHERE login = 'ben@example.org'"))
                .isEqualTo("Europe/Berlin");
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
