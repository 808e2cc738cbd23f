package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pages whose proxy speaks TLS and asks us under a name of its own, as many do by default. */
class PagesBehindProxyTest {

    private static final String PUBLIC = "https://gate.example";
    private static final String PASSWORD = "a password for the tests";

    private static PortalServer server;

    @BeforeAll
    static void start() {
        server = PortalServer.start("public.url", PUBLIC);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Browser through(String origin) {
        return new Browser(server.url(), origin, Map.of("x-forwarded-for", "203.0.113.7"));
    }

    @Test
    void a_form_from_the_public_address_is_taken_whatever_host_the_proxy_asks_for() {
        Browser browser = through(PUBLIC).signUp("ann@example.org", PASSWORD);
        assertThat(browser.get("/dashboard").status()).isEqualTo(200);
    }

    @Test
    void a_session_goes_by_tls_alone_though_the_proxy_stands_on_this_machine() {
        Browser browser = through(PUBLIC).signUp("bob@example.org", PASSWORD);
        assertThat(browser.cookies()).contains("__Host-tollgate=").doesNotContain(" tollgate=");
        assertThat(browser.get("/dashboard").header("strict-transport-security"))
                .isNotEmpty();
    }

    @Test
    void a_form_from_elsewhere_is_refused_with_and_without_the_proxy() {
        for (String origin :
                new String[] {"https://gate.example.evil", "http://gate.example", "https://gate.example:444"}) {
            Browser.Page page = through(origin)
                    .submit("/sign-up", "/sign-up", Map.of("email", "eve@example.org", "password", PASSWORD));
            assertThat(page.status()).as(origin).isEqualTo(403);
        }
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE email = 'eve@example.org'"))
                .isZero();
    }

    @Test
    void who_stands_at_this_machine_still_gets_in_without_tls() {
        Browser browser = new Browser(server.url()).signUp("operator@example.org", PASSWORD);
        assertThat(browser.cookies()).contains("tollgate=").doesNotContain("__Host-tollgate=");
        assertThat(browser.get("/dashboard").status()).isEqualTo(200);
    }
}
