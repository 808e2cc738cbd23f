package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Response;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Shared;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages that mails lead to, those that ask for a mail, and the settings of who gets them, as a browser shows them. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class MailLooksTest {

    private static final String PASSWORD = "somebody who gets mails";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    private static MailBox box;
    private static Gateway gateway;
    private static Browser member;
    private static String join;
    private static String reset;
    private static String invite;

    @BeforeAll
    static void start() {
        box = new MailBox();
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                box.settings(
                        "sign-up.open", "true",
                        "brand.announcement", "On Sunday from 08:00 to 09:00 UTC calls may take longer than usual.",
                        "brand.terms", "https://example.org/terms",
                        "brand.privacy", "https://example.org/privacy",
                        "brand.imprint", "https://example.org/imprint",
                        "brand.support", "mailto:help@example.org"));
        ask("/sign-up", "email", "ann@example.org");
        member = new Browser(gateway.url());
        String link = box.link("ann@example.org", 1);
        member.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"));
        ask("/sign-up", "email", "new@example.org");
        join = box.link("new@example.org", 1);
        ask("/forgot", "login", "ann@example.org");
        reset = box.link("ann@example.org", 2);
        gateway.post("/admin/invitations", "{\"email\":\"guest@example.org\",\"reason\":\"a test\"}", ADMIN_KEY);
        invite = box.link("guest@example.org", 1);
    }

    private static void ask(String path, String field, String value) {
        assertThat(new Browser(gateway.url())
                        .submit(path, path, Map.of(field, value))
                        .status())
                .isEqualTo(303);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        box.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void what_mails_lead_to_is_clear_and_stands_still(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            look(visit, "/forgot", "forgot");
            if (Effort.isLong()) { // a field less than what NewcomerTest looks at each time, a paragraph instead of the
                // form
                look(visit, "/sign-up", "sign-up");
                look(visit, "/forgot?sent=1", "sent");
            }
            look(visit, join, "confirm");
            look(visit, reset, "reset");
            look(visit, invite, "invite");
            visit.with(member.cookies());
            look(visit, "/dashboard/settings/email", "email");
            look(visit, "/dashboard/settings/notices", "notices");
            look(visit, "/dashboard/settings/data", "data");
        }
    }

    private static void look(Visit visit, String path, String name) {
        Response page = visit.open(path);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.url()).endsWith(path); // not the sign-in, which is 200 too
        visit.look("mail/" + name);
    }
}
