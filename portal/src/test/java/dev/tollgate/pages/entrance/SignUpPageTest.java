package dev.tollgate.pages.entrance;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import org.junit.jupiter.api.Test;

class SignUpPageTest {

    private static String page(String... settings) {
        try (PortalServer server = PortalServer.start(settings)) {
            return new Browser(server.url()).get("/sign-up").body();
        }
    }

    @Test
    void the_page_says_what_one_gets_the_terms_and_who_runs_it() {
        assertThat(page(
                        "sign-up.credits",
                        "200",
                        "sign-up.credit-days",
                        "30",
                        "brand.terms",
                        "https://example.org/terms",
                        "brand.imprint",
                        "https://example.org/imprint",
                        "seller.name",
                        "Example & Sons"))
                .contains(
                        "You get 200.00 credits ($1.00) to start with, for 30 days. Only the sandbox answers here",
                        "you accept the <a href=\"https://example.org/terms\"",
                        "Run by Example &amp; Sons. <a href=\"https://example.org/imprint\"");
    }

    @Test
    void the_page_promises_nothing_that_is_not_set() {
        assertThat(page("sign-up.credits", "0")).doesNotContain("You get", "you accept", "Run by");
    }
}
