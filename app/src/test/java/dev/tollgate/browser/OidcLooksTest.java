package dev.tollgate.browser;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.OidcStandIn;
import dev.tollgate.testing.Ports;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.Today;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sign-in with an external service in a browser; above all, browsers follow the way there and back. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class OidcLooksTest {

    private static final String PASSWORD = "a password beside it";
    private static final String IDENTITY = "/dashboard/settings/security/identity";

    private static OidcStandIn provider;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws IOException {
        provider = new OidcStandIn(Today::instant);
        int port = Ports.free();
        gateway = Gateway.start(provider.settings(
                "http://127.0.0.1:" + port, "port", Integer.toString(port), "operator.password", PASSWORD));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void a_browser_goes_there_and_comes_back_and_all_of_it_is_accessible_and_still(int width, Scheme scheme) {
        String name = "ann" + width + scheme.ordinal();
        String email = name + "@example.org";
        provider.user = new OidcStandIn.User("sub-" + name, email, true, "Ann Example");
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            Page page = visit.page();
            visit.mayGoTo(provider.url());
            look(visit, "/sign-in?to=/dashboard/usage", "sign-in");
            page.click("text=Sign in with Acme ID");
            page.waitForURL("**/sign-in/oidc?as=*");
            look(visit, null, "newcomer");
            page.click("text=Create account");
            page.waitForURL("**/dashboard/usage");
            visit.layoutShift();
            if (Effort.isLong()) { // with a password SecondFactorLooksTest looks at it each time
                look(visit, "/dashboard/settings/security", "security-without-password");
            }
            visit.open("/sign-in/oidc?for=prove&to=/dashboard/settings/security");
            visit.layoutShift();
            page.fill("#password", PASSWORD);
            page.press("#password", "Enter");
            page.waitForURL("**/security?changed=1");
            look(visit, IDENTITY, "identity-connected");
            if (Effort.isLong()) {
                lookAtTheOtherEnds(visit);
            }
        }
    }

    /** Shows both pages to a person who connects again, and for an address that has an account. */
    private static void lookAtTheOtherEnds(Visit visit) {
        Page page = visit.page();
        page.click("text=Disconnect");
        page.waitForURL("**/identity?done=disconnected");
        visit.layoutShift();
        page.click("text=Go to Acme ID");
        page.waitForURL("**/identity?as=*");
        look(visit, null, "identity-connect");
        page.context().clearCookies();
        visit.open("/sign-in");
        page.click("text=Sign in with Acme ID");
        page.waitForURL("**/sign-in/oidc?as=*");
        look(visit, null, "taken");
    }

    private static void look(Visit visit, String path, String name) {
        if (path != null) {
            visit.open(path);
        }
        visit.look("oidc/" + name);
    }
}
