package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges of more than a month use UTC days, also if the person's zone has another day. */
class LongRangesTest {

    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([0-9]+)\"");
    private static final Pattern CALLS = Pattern.compile("data-figure=\"calls\">([^<]+)<");

    @ParameterizedTest
    @CsvSource({
        "America/Los_Angeles, 2026-11-21T01:00:00Z, 2026-11-21", // the evening before there
        "Pacific/Auckland, 2026-11-21T13:00:00Z, 2026-11-22", // the day after there
    })
    void a_long_range_up_to_now_has_the_calls_of_the_last_hours(String zone, Instant now, String latest) {
        try (PortalServer server = PortalServer.start("sign-up.credits", "50")) {
            server.setNow(now);
            BusyAccount one = BusyAccount.in(server, "ci");
            String settings = "/dashboard/settings";
            String version = found(VERSION, one.browser.get(settings).body());
            Map<String, String> wanted = Map.of("version", version, "name", "One", "zone", zone, "theme", "system");
            assertThat(one.browser.submit(settings, settings, wanted).status()).isEqualTo(303);
            one.ask(one.customer, "gemini-2.5-pro", 90, 90, 0);
            one.customer.lastTask();
            assertThat(calls(one, "range=today")).isEqualTo("1");
            assertThat(calls(one, "range=30")).isEqualTo("1");
            assertThat(calls(one, "range=90")).isEqualTo("1");
            assertThat(calls(one, "from=2026-09-01&to=" + latest)).isEqualTo("1");
            assertThat(one.browser.get("/dashboard/requests?range=90").body())
                    .contains("/dashboard/requests/chatcmpl-");
        }
    }

    private static String calls(BusyAccount who, String range) {
        return found(CALLS, who.browser.get("/dashboard/usage?" + range).body());
    }
}
