package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that ask several questions, shown while calls end: their parts agree. */
@Timeout(60)
class OneInstantTest {

    private static final AtomicInteger LOOKS = new AtomicInteger();

    private static PortalServer server;
    private static BusyAccount one;
    private static volatile boolean isBusy;

    @BeforeAll
    static void start() {
        server = PortalServer.start(OneInstantTest::now, Map.of(), "sign-up.credits", "50");
        one = BusyAccount.in(server, "ci");
        one.ask(one.customer, "gemini-2.5-pro", 194, 229, 0);
        one.customer.lastTask();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A call ends whenever a page looks at the clock, which it does once before it reads anything and for each question. */
    private static Instant now() {
        if (isBusy && Thread.currentThread().getName().startsWith("tollgate-pages") && LOOKS.incrementAndGet() > 1) {
            server.execute("UPDATE usage_quarter SET calls = calls + 1, charged_micros = charged_micros + 10000");
        }
        return Instant.now();
    }

    private static String shown(String path) {
        LOOKS.set(0);
        isBusy = true;
        try {
            String page = one.browser.get(path).body();
            return page.substring(page.indexOf("<main")); // the balance stands before it
        } finally {
            isBusy = false;
            assertThat(LOOKS.get()).as("calls ended meanwhile").isGreaterThan(1);
        }
    }

    /** Returns the only value that all matches show. */
    private static String only(String page, String pattern) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map(found -> found.group(found.groupCount() == 2 && found.group(1) == null ? 2 : 1))
                .distinct()
                .reduce((a, b) -> a + " and " + b)
                .orElse("nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "key"})
    void usage_shows_the_same_calls_and_credits_in_its_figures_its_chart_and_its_table(String by) {
        String page = shown("/dashboard/usage?range=today&by=" + by);
        assertThat(only(page, "data-figure=\"calls\">([^<]+)<|<td class=\"num\"><a [^>]*>([0-9]+)</a></td>"))
                .matches("[0-9]+");
        assertThat(
                        only(
                                page,
                                "title=\"([0-9.]+) credits\" data-figure=\"(?:net|month)\"|(?:<td class=\"num\"|</data>) title=\"([0-9.]+) credits\""))
                .matches("[0-9.]+");
    }

    @Test
    void what_requests_add_up_to_are_the_calls_that_were_there_when_the_rows_were_read() {
        String before = one.browser.get("/dashboard/requests?range=today").body();
        String calls = "<p role=\"status\"><b>([0-9]+) calls?</b>";
        assertThat(only(shown("/dashboard/requests?range=today"), calls)).isEqualTo(only(before, calls));
    }
}
