package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The usage page against the API's figures of the same range. */
@Timeout(120)
class UsagePageTest {

    private static final Past OCTOBER =
            new Past(Span.ofDays(LocalDate.of(2026, 10, 1), LocalDate.of(2026, 10, 22)), null);

    private static PortalServer server;
    private static BusyAccount busy;
    private static String manager;

    @BeforeAll
    static void start() {
        server = PortalServer.start("sign-up.credits", "500");
        server.setNow(BusyAccount.NOW.minusSeconds(60L * 86_400));
        busy = BusyAccount.in(server, "ci");
        busy.ask(busy.customer, "gemini-2.5-pro", 100, 10, 0);
        server.setNow(BusyAccount.NOW.minusSeconds(40L * 86_400));
        busy.ask(busy.customer, "gemini-2.5-pro", 900, 80, 0);
        busy.live();
        manager = server.commands()
                .createKey(busy.customer.account(), KeySettings.named("manager").withKind(KeyKind.MANAGEMENT))
                .secret();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String page(String query) {
        return busy.browser.get("/dashboard/usage?" + query).body();
    }

    /** Asks what the page offers at its foot. */
    private static JsonNode api(String page) {
        String query = first(page, "/v1/usage(\\?[^\"&]+(?:&amp;[^\"&]+)*)&#34;|/v1/usage(\\?[^\"<]+)\"?<");
        return server.get("/v1/usage" + query.replace("&amp;", "&").replace("\"", ""), manager)
                .json();
    }

    private static String first(String page, String pattern) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " in " + page));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "range=30",
                "range=30&by=model",
                "range=7",
                "range=today&by=model",
                "range=month",
                "range=90&by=model",
                "range=own&from=2026-10-25&to=2026-11-08",
                "range=30&key=KEY",
                "range=30&model=gemini-3.1-pro"
            })
    void every_figure_agrees_with_the_api(String query) {
        String page = page(query.replace("KEY", busy.customer.keyId()));
        JsonNode usage = api(page);
        JsonNode totals = usage.get("totals");
        assertThat(first(page, "title=\"([0-9.]+) credits\" data-figure=\"net\""))
                .isEqualTo(exact(totals));
        assertThat(first(page, "data-figure=\"calls\">([0-9,]+)<"))
                .isEqualTo(totals.at("/requests/total").asString());
        assertThat(first(page, "data-figure=\"calls-about\">([^<]*)<"))
                .startsWith(totals.at("/requests/failed").asString() + " failed")
                .contains(", " + totals.at("/requests/cancelled").asString() + " cancelled");
        assertThat(first(page, "title=\"([^\"]+) tokens in\" data-figure=\"cached\"")
                        .replace(",", ""))
                .isEqualTo(totals.at("/tokens/cached").asString() + " of "
                        + totals.at("/tokens/input").asString());
        assertThat(rows(page)).isEqualTo(groups(usage.get("groups")));
        assertThat(chart(page))
                .isEqualByComparingTo(totals.get("credits_consumed").decimalValue());
    }

    private static String exact(JsonNode figures) {
        return figures.get("credits_consumed").decimalValue().setScale(6).toPlainString();
    }

    /** Spend, calls, failed and tokens of each row, by its spend; names are shown instead of keys' ids. */
    private static List<String> rows(String page) {
        String table = page.substring(page.indexOf("aria-label=\"Usage by"));
        return Pattern.compile(
                        "<td class=\"num\" title=\"([0-9.]+) credits\">[^<]*</td><td class=\"num hide\">[^<]*</td><td class=\"num\">\\s*<span[^>]*>[^<]*</span>\\s*</td>"
                                + "<td class=\"num\"><a [^>]*>([0-9,]+)</a></td><td class=\"num hide\">([0-9,]+)</td><td class=\"num hide\" title=\"([^\"]+)\">")
                .matcher(table.substring(0, table.indexOf("</tbody>")))
                .results()
                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3) + " "
                        + row.group(4).replace(",", ""))
                .sorted()
                .toList();
    }

    private static List<String> groups(JsonNode groups) {
        return groups.valueStream()
                .map(group -> exact(group) + " " + group.at("/requests/total").asString() + " "
                        + group.at("/requests/failed").asString() + " "
                        + group.at("/tokens/input").asString() + " in "
                        + group.at("/tokens/cached").asString() + " of them cached; "
                        + group.at("/tokens/output").asString() + " out and "
                        + group.at("/tokens/reasoning").asString() + " of thoughts")
                .sorted()
                .toList();
    }

    /** Returns the sum of the chart, which its table has as a title. */
    private static BigDecimal chart(String page) {
        String foot = page.substring(page.indexOf("id=\"chart-table\""));
        foot = foot.substring(foot.indexOf("<tfoot>"), foot.indexOf("</tfoot>"));
        return new BigDecimal(Pattern.compile("title=\"([0-9.]+) credits\"")
                .matcher(foot)
                .results()
                .reduce((_, last) -> last)
                .orElseThrow()
                .group(1));
    }

    @Test
    void a_keys_page_compares_its_month_with_the_api() {
        String page =
                busy.browser.get("/dashboard/keys/" + busy.customer.keyId()).body();
        BigDecimal now = spent("2026-11-01T00:00:00Z", "2026-11-22T00:00:00Z");
        BigDecimal before = spent("2026-10-01T00:00:00Z", "2026-10-21T12:15:00Z");
        assertThat(first(page, "title=\"([0-9.]+) credits\" data-figure=\"month\""))
                .isEqualTo(now.setScale(6).toPlainString());
        assertThat(page)
                .contains(Change.ofAmount(micros(now), micros(before), OCTOBER, Change.Good.DOWN, Money.DOLLARS)
                                .text() + "</span>")
                .contains("against 1 Oct – 21 Oct, 12:15")
                .contains("?from=2026-11-21&amp;to=2026-11-21&amp;key=" + busy.customer.keyId());
        assertThat(chart(page)).isEqualByComparingTo(spent("2026-10-23T00:00:00Z", "2026-11-22T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"usage", "usage.csv", "requests", "requests.csv"})
    void an_unknown_range_is_refused_by_name(String page) {
        Browser.Page refused = busy.browser.get("/dashboard/" + page + "?range=365");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("The range '365' is unknown");
    }

    @Test
    void a_time_before_the_first_call_is_not_compared() {
        assertThat(page("range=30")).contains("since 22 Sep").doesNotContain("▲", "▼", "Why is it", "against ");
        assertThat(page("range=7")).contains("against ").doesNotContain("since 22 Sep");
    }

    private static long micros(BigDecimal credits) {
        return credits.movePointRight(6).longValueExact();
    }

    private static BigDecimal spent(String start, String end) {
        return server.get("/v1/usage?start=" + start + "&end=" + end + "&key=" + busy.customer.keyId(), manager)
                .json()
                .at("/totals/credits_consumed")
                .decimalValue();
    }

    @ParameterizedTest
    @CsvSource({"calls, /requests/total", "errors, /requests/failed", "tokens, "})
    void a_chart_of_another_figure_adds_up_to_the_api(String metric, String pointer) {
        for (String by : List.of("key", "model")) {
            String page = page("range=30&metric=" + metric + "&by=" + by);
            JsonNode totals = api(page).get("totals");
            long expected = pointer == null
                    ? List.of("input", "output", "reasoning").stream()
                            .mapToLong(kind -> totals.at("/tokens/" + kind).asLong())
                            .sum()
                    : totals.at(pointer).asLong();
            String foot = page.substring(page.indexOf("id=\"chart-table\""));
            foot = foot.substring(foot.indexOf("<tfoot>"), foot.indexOf("</tfoot>"));
            String last = foot.substring(foot.lastIndexOf("title=\"") + 7);
            assertThat(last.substring(0, last.indexOf('"')).replace(",", "")).isEqualTo("" + expected);
        }
    }

    @Test
    void failed_calls_are_counted_by_error_and_lead_to_the_calls() {
        String page =
                busy.browser.get("/dashboard/usage?range=30&metric=errors").body();
        Matcher row = Pattern.compile(
                        "<a class=\"mono\" href=\"([^\"]*)\">([a-z_]+)</a>.*?<td class=\"num\">([0-9]+)</td>",
                        Pattern.DOTALL)
                .matcher(page.substring(page.indexOf("Failed calls by error")));
        assertThat(row.find()).isTrue();
        Browser.Page calls = busy.browser.get(row.group(1).replace("&amp;", "&"));
        assertThat(calls.body()).contains("Error: <b>" + row.group(2) + "</b>").doesNotContain("badge ok");
        assertThat(calls.body().split("badge bad\">failed", -1)).hasSize(Integer.parseInt(row.group(3)) + 1);
        assertThat(busy.browser.get("/dashboard/requests?error=none_such").body())
                .contains("No calls match these filters.");
        assertThat(busy.browser.get("/dashboard/usage?range=30").body()).doesNotContain("Failed calls by error");
    }

    @Test
    void requests_with_all_columns_on_demand_stay_below_40_kB() {
        BusyAccount wide = BusyAccount.in(server, "the nightly summaries of all customers");
        for (int i = 0; i < 32; i++) {
            wide.ask(wide.customer, "google/gemini-2.5-pro", 900 + i, 80, 0);
        }
        String teams = "/dashboard/teams";
        String team = wide.browser
                .submit(teams, teams, Map.of("deed", "team.create", "name", "Research and development"))
                .location()
                .replaceFirst(".*/", "");
        String member = server.text("SELECT id FROM member WHERE account_id = '" + wide.customer.account() + "'");
        server.own(wide.customer.keyId(), member, team);
        String page = wide.browser.get("/dashboard/requests?with_member=1").body();
        assertThat(page.split("<th [^>]*scope=\"row\"", -1)).hasSize(30 + 1);
        assertThat(page.length()).isLessThan(36_000); // tags need the rest
    }

    @Test
    void a_list_is_sorted_by_the_figure_of_a_link() {
        assertThat(calls(page("range=30&by=model&sort=calls"))).isSortedAccordingTo((a, b) -> b - a);
        assertThat(calls(page("range=30&by=model&sort=-calls"))).isSorted();
        assertThat(page("range=30&by=model&sort=calls")).contains("aria-sort=\"descending\"");
    }

    private static List<Integer> calls(String page) {
        return rows(page.replaceAll("<tfoot>.*", "")).isEmpty()
                ? List.of()
                : Pattern.compile("<td class=\"num\"><a [^>]*>([0-9]+)</a></td>")
                        .matcher(page)
                        .results()
                        .map(found -> Integer.parseInt(found.group(1)))
                        .toList();
    }

    /** Amounts that nothing else has replace costs; they would be shown in one of these forms. */
    @Test
    void nothing_of_a_customer_shows_what_calls_cost_the_operator() throws IOException, InterruptedException {
        BusyAccount own = BusyAccount.in(server, "costly");
        own.ask(own.customer, "gemini-2.5-pro", 900, 80, 0);
        String id = own.lastCall();
        String account = own.customer.account();
        server.execute("UPDATE usage_quarter SET cost_micros = 7654321987, costed = 31415926 WHERE account_id = '"
                + account + "'");
        Pattern costs = Pattern.compile("7654321987|7,?654\\.3|38\\.27|31,?415,?926|cost_micros|costed");
        for (String path : List.of(
                "/dashboard",
                "/dashboard/usage",
                "/dashboard/usage?by=model&metric=calls",
                "/dashboard/usage.csv?by=day",
                "/dashboard/requests?range=today",
                "/dashboard/requests.csv",
                "/dashboard/requests/" + id,
                "/dashboard/requests/" + id + "/receipt.json",
                "/dashboard/keys",
                "/dashboard/keys/" + own.customer.keyId(),
                "/dashboard/billing",
                "/dashboard/billing/statements/2026-11",
                "/dashboard/billing/statements/2026-11/statement.csv")) {
            Browser.Page shown = own.browser.get(path);
            assertThat(shown.status()).as(path).isEqualTo(200);
            assertThat(costs.matcher(shown.body()).find()).as(path).isFalse();
        }
        String usage = server.get("/v1/usage?group_by=day,model,key", own.customer.key())
                .text();
        assertThat(usage).contains("credits_consumed");
        assertThat(costs.matcher(usage).find()).as(usage).isFalse();
        String export = export(own.browser);
        assertThat(export).contains(own.customer.keyId());
        assertThat(costs.matcher(export).find()).isFalse();
    }

    /** Returns all files of an account's export. */
    private static String export(Browser browser) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/dashboard/settings/export"))
                .header("cookie", browser.cookies())
                .build();
        StringBuilder all = new StringBuilder();
        try (HttpClient client = HttpClient.newHttpClient();
                ZipInputStream zip = new ZipInputStream(client.send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body())) {
            while (zip.getNextEntry() != null) {
                all.append(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    @Test
    void a_balance_that_lasts_for_years_says_no_days() {
        server.setNow(BusyAccount.NOW.minusSeconds(2 * 86_400));
        BusyAccount frugal = BusyAccount.in(server, "frugal");
        frugal.ask(frugal.customer, "gemini-2.5-pro", 3_000, 1_200, 0);
        server.setNow(BusyAccount.NOW);
        assertThat(frugal.browser.get("/dashboard/usage").body())
                .contains("lasts more than a year at the pace of the last 7 days");
    }

    /** A thousand keys with ten models each, in the last thirty days and in the thirty before. */
    @Test
    void the_pages_of_a_thousand_keys_stay_below_80_kB() {
        BusyAccount large = BusyAccount.in(server, "large");
        server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, failed, prompt_tokens,"
                + " completion_tokens, charged_micros, first_3) WITH RECURSIVE key(k) AS (SELECT 1 UNION ALL SELECT k + 1"
                + " FROM key WHERE k < 1000), model(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM model WHERE m < 10),"
                + " span(s) AS (SELECT 0 UNION ALL SELECT 1) SELECT '" + large.customer.account() + "', "
                + (BusyAccount.NOW.toEpochMilli() / 900_000 - 96) * 900_000 + " - (s * 30 + k % 29) * 86400000,"
                + " printf('key_%020d', k), 'gemini-of-this-test-' || m, 1200 + k, m, 1234567, 765432,"
                + " (1 + k % 7) * (11 - m) * (2 - s) * 1234567, 1200 FROM key, model, span");
        for (String query : List.of(
                "range=30",
                "range=30&metric=first_byte",
                "range=30&by=model&metric=tokens",
                "range=90&page=7",
                "from=2020-01-01&to=2026-11-21&page=7",
                "range=30&model=gemini-of-this-test-3&sort=-calls&page=39",
                "range=30&key=key_00000000000000000500&metric=calls")) {
            String page = large.browser.get("/dashboard/usage?" + query).body();
            assertThat(page).as(query).contains("gemini-of-this-test-").doesNotContain("too many rows");
            assertThat(page.length()).as(query).isLessThanOrEqualTo(80_000);
        }
    }
}
