package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The page of a call while it runs, and when it has ended. */
@Timeout(120)
@Order(1)
@ResourceLock(Shared.BROWSER)
class RunningCallLooksTest {

    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static Gateway gateway;
    private static BusyAccount one;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("sign-up.credits", "50");
        one = BusyAccount.in(gateway, "ci");
        gateway.script(UpstreamScript.answers()
                .text("It begins.", new Tokens(10, 2_000, 0))
                .delay(6_000)
                .text("It ends.", new Tokens(10, 4_000, 0))
                .finish("STOP", new Tokens(10, 4_000, 30)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** The page of the call that runs now. */
    private static Page open(Visit visit) {
        visit.with(one.browser.cookies());
        Gateway.await("the call", () -> !gateway.text("SELECT COUNT(*) FROM open_hold")
                .equals("0"));
        visit.open("/dashboard/requests/" + gateway.text("SELECT MAX(id) FROM open_hold"));
        return visit.page();
    }

    @Test
    void it_follows_the_call_and_shows_its_end_by_itself() throws Exception {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT);
                var call = one.customer.chatRaw(CALL)) {
            Page page = open(visit);
            page.waitForSelector("b:has-text('0.90 credits')");
            String story = page.textContent("[data-figure=call-story]");
            assertThat(story).matches("The call has been running for [0-9]+ s and holds [0-9.]+ credits\\.");
            assertThat(page.textContent("[data-figure=call-held]")).matches("[0-9.]+");
            visit.keep("request-running");
            page.waitForFunction(
                    "before => document.querySelector('[data-figure=call-story]').textContent !== before", story);
            page.waitForSelector(".badge:has-text('completed')");
            assertThat(page.textContent("main")).contains("1.80 credits", "Answered with 4,000 tokens", "Charged");
        }
    }

    @Test
    void nothing_moves_for_who_is_at_something_on_it_but_a_link_leads_to_its_end() throws Exception {
        try (Visit visit = Visit.at(gateway.url(), 320, Scheme.DARK);
                var call = one.customer.chatRaw(CALL)) {
            Page page = open(visit);
            page.waitForSelector("b:has-text('0.90 credits')");
            page.focus("text=Open in playground");
            visit.assertFits();
            page.click("text=The call has ended – show");
            page.waitForSelector(".badge:has-text('completed')");
        }
    }
}
