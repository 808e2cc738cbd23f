package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Speeds of models on public pages, from calls that the test writes. */
@Timeout(60)
class ModelSpeedsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    /** Calls of an hour, each with its first byte in the third bucket, from 200 to 350 ms, and 80.0 tokens a second. */
    private static void calls(PortalServer server, String model, Instant hour, int calls) {
        server.execute(
                "INSERT INTO usage_hour (starts_at, node_id, upstream_model, model, channel, ending, calls, first_2, timed_tokens, timed_millis)"
                        + " VALUES (" + hour.toEpochMilli() + ", 'n', 'm', '" + model + "', 'main', 'completed', "
                        + calls + ", " + calls
                        + ", 8000, 100000)");
    }

    private static String list(PortalServer server) {
        return new Browser(server.url()).get("/docs/models").body();
    }

    @Test
    void a_models_speed_is_shown_from_100_calls_of_seven_days_on() {
        try (PortalServer server = PortalServer.start("gemini.base-url", "http://127.0.0.1:9")) {
            server.setNow(NOON);
            calls(server, "gemini-2.5-pro", NOON.minusSeconds(3_600), 99);
            calls(server, "gemini-2.5-pro", NOON.minusSeconds(8 * 86_400), 500);
            assertThat(list(server)).doesNotContain("First byte");
            calls(server, "gemini-2.5-pro", NOON.minusSeconds(7_200), 1);
            assertThat(list(server)).as("within five minutes").doesNotContain("First byte");
            server.setNow(NOON.plusSeconds(300));
            assertThat(list(server))
                    .containsPattern("(?s)>gemini-2.5-pro</a>.{1,1200}>about [0-9.]+ m?s</td>.{1,99}>80</td>");
            assertThat(new Browser(server.url())
                            .get("/docs/models/gemini-2.5-pro")
                            .body())
                    .contains("First byte, median", "Tokens a second");
        }
    }

    @Test
    void the_sandboxs_speed_is_not_shown() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            calls(server, "gemini-2.5-pro", NOON.minusSeconds(3_600), 500);
            assertThat(list(server)).contains("gemini-2.5-pro").doesNotContain("First byte");
        }
    }
}
