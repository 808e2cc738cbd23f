package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.Totp;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Set-up of a second factor and sign-in with it, in a browser. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class SecondFactorLooksTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String PASSWORD = "a password and a phone";

    private static final String OPERATORS = "a long enough operator";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("operator.password", OPERATORS, "http.trusted-hops", "1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void a_second_factor_is_accessible_to_set_up_and_to_use(int width, Scheme scheme) {
        gateway.setNow(NOW);
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            Page page = visit.page();
            Map<String, String> place = Map.of("x-forwarded-for", "10.1." + scheme.ordinal() + "." + width % 250);
            page.setExtraHTTPHeaders(place);
            String email = "looks" + width + scheme + "@example.org";
            visit.with(new Browser(gateway.url(), gateway.url(), place)
                    .signUp(email, PASSWORD)
                    .cookies());
            look(visit, "/dashboard/settings/security", "security-off");
            look(visit, "/dashboard/settings/security/second-factor", "second-factor-setup");
            String secret = page.locator("#secret").innerText().replace(" ", "");
            page.fill("#code", Totp.code(secret, NOW));
            page.press("#code", "Enter");
            page.waitForSelector("#codes");
            look(visit, null, "recovery-codes");
            if (Effort.isLong()) { // a sentence and a form that the other pages of settings have too
                look(visit, "/dashboard/settings/security/second-factor", "second-factor-on");
            }
            page.navigate("about:blank"); // no page is left that would follow live without its session
            page.context().clearCookies();
            gateway.setNow(NOW.plusSeconds(30));
            visit.open("/sign-in");
            page.fill("#login", email);
            page.fill("#password", PASSWORD);
            page.press("#password", "Enter");
            page.waitForURL("**/sign-in/code**");
            look(visit, null, "code");
            page.fill("#code", Totp.code(secret, NOW.plusSeconds(30)));
            page.press("#code", "Enter");
            page.waitForURL("**/dashboard");
            visit.layoutShift();
            if (Effort.isLong()) { // one button more than what ConsolePagesTest looks at each time
                page.navigate("about:blank"); // no page is left that would follow live without its session
                page.context().clearCookies();
                Browser operator = new Browser(gateway.url());
                assertThat(operator.signIn("operator", OPERATORS).location()).isEqualTo("/console");
                visit.with(operator.cookies());
                String account = gateway.text("SELECT account_id FROM person WHERE login = '" + email + "'");
                look(visit, "/console/accounts/" + account, "account");
            }
        }
    }

    private static void look(Visit visit, String path, String name) {
        if (path != null) {
            visit.open(path);
        }
        visit.look("second/" + name);
    }
}
