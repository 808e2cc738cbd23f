package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.frame.Display;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The channels on the console, with the calls that they have answered. */
@Timeout(60)
class ConsoleChannelsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String ADMIN = "an-admin-key-that-is-long-enough";
    private static final Instant NOW = Instant.parse("2026-11-21T12:20:09Z");
    private static final long HOUR = 3_600_000;

    private static Gateway gateway;
    private static Browser operator;
    private static String account;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Surroundings.REAL.with(it -> it.clock = () -> NOW),
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN),
                "operator.password",
                PASSWORD);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        account = gateway.customer("2").account();
        long last = NOW.truncatedTo(ChronoUnit.HOURS).toEpochMilli();
        for (String end : List.of("completed", "failed")) {
            hours(last, "gemini-2.5-pro", "gemini", end, end.equals("failed") ? 1 : 9);
            hours(last, "gemini-3-pro", "spare", end, end.equals("failed") ? 2 : 5);
        }
        gateway.execute(
                "INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, attempts, failed_attempts)"
                        + " VALUES (" + last + ", '', 'gone', 'gemini-3-pro', 'up', 'failed', 40, 40), (" + last
                        + ", '', 'gone', 'gemini-3-pro', 'up', 'completed', 4, 4)");
        gateway.execute(
                "INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros, cost_micros,"
                        + " costed) WITH RECURSIVE h(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM h WHERE n < 1600) SELECT '"
                        + account + "', " + last + " - n * " + HOUR
                        + ", 'key_x', 'gemini-2.5-pro', 4, 1000000 + n * 100, 700000,"
                        + " 4 FROM h");
    }

    /** A row an hour, of which the charge, the cost and the times change with the hour. */
    private static void hours(long last, String model, String channel, String end, int calls) {
        gateway.execute("INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls,"
                + " prompt_tokens, cached_tokens, completion_tokens, thoughts_tokens, charged_micros, refunded_micros,"
                + " cost_micros, first_4, first_6) WITH RECURSIVE h(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM h WHERE n"
                + " < 4800) SELECT " + last + " - n * " + HOUR + ", '', '" + channel + "', '" + model + "', 'up', '"
                + end
                + "', " + calls
                + " + n % 3, 1000, 100 + n % 7, 50, 20, 30000000 - n * 1000, n % 5 * 10000, 20000000 + n"
                + " * 300, " + calls + ", n % 3 FROM h");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String words(String path) {
        Browser.Page page = operator.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body().replaceAll("\\s*<[^>]*>\\s*", " ").replaceAll("\\s+", " ");
    }

    private static JsonNode usage(String by, Instant from) {
        return gateway.get(
                        "/admin/usage?by=" + by + "&limit=200&from=" + from + "&to="
                                + NOW.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1)),
                        ADMIN)
                .json()
                .get("data");
    }

    private static Instant from(String range) {
        return range.equals("24h")
                ? NOW.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(23))
                : NOW.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(Integer.parseInt(range.replace("d", "")) - 1));
    }

    private static BigDecimal sum(JsonNode rows, String field) {
        return rows.valueStream().map(row -> row.get(field).decimalValue()).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static List<String> accounts(String query) {
        return Pattern.compile("<th scope=\"row\"[^>]*>\\s*<a href=\"/console/accounts/([^\"]+)\"")
                .matcher(operator.get("/console/accounts" + query).body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** Returns the links of the rows of the table. */
    private static List<String> rows(String path) {
        String page = operator.get(path).body();
        return Pattern.compile("<th scope=\"row\"[^>]*>\\s*<a href=\"([^\"]+)\"")
                .matcher(page.substring(page.indexOf("<h2>By ")))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** Returns the words of an account's row of the last 24 hours. */
    private static String row(String account) {
        String page = operator.get("/console/revenue?by=account&range=24h").body();
        String row = page.substring(page.indexOf("/console/accounts/" + account));
        return row.substring(0, row.indexOf("</tr>"))
                .replaceAll("\\s*<[^>]*>\\s*", " ")
                .replaceAll("\\s+", " ");
    }

    @Test
    void failed_attempts_of_a_channel_stay_known() {
        for (String page : List.of("/console/channels?range=24h", "/console/revenue?by=channel&range=24h")) {
            assertThat(words(page)).contains(" gone failed 44 of 44 attempts ").doesNotContain("spare failed");
        }
        JsonNode gone = usage("channel", from("24h"))
                .valueStream()
                .filter(row -> row.get("channel").asString().equals("gone"))
                .findFirst()
                .orElseThrow();
        assertThat(gone.get("attempts").asLong()).isEqualTo(44);
        assertThat(gone.get("failed_attempts").asLong()).isEqualTo(44);
        assertThat(gone.get("calls").asLong()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"24h", "90d"})
    void channels_show_calls_share_errors_and_first_byte_of_the_range(String range) {
        JsonNode channels = usage("channel", from(range));
        long all = sum(channels, "calls").longValue();
        String page = words("/console/channels?range=" + range);
        for (JsonNode channel : channels) {
            long calls = channel.get("calls").asLong();
            if (calls > 0) {
                assertThat(page)
                        .containsPattern(channel.get("channel").asString() + " Change .*? [0-9,]+ (▲|▼|unchanged).*?"
                                + Display.percent(calls, all) + " "
                                + Display.percent(channel.get("failed").asLong(), calls) + " about 1\\.[0-9] s")
                        .contains(" " + Display.number(calls) + " ");
            }
        }
        for (String chart : List.of("money", "calls", "errors", "tokens", "first-byte")) {
            Browser.Page shown = operator.get("/console/channels?range=" + range + "&chart=" + chart);
            assertThat(shown.body())
                    .containsPattern("(?s)>sandbox</th>.*>gemini</th>.*>spare</th>")
                    .doesNotContain("Drag to zoom");
            assertThat(shown.body().length()).isLessThan(40_000);
        }
    }
}
