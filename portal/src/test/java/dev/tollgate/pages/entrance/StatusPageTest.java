package dev.tollgate.pages.entrance;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The public status page, from calls that the test writes. */
@Timeout(60)
class StatusPageTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final String MODEL = "gemini-2.5-pro";

    /** Calls that ended in the first hour of a day, each with its first byte from 200 to 350 ms. */
    private static void calls(PortalServer server, int daysAgo, String ending, int calls) {
        long day =
                NOON.minus(Duration.ofHours(12)).minus(Duration.ofDays(daysAgo)).toEpochMilli();
        server.execute(
                "INSERT INTO usage_hour (starts_at, node_id, upstream_model, model, channel, ending, calls, first_2) VALUES ("
                        + day + ", 'n" + server.number("SELECT COUNT(*) FROM usage_hour") + "', 'secret-upstream', '"
                        + MODEL + "', 'secret-channel', '" + ending + "', "
                        + calls
                        + ", " + calls + ")");
        usage(server, server.customer("0").account(), daysAgo, ending, calls);
    }

    /** @param ending {@code by request} for failed calls whose own request was the cause */
    private static void usage(PortalServer server, String account, int daysAgo, String ending, int calls) {
        long day =
                NOON.minus(Duration.ofHours(12)).minus(Duration.ofDays(daysAgo)).toEpochMilli();
        String sum =
                ending.equals("completed") ? "" : ending.equals("by request") ? ", failed, by_request" : ", " + ending;
        server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls" + sum + ") VALUES ('"
                + account + "', " + day + ", '" + ending + "', '" + MODEL + "', " + calls
                + (", " + calls).repeat(sum.split(",", -1).length - 1) + ")");
    }

    private static String page(PortalServer server, String path) {
        Browser.Page page = new Browser(server.url()).get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    @Test
    void a_days_figures_are_shown_from_20_calls_on() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            calls(server, 1, "completed", 38);
            calls(server, 1, "failed", 2);
            calls(server, 1, "cancelled", 7);
            calls(server, 2, "completed", 19);
            calls(server, 2, "cancelled", 30);
            calls(server, 3, "completed", 20);
            calls(server, 0, "completed", 500);
            calls(server, 91, "completed", 500);

            String model = page(server, "/status/" + MODEL);
            assertThat(model)
                    .containsPattern("(?s)>19 Nov 2026<.{1,80}>95.0 %<.{1,80}>about [0-9.]+ m?s<")
                    .containsPattern("(?s)>17 Nov 2026<.{1,80}>100.0 %<")
                    .doesNotContain("18 Nov 2026", "20 Nov 2026", "21 Aug 2026");
            assertThat(page(server, "/status"))
                    .containsPattern("(?s)>" + MODEL + "</a>.{1,2000}>97.5 %<.{1,80}>95.0 % ")
                    .contains("2 days with enough calls, 1 of them below 99 % answered")
                    .doesNotContain("secret");
            assertThat(model).doesNotContain("secret");
        }
    }

    @Test
    void weeks_are_shown_where_few_days_have_20_calls() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            for (int daysAgo = 5; daysAgo <= 8; daysAgo++) {
                calls(server, daysAgo, "completed", 10);
            }
            calls(server, 9, "failed", 2);
            calls(server, 14, "completed", 19);
            calls(server, 2, "completed", 19);
            calls(server, 1, "completed", 19);

            assertThat(page(server, "/status/" + MODEL))
                    .containsPattern("(?s)>9 Nov to 15 Nov<.{1,80}>95.2 %<.{1,80}>about [0-9.]+ m?s<")
                    .doesNotContain("2 Nov to 8 Nov", "16 Nov to 22 Nov", "No day had 20 calls");
            assertThat(page(server, "/status"))
                    .containsPattern("(?s)>" + MODEL + "</a>.{1,2000}>95.2 %<.{1,80}>95.2 % <.{1,80}>9 Nov to 15 Nov<")
                    .contains("M79 12v-8h6.7v8z", "1 week with enough calls, 1 of them below 99 % answered");
        }
    }

    @Test
    void models_with_too_few_calls_are_folded() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            calls(server, 1, "completed", 20);
            String all = page(server, "/status");
            assertThat(all).containsPattern("<details>\\s*<summary class=\"muted\">[0-9]+ models with too few calls");
            assertThat(all.substring(0, all.indexOf("<details>"))).contains(">" + MODEL + "</a>");
            assertThat(all.substring(all.indexOf("<details>")))
                    .contains(">gemini-3-pro</a>")
                    .doesNotContain(">" + MODEL + "</a>");
        }
    }

    @Test
    void nobody_alone_makes_a_model_look_bad() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            String rival = server.customer("0").account();
            calls(server, 1, "completed", 20);
            usage(server, rival, 1, "by request", 500);
            usage(server, rival, 1, "charged_by_request", 500);
            calls(server, 5, "failed", 40);
            usage(server, rival, 5, "charged_by_request", 40);
            calls(server, 2, "completed", 40);
            calls(server, 2, "completed", 40);
            usage(server, rival, 2, "failed", 4_000);
            calls(server, 3, "completed", 40);
            usage(server, rival, 3, "failed", 40);
            calls(server, 4, "completed", 19);
            usage(server, rival, 4, "by request", 500);
            assertThat(page(server, "/status/" + MODEL))
                    .containsPattern("(?s)>19 Nov 2026<.{1,80}>100.0 %<")
                    .containsPattern("(?s)>18 Nov 2026<.{1,80}>66.6 %<")
                    .containsPattern("(?s)>17 Nov 2026<.{1,80}>50.0 %<")
                    .containsPattern("(?s)>15 Nov 2026<.{1,80}>0.0 %<")
                    .doesNotContain("16 Nov 2026");
        }
    }

    @Test
    void days_before_accounts_were_weighed_keep_their_shares() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            String rival = server.customer("0").account();
            for (int daysAgo = 1; daysAgo <= 2; daysAgo++) {
                calls(server, daysAgo, "completed", 40);
                calls(server, daysAgo, "completed", 40);
                usage(server, rival, daysAgo, "failed", 320);
            }
            long yesterday =
                    NOON.minus(Duration.ofHours(12)).minus(Duration.ofDays(1)).toEpochMilli();
            server.execute(
                    "INSERT INTO installation (name, value) VALUES ('status.weighed-from', '" + yesterday + "')");
            assertThat(page(server, "/status/" + MODEL))
                    .containsPattern("(?s)>19 Nov 2026<.{1,80}>66.6 %<")
                    .containsPattern("(?s)>18 Nov 2026<.{1,80}>20.0 %<");
        }
    }

    @Test
    void strangers_cause_one_reading_in_half_a_minute() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            assertThat(page(server, "/status")).doesNotContain("Announcements");
            server.execute(
                    "INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES (1, 'Slow <now>', 1, NULL, 1)");
            server.setNow(NOON.plusSeconds(29));
            assertThat(page(server, "/status")).doesNotContain("Announcements");
            server.setNow(NOON.plusSeconds(30));
            assertThat(page(server, "/status")).contains("Announcements", "Slow &lt;now&gt;");
        }
    }

    @Test
    void an_announcement_says_first_when_it_holds() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            long written = NOON.minus(Duration.ofDays(1)).toEpochMilli();
            announce(server, 1, "ahead", "2026-12-02T22:00:00Z", "2026-12-02T23:00:00Z", written);
            announce(server, 2, "next", "2026-11-30T22:00:00Z", "2026-12-01T02:00:00Z", written);
            announce(server, 3, "running", "2026-11-20T08:00:00Z", null, written);
            assertThat(page(server, "/status").replaceAll("<[^>]*>|\\s+", " ").replaceAll(" +", " "))
                    .contains("since 20 Nov, 08:00 UTC holds running Written on 19 Nov, 12:00 UTC"
                            + " 30 Nov, 22:00 to 1 Dec, 02:00 UTC ahead next Written on 19 Nov, 12:00 UTC"
                            + " 2 Dec, 22:00 to 23:00 UTC ahead ahead Written");
        }
    }

    private static void announce(
            PortalServer server, int number, String text, String from, @Nullable String to, long written) {
        server.execute("INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES (" + number
                + ", '" + text
                + "', " + Instant.parse(from).toEpochMilli() + ", "
                + (to == null ? "NULL" : Instant.parse(to).toEpochMilli()) + ", " + written + ")");
    }

    @Test
    void announcements_that_have_ended_stay_for_90_days() {
        try (PortalServer server = PortalServer.start()) {
            server.setNow(NOON);
            long hour = NOON.minus(Duration.ofHours(1)).toEpochMilli();
            long past = NOON.minus(Duration.ofDays(91)).toEpochMilli();
            server.execute("INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES"
                    + " (1, 'of the past', 1, " + past + ", 1), (2, 'of today', 1, " + hour + ", 1)");
            assertThat(page(server, "/status"))
                    .contains("Earlier announcements", "of today")
                    .doesNotContain("of the past");
        }
    }

    @Test
    void one_setting_switches_the_page_off() {
        try (PortalServer server = PortalServer.start("pages.status", "false")) {
            Browser stranger = new Browser(server.url());
            assertThat(stranger.get("/status").status()).isEqualTo(404);
            assertThat(stranger.get("/status/" + MODEL).status()).isEqualTo(404);
            assertThat(stranger.get("/").body()).doesNotContain("/status", "/health/ready");
        }
        try (PortalServer server = PortalServer.start()) {
            assertThat(page(server, "/")).contains("href=\"/status\"").doesNotContain("/health/ready");
        }
    }
}
