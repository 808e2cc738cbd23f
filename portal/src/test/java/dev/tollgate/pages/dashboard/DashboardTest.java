package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard's pages of calls, as a person sees them without scripts. */
@Order(19)
class DashboardTest {

    private static final Pattern CALL = Pattern.compile("href=\"/dashboard/requests/(chatcmpl-[A-Za-z0-9]+)\"");
    private static final String HOSTILE = "<b onclick=x>\"ci\"</b>";

    private static PortalServer server;
    private static BusyAccount busy;
    private static BusyAccount stranger; // one for all tests: an address makes few accounts

    @BeforeAll
    static void live() {
        server = PortalServer.start("sign-up.credits", "5000");
        server.setNow(BusyAccount.NOW.minusSeconds(29L * 86_400));
        busy = BusyAccount.in(server, HOSTILE);
        busy.live();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String page(String path) {
        Browser.Page page = busy.browser.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    private static List<String> calls(String page) {
        return CALL.matcher(page).results().map(match -> match.group(1)).toList();
    }

    // ---- all of them ----

    @Test
    void the_balance_is_the_same_wherever_a_page_shows_it_while_credits_come_in() throws InterruptedException {
        Browser browser = new Browser(server.url()).signUp("agrees@example.com", "long enough words");
        String account = server.text("SELECT account_id FROM person WHERE login = 'agrees@example.com'");
        AtomicBoolean isOver = new AtomicBoolean();
        Thread grants = Thread.startVirtualThread(() -> {
            while (!isOver.get()) {
                grant(account);
            }
        });
        try {
            Set<String> seen = new HashSet<>();
            // on a busy machine twenty pages may be read between two grants
            for (int i = 0; i < 20 || (seen.size() < 2 && i < 2_000); i++) {
                String page = browser.get("/dashboard/billing").body();
                String left = first(page, "<b title=\"([0-9,.]+) credits\" data-figure=\"account-balance\">");
                assertThat(page).contains("href=\"/dashboard/billing\" title=\"" + left + " credits\"");
                String lines = browser.get("/dashboard/billing/ledger").body();
                String after = first(lines, "<td class=\"num hide\">([0-9,.]+)<");
                assertThat(lines).contains("href=\"/dashboard/billing\" title=\"" + after + " credits\"");
                seen.add(left);
            }
            assertThat(seen).hasSizeGreaterThan(1);
        } finally {
            isOver.set(true);
            grants.join();
        }
    }

    /** The first page passes the values that it has read to the shell; other pages query them. No page may show another page's values. */
    @Test
    void what_has_come_in_or_gone_out_since_the_last_page_stands_in_the_shell_of_the_next() {
        BusyAccount own = stranger();
        BigDecimal credits = own.customer.balance().setScale(6);
        for (String path : List.of("usage", "keys", "", "billing", "requests", "settings", "")) {
            grant(own.customer.account());
            credits = credits.add(BigDecimal.ONE);
            assertThat(inShell(own, "/dashboard/" + path)).as(path).isEqualTo(credits);
        }
        own.ask(own.customer, "gemini-3.1-pro", 194, 229, 457);
        own.customer.lastTask();
        assertThat(inShell(own, "/playground"))
                .isEqualTo(own.customer.balance().setScale(6))
                .isLessThan(credits);
        assertThat(inShell(own, "/dashboard")).isEqualTo(own.customer.balance().setScale(6));
    }

    private static BigDecimal inShell(BusyAccount whose, String path) {
        String page = whose.browser.get(path.replaceFirst("/$", "")).body();
        String link = "<a class=\"balance\" href=\"/dashboard/billing\" title=\"([0-9,.]+) credits\">";
        return new BigDecimal(first(page, link).replace(",", ""));
    }

    /** One credit. */
    private static void grant(String account) {
        String adminKey = server.adminKey();
        server.post("/admin/accounts/" + account + "/grants", "{\"credits\":1,\"reason\":\"more\"}", adminKey);
    }

    private static String first(String page, String pattern) {
        return found(pattern, page);
    }

    // ---- requests ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "model=gemini-3.1-pro",
                "range=30",
                "range=month&model=gemini-3.1-pro",
                "range=today",
                "range=30&key=KEY"
            })
    void what_the_roll_ups_know_stands_above_its_calls_as_usage_has_it(String filters) {
        String asked = filters.replace("KEY", busy.other.keyId());
        String usage = page("/dashboard/usage?" + asked);
        String requests = page("/dashboard/requests?" + asked);
        assertThat(first(requests, "calls?</b> · <b title=\"([0-9.]+) credits\">"))
                .isEqualTo(first(usage, "title=\"([0-9.]+) credits\" data-figure=\"net\""));
        assertThat(first(requests, "<p role=\"status\">(?:Last 30 days: )?<b>([0-9,]+) calls?</b>"))
                .isEqualTo(first(usage, "data-figure=\"calls\">([^<]+)<"));
        assertThat(first(requests, "<b>([0-9,]+)</b> failed</p>"))
                .isEqualTo(first(usage, "data-figure=\"calls-about\">([^ ]+) failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"state=failed", "door=chat", "flag=clamped", "over=0.1"})
    void what_the_roll_ups_do_not_know_has_no_sums(String filter) {
        assertThat(page("/dashboard/requests?range=30&" + filter)).doesNotContain("</b> net ·");
    }

    @Test
    void set_filters_are_chips_and_an_amount_is_typed_in_the_shown_unit() {
        String page = page("/dashboard/requests?range=30&state=failed&over_usd=0.5");
        assertThat(page)
                .contains("More filters (1)", "name=\"over_usd\" value=\"0.5\"")
                .contains("href=\"/dashboard/requests?range=30&amp;state=failed\">Over: <b>$0.5</b>")
                .contains("href=\"/dashboard/requests?range=30&amp;over=100\">State: <b>failed</b>");
        assertThat(page("/dashboard/requests?range=30&order=charge"))
                .contains("href=\"/dashboard/requests?range=30\">Order: <b>Highest charge</b>")
                .contains("<option value=\"charge\" selected>Highest charge</option>")
                .doesNotContain("data-live", ">Older<");
        assertThat(page("/dashboard/requests?over=100")).contains("name=\"over_usd\" value=\"0.5\"");
        assertThat(page("/dashboard/requests"))
                .contains("Last 30 days: <b>", ">API</th>", "<td class=\"spare nw roomy\">Chat</td>")
                .doesNotContain(">Tags</th>");
    }

    // ---- overview ----

    @Test
    void the_first_page_says_what_is_left_and_what_was_spent_as_the_ledger_has_it() {
        String page = page("/dashboard");

        assertThat(page)
                .contains(busy.customer.balance().setScale(6).toPlainString().replaceFirst("^4", "4,") + " credits");
        assertThat(page)
                .contains("<td title=\""
                        + Display.exact(inWindow().movePointRight(6).longValueExact()) + " credits\">");
        assertThat(calls(page)).hasSize(5);
    }

    /** Charged in the days of the chart, which are all there are. */
    private static BigDecimal inWindow() {
        return busy.customer.consumed();
    }

    @Test
    void an_account_without_calls_sees_the_first_steps() {
        String page = BusyAccount.in(server, "ci").browser.get("/dashboard").body();

        assertThat(page).contains("You have 5,000.00 credits to start.").contains("Send your first call");
        assertThat(page).doesNotContain("chart-table");
    }

    @Test
    void an_account_without_credits_sees_that_calls_are_refused() {
        BusyAccount poor = BusyAccount.in(server, "ci");
        server.execute(
                "UPDATE account SET purchased_micros = purchased_micros - balance_micros, balance_micros = 0 WHERE id = '"
                        + poor.customer.account() + "'");

        assertThat(poor.browser.get("/dashboard").body()).contains("Calls get 402 until you top up.");
    }

    @Test
    void the_name_of_a_key_is_shown_as_text() {
        assertThat(page("/dashboard/requests")).doesNotContain("<b onclick").contains("&lt;b onclick=x");
    }

    // ---- the log ----

    @ParameterizedTest
    @CsvSource({
        "range=today, 5",
        "state=failed, 1",
        "state=processing, 0",
        "range=own&from=2026-11-17&to=2026-11-19, 4",
        "range=own&from=2026-11-19&to=2026-11-17, 4",
        "over=4.4753&model=google/gemini-2.5-pro, 1",
        "over=4.4754&model=google/gemini-2.5-pro, 0",
        "flag=shortfall, 0",
        "model=none, 0",
        "state=unheard&over=much&door=backstairs, 33",
        "before=chatcmpl-1, 33",
        "after=NOTHING, 33",
        "door=chat, 33",
        "door=generate, 0",
    })
    void filters_are_the_address_of_the_page(String query, int count) {
        assertThat(calls(page("/dashboard/requests?" + query))).hasSize(count);
    }

    @Test
    void heads_sort_the_calls_within_the_filters() {
        String page = page("/dashboard/requests?state=completed&range=today");
        assertThat(page)
                .contains(
                        "aria-sort=\"descending\"><a href=\"/dashboard/requests?range=today&amp;state=completed\">Time");
        for (String order : List.of("charge", "took")) {
            String path = "/dashboard/requests?range=today&state=completed&order=" + order;
            assertThat(page).contains("<a href=\"" + path.replace("&", "&amp;") + "\">");
            String sorted = page(path);
            assertThat(calls(sorted)).hasSameElementsAs(calls(page));
            assertThat(sorted).containsOnlyOnce("aria-sort=\"descending\"").contains(" ↓</a>");
        }
        assertThat(page).contains("<details class=\"more\"><summary");
    }

    @Test
    void the_key_filter_shows_only_calls_of_the_key() {
        String page = page("/dashboard/requests?key=" + busy.other.keyId());

        assertThat(calls(page)).hasSize(5);
        assertThat(page).contains("selected");
    }

    @Test
    void older_and_newer_lead_through_all_calls_once() {
        BusyAccount many = BusyAccount.in(server, "ci");
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 110; i++) {
            asked.add(many.ask(many.customer, "gemini-2.5-pro", 10, 10, 0));
        }
        many.customer.lastTask();
        List<String> seen = new ArrayList<>();
        String path = "/dashboard/requests?state=completed";
        String newer = null;
        for (int pages = 0; path != null && pages < 5; pages++) {
            String page = many.browser.get(path).body();
            seen.addAll(calls(page));
            newer = link(page, "Newer");
            path = link(page, "Older");
        }

        assertThat(seen).containsExactlyElementsOf(asked.reversed());
        assertThat(calls(many.browser.get(newer).body())).isEqualTo(seen.subList(72, 108));
    }

    @ParameterizedTest
    @ValueSource(strings = {"before=chatcmpl-1", "before=%27", "after=-1", "before=1234567890abc"})
    void a_place_that_is_none_is_the_first_page(String place) {
        assertThat(calls(page("/dashboard/requests?" + place))).isEqualTo(calls(page("/dashboard/requests")));
    }

    private static String link(String page, String word) {
        return Pattern.compile("href=\"([^\"]*(?:before|after)=[^\"]*)\"[^>]*>(?:<svg[^>]*>.*?</svg>)?\\s*" + word)
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .map(link -> link.replaceFirst("(?s)href=\"([^\"]*)\".*", "$1").replace("&amp;", "&"))
                .findFirst()
                .orElse(null);
    }

    @Test
    void the_file_has_the_calls_of_the_same_filters_and_their_credits_add_up_to_what_was_consumed() {
        Browser.Page all = busy.browser.get("/dashboard/requests.csv");
        Browser.Page some = busy.browser.get("/dashboard/requests.csv?range=today&state=failed");

        assertThat(all.header("content-type")).startsWith("text/csv");
        assertThat(all.header("content-disposition")).matches("attachment; filename=\"person[0-9]+-calls.csv\"");
        assertThat(all.header("cache-control")).contains("no-store");
        assertThat(some.body().lines()).hasSize(2);
        assertThat(all.body()
                        .lines()
                        .skip(1)
                        .map(line -> new BigDecimal(line.split(",", -1)[15]))
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(busy.customer.consumed());
    }

    @Test
    void no_call_took_less_time_than_to_its_first_byte() {
        List<String[]> rows = page("/dashboard/requests.csv")
                .lines()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(cells -> !cells[13].isEmpty())
                .toList();

        assertThat(rows).hasSizeGreaterThan(20).allSatisfy(cells -> assertThat(Long.parseLong(cells[14]))
                .isGreaterThanOrEqualTo(Long.parseLong(cells[13])));
        assertThat(rows)
                .anySatisfy(cells -> assertThat(Long.parseLong(cells[13])).isPositive());
    }

    @Test
    void a_file_is_only_for_who_has_signed_in() {
        assertThat(new Browser(server.url()).get("/dashboard/requests.csv").location())
                .isEqualTo("/sign-in?to=%2Fdashboard%2Frequests.csv");
    }

    // ---- finding ----

    @Test
    void what_is_found_once_opens() {
        String call = busy.lastCall();
        String request = server.text("SELECT request_id FROM call WHERE id = '" + call + "'");

        assertThat(busy.browser.get("/dashboard/find?q=" + call).location()).isEqualTo("/dashboard/requests/" + call);
        assertThat(busy.browser
                        .get("/dashboard/find?q=" + call.replace("chatcmpl-", "resp_"))
                        .location())
                .isEqualTo("/dashboard/requests/" + call);
        assertThat(busy.browser.get("/dashboard/find?q=" + request).location())
                .isEqualTo("/dashboard/requests/" + call);
        assertThat(busy.browser.get("/dashboard/find?q=lapt").location())
                .isEqualTo("/dashboard/keys/" + busy.customer.keyId());
        assertThat(busy.browser.get("/dashboard/find?q=gemini-4-a").location())
                .isEqualTo("/dashboard/requests?model=gemini-4-argon");
        assertThat(busy.browser.get("/dashboard/find?q=gemini").body()).contains("model=gemini-2.5-pro");
    }

    @Test
    void a_batchs_line_opens_its_call_which_names_it() {
        String call = busy.lastCall();
        BatchLine line = new BatchLine("chatcmpl-" + "1".repeat(31), 1_234);
        String request = server.text("SELECT request_id FROM call WHERE id = '" + call + "'");
        server.execute("INSERT INTO job_line (job_id, line, state, call_id, tries) VALUES ('" + line.jobId() + "', "
                + line.line() + ", 'ended', '" + call + "', 0)");
        server.execute("UPDATE call SET request_id = '" + line.requestId() + "' WHERE id = '" + call + "'");
        try {
            String found = "/dashboard/requests/" + call;
            assertThat(busy.browser.get("/dashboard/find?q=" + line.requestId()).location())
                    .isEqualTo(found);
            assertThat(stranger()
                            .browser
                            .get("/dashboard/find?q=" + line.requestId())
                            .body())
                    .contains("Nothing in this account starts with");
            assertThat(busy.browser.get(found).body())
                    .contains("<dd>Line 1,234 of <code>" + line.batchId() + "</code></dd>");
        } finally {
            server.execute("UPDATE call SET request_id = '" + request + "' WHERE id = '" + call + "'");
            server.execute("DELETE FROM job_line WHERE job_id = '" + line.jobId() + "'");
        }
    }

    private static BusyAccount stranger() {
        if (stranger == null) {
            stranger = BusyAccount.in(server, "ci");
        }
        return stranger;
    }

    @Test
    void what_is_anothers_is_not_found() {
        BusyAccount stranger = stranger();

        assertThat(stranger.browser.get("/dashboard/find?q=" + busy.lastCall()).body())
                .contains("Nothing in this account starts with");
    }

    // ---- one call ----

    private static String callOf(String model, String state) {
        return calls(page("/dashboard/requests?range=today&model=" + model + "&state=" + state))
                .getFirst();
    }

    private static String request(String call) {
        return wide(page("/dashboard/requests/" + call))
                .replaceAll("<[^>]*>", " ")
                .replaceAll("\\s+", " ");
    }

    /** Returns a page without the lines that narrow screens alone show. */
    private static String wide(String page) {
        return page.replaceAll(" <span class=\"sub[^<]*</span>", "");
    }

    @Test
    void the_lines_of_a_calls_price_add_up_to_its_charge() {
        String call = calls(page("/dashboard/requests?range=today&model=gemini-3.1-pro&key=" + busy.customer.keyId()))
                .getFirst();

        assertThat(request(call))
                .contains("Prompt 194 160 0.031040")
                .contains("Completion 229 960 0.219840")
                .contains("free with this model")
                .contains("Exact 0.250880")
                .contains("Rounded down to hundredths, at least 0.01 −0.000880")
                .contains("Charged $0.0013 0.250000");
    }

    @Test
    void a_charge_that_was_raised_to_the_minimum_says_so() {
        BusyAccount own = stranger();
        own.ask(own.customer, "gemini-2.5-pro", 9, 1, 0);
        assertThat(own.browser
                        .get("/dashboard/requests/"
                                + own.customer.lastTask().get("id").asString())
                        .body()
                        .replaceAll("<[^>]*>", " ")
                        .replaceAll("\\s+", " "))
                .contains("Raised to the minimum of 0.01 0.009037")
                .doesNotContain("Rounded down");
    }

    private static String usage(BusyAccount account, String filter) {
        return account.browser.get("/dashboard/usage?by=model&" + filter).body();
    }

    @Test
    void shares_of_rows_add_up_to_a_hundred_percent() {
        String page = page("/dashboard/usage?by=model&range=30");
        assertThat(Pattern.compile("<td class=\"num hide\">([0-9.]+) %</td>")
                        .matcher(page.substring(0, page.indexOf("<h2>By key")))
                        .results()
                        .map(share -> new BigDecimal(share.group(1)))
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isBetween(new BigDecimal("99.7"), new BigDecimal("100.3"));
    }

    @Test
    void a_price_in_units_is_shown_in_units() {
        assertThat(request(callOf("google/gemini-2.5-pro", "completed")))
                .contains("Prompt 9 2.625 23.625 → 24")
                .contains("Completion 2,130 21 44,730")
                .contains("44,754 units × 0.0001 4.475400")
                .contains("4.475400");
    }

    @ParameterizedTest
    @CsvSource({
        "upstream_error, Trying again can help.",
        "invalid_request, The same call will fail again.",
        "ip_not_allowed, ''",
        "something_new, ''"
    })
    void whether_the_same_call_would_fail_again_is_said_only_where_it_is_known(String code, String said) {
        String call = callOf("gemini-2.5-pro", "failed");
        server.execute("UPDATE call SET error_code = '" + code + "' WHERE id = '" + call + "'");
        try {
            String page = request(call);
            assertThat(page).contains(code);
            for (String sentence : List.of("Trying again can help.", "The same call will fail again.")) {
                assertThat(page.contains(sentence)).as(sentence).isEqualTo(sentence.equals(said));
            }
        } finally {
            server.execute("UPDATE call SET error_code = 'upstream_error' WHERE id = '" + call + "'");
        }
    }

    @Test
    void a_receipt_is_checked_when_it_is_asked_for_and_a_changed_charge_is_found() {
        String call = callOf("google/gemini-2.5-pro", "completed");
        String path = "/dashboard/requests/" + call;

        assertThat(page(path)).doesNotContain("follows the previous receipt");
        assertThat(page(path + "?verify=1")).contains(">holds<").doesNotContain(">fails<");
        assertThat(busy.browser.get(path + "/receipt.json").body())
                .contains("\"task_id\":\"" + call + "\"")
                .contains("\"signature\":");

        server.execute("UPDATE call SET charged_micros = charged_micros + 1 WHERE id = '" + call + "'");
        try {
            assertThat(page(path + "?verify=1")).contains(">fails<");
        } finally {
            server.execute("UPDATE call SET charged_micros = charged_micros - 1 WHERE id = '" + call + "'");
        }
    }

    @Test
    void anothers_call_is_as_good_as_none() {
        String call = busy.lastCall();
        Browser stranger = stranger().browser;

        assertThat(stranger.get("/dashboard/requests/" + call).status()).isEqualTo(404);
        assertThat(stranger.get("/dashboard/requests/" + call).body()).contains("No such request in this account.");
        assertThat(stranger.get("/dashboard/requests/" + call + "/receipt.json").status())
                .isEqualTo(404);
    }

    /** The page of the call has all six, and the title of each amount. */
    @Test
    void lists_of_calls_show_dollars_of_four_decimals() {
        for (String path : List.of("/dashboard", "/dashboard/requests", "/dashboard/keys/" + busy.customer.keyId())) {
            List<String> amounts = Pattern.compile("<td class=\"num stay\" title=\"[0-9.]+ credits\">([^<]*)</td></tr>")
                    .matcher(page(path))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(amounts)
                    .as(path)
                    .hasSizeGreaterThanOrEqualTo(5)
                    .allMatch(it -> it.matches("free|\\$0\\.[0-9]{4}"));
        }
    }

    // ---- usage ----

    @ParameterizedTest
    @ValueSource(strings = {"day", "model", "key"})
    void what_was_used_adds_up_to_what_was_consumed_however_it_is_grouped(String by) {
        BigDecimal consumed = busy.customer.consumed();
        String page = page("/dashboard/usage?by=" + by);
        String table = page.substring(page.indexOf("aria-label=\"Usage by " + by.replace("day", "key")));
        Pattern credits = Pattern.compile("class=\"num\" title=\"([0-9.]+) credits\"");
        String rows = table.substring(0, table.indexOf("</tbody>"));

        assertThat(credits.matcher(rows)
                        .results()
                        .map(match -> new BigDecimal(match.group(1)))
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(consumed);
        assertThat(table).contains("title=\"" + consumed.setScale(6).toPlainString() + " credits\"");
        assertThat(busy.browser
                        .get("/dashboard/usage.csv?by=" + by)
                        .body()
                        .lines()
                        .skip(1)
                        .map(line -> new BigDecimal(line.split(",", -1)[by.equals("key") ? 15 : 14]))
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(consumed);
    }

    @Test
    void a_row_of_the_usage_opens_its_calls() {
        String page = page("/dashboard/usage?by=model");
        String link = Pattern.compile("href=\"([^\"]*requests[^\"]*model=gemini-3.1-pro)\"")
                .matcher(page)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1)
                .replace("&amp;", "&");

        assertThat(calls(page(link))).hasSameSizeAs(calls(page("/dashboard/requests?model=gemini-3.1-pro")));
    }

    @Test
    void a_range_without_calls_says_so() {
        assertThat(page("/dashboard/usage?range=own&from=2026-01-01&to=2026-01-02"))
                .contains("No calls ended in this range.", ">Show October 2026</a>")
                .contains("from=2026-10-01&amp;to=2026-10-31&amp;by=key\"");
        for (String range : List.of(
                "from=2026-10-29&to=2026-10-30 2026-10-01 2026-10-31",
                "from=2026-11-01&to=2026-11-02 2026-11-01 2026-11-30")) {
            String[] parts = range.split(" ");
            String key = busy.other.keyId();
            assertThat(page("/dashboard/usage?range=own&" + parts[0] + "&key=" + key + "&by=day"))
                    .as("calls of the same key before it and after it")
                    .contains("from=" + parts[1] + "&amp;to=" + parts[2] + "&amp;by=day&amp;key=" + key + "\"");
        }
        assertThat(page("/dashboard/usage?model=none")).contains("Show all models and keys");
    }

    // ---- statements ----

    @Test
    void a_statement_leads_to_each_call_and_is_a_file_with_the_lines_of_the_month() {
        String page = page("/dashboard/billing/statements/2026-11");
        List<String> onPage = calls(page);
        assertThat(onPage).isNotEmpty();
        assertThat(page).contains("href=\"/dashboard/billing/statements/2026-11/statement.csv\"");
        assertThat(page("/dashboard/requests/" + onPage.getFirst())).contains("<h2>Price</h2>");
        assertThat(page).contains("<td class=\"hide\">google/gemini-2.5-pro</td>");

        List<String> lines = page("/dashboard/billing/statements/2026-11/statement.csv")
                .lines()
                .toList();
        assertThat(lines.getFirst())
                .isEqualTo(
                        "\ufefftime,sequence,kind,task_id,model,amount,balance,source,key,key_name,reason,usd,invoice,team,team_name,member,member_name");
        assertThat(lines.stream().filter(line -> line.contains(",charge,")).map(line -> line.split(",")[3]))
                .containsExactlyElementsOf(onPage.reversed());
        assertThat(wide(page))
                .contains("Balance at the end</th><td class=\"num\"></td><td class=\"num\">"
                        + Display.exact(micros(lines.getLast())));
    }

    private static long micros(String line) {
        return new BigDecimal(line.split(",", -1)[6]).movePointRight(6).longValueExact();
    }

    @Test
    void statements_are_listed_from_the_month_that_the_account_was_made_in() {
        assertThat(page("/dashboard/billing"))
                .contains("November 2026</a>", "October 2026</a>", "aria-label=\"October 2026 as CSV, by key\"")
                .doesNotContain("September 2026");
    }
}
