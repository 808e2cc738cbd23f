package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.frame.Display;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The operator's pages of figures over two hundred days of calls that stand in the tables only. */
@Timeout(60)
class ConsoleOverviewTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String ADMIN = "an-admin-key-that-is-long-enough";
    private static final Instant NOW = Instant.parse("2026-11-21T12:20:09Z");
    private static final long HOUR = 3_600_000;

    private static PortalServer server;
    private static Browser operator;
    private static String account;

    @BeforeAll
    static void start() {
        server = PortalServer.start(() -> NOW, Map.of("TOLLGATE_ADMIN_KEY", ADMIN), "operator.password", PASSWORD);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        account = server.customer("2").account();
        long last = NOW.truncatedTo(ChronoUnit.HOURS).toEpochMilli();
        for (String end : List.of("completed", "failed")) {
            hours(last, "gemini-2.5-pro", "gemini", end, end.equals("failed") ? 1 : 9);
            hours(last, "gemini-3-pro", "spare", end, end.equals("failed") ? 2 : 5);
        }
        server.execute(
                "INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros, cost_micros,"
                        + " costed) WITH RECURSIVE h(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM h WHERE n < 1600) SELECT '"
                        + account + "', " + last + " - n * " + HOUR
                        + ", 'key_x', 'gemini-2.5-pro', 4, 1000000 + n * 100, 700000,"
                        + " 4 FROM h");
    }

    /** A row an hour, of which the charge, the cost and the times change with the hour. */
    private static void hours(long last, String model, String channel, String end, int calls) {
        server.execute("INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls,"
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
        server.close();
    }

    private static String words(String path) {
        Browser.Page page = operator.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body().replaceAll("\\s*<[^>]*>\\s*", " ").replaceAll("\\s+", " ");
    }

    private static JsonNode usage(String by, Instant from) {
        return server.get(
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

    @ParameterizedTest
    @ValueSource(strings = {"24h", "7d", "30d", "90d"})
    void every_figure_equals_what_the_api_says_of_the_range(String range) {
        JsonNode models = usage("model", from(range));
        String page = operator.get("/console?range=" + range).body();
        List<String> exact = Pattern.compile("<b title=\"([0-9.,]+) credits\">")
                .matcher(page)
                .results()
                .map(found -> found.group(1).replace(",", ""))
                .toList();
        assertThat(exact)
                .containsExactly(
                        sum(models, "net").setScale(6).toPlainString(),
                        sum(models, "upstream_cost").setScale(6).toPlainString(),
                        sum(models, "margin").setScale(6).toPlainString());
        assertThat(page)
                .contains("title=\"" + "%,d".formatted(sum(models, "calls").longValue()) + " that have ended\"")
                .contains("title=\"" + "%,d".formatted(sum(models, "failed").longValue()) + " of ");
        models.forEach(model -> assertThat(page)
                .containsPattern(model.get("model").asString() + "</a></th><td class=\"num\" title=\""
                        + "%,.6f".formatted(model.get("net").decimalValue())
                        + " credits\">"));
        JsonNode channel = usage("channel", from(range)).get(0);
        assertThat(channel.get("channel").asString()).isEqualTo("gemini");
        assertThat(words("/console?range=" + range)).contains("Channel State Errors p95");
    }

    @Test
    void the_file_has_a_line_a_day_with_the_figures_of_the_api() {
        Browser.Page file = operator.get("/console/overview.csv?range=30d");
        assertThat(file.header("content-type")).startsWith("text/csv");
        List<String> heads =
                List.of(file.body().lines().findFirst().orElseThrow().split(","));
        List<String> lines = file.body().lines().skip(1).toList();
        JsonNode days = usage("day", from("30d"));
        assertThat(lines).hasSize(30);
        for (int i = 0; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",");
            JsonNode day = days.get(i);
            assertThat(cells[0]).startsWith(day.get("day").asString());
            assertThat(cells[1]).isEqualTo(day.get("calls").asString());
            for (String amount : List.of("net", "margin")) {
                BigDecimal credits = day.get(amount).decimalValue();
                assertThat(new BigDecimal(cells[heads.indexOf(amount)])).isEqualByComparingTo(credits);
                assertThat(new BigDecimal(cells[heads.indexOf(amount + "_usd")]))
                        .isEqualByComparingTo(credits.divide(BigDecimal.valueOf(200)));
            }
        }
        assertThat(operator.get("/console/overview.csv?range=24h").body().lines())
                .hasSize(25);
    }

    @Test
    void the_range_before_ends_at_the_same_hour() {
        Instant end =
                NOW.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1)).minus(Duration.ofDays(7));
        JsonNode before = server.get(
                        "/admin/usage?by=model&from=" + from("7d").minus(Duration.ofDays(7)) + "&to=" + end, ADMIN)
                .json()
                .get("data");
        BigDecimal now = sum(usage("model", from("7d")), "net");
        long percent = now.subtract(sum(before, "net"))
                .movePointRight(2)
                .divide(sum(before, "net"), 0, java.math.RoundingMode.HALF_UP)
                .longValue();
        assertThat(percent).isPositive();
        assertThat(words("/console?range=7d"))
                .contains("against the same weekdays, 7 days before")
                .contains("▲ " + percent + " %");
    }

    @Test
    void accounts_are_sorted_by_their_revenue_or_another_column() {
        String other = server.customer("7").account();
        server.execute(
                "INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros, cost_micros,"
                        + " costed) SELECT '" + other + "', starts_at, 'key_z', model, calls, 9000000, 100, calls FROM"
                        + " usage_quarter WHERE account_id = '" + account + "' AND starts_at < "
                        + Instant.parse("2026-11-19T00:00:00Z").toEpochMilli());
        try {
            assertThat(accounts("").indexOf(other)).isZero();
            assertThat(accounts("").indexOf(account)).isEqualTo(1);
            for (String sort : List.of("name", "revenue", "change", "margin", "balance", "created", "called")) {
                assertThat(accounts("?sort=" + sort))
                        .as(sort)
                        .hasSizeGreaterThan(2)
                        .isEqualTo(accounts("?sort=-" + sort).reversed());
            }
            String page = words("/console/accounts");
            assertThat(page)
                    .containsPattern("[0-9]+ accounts, revenue \\$")
                    .containsPattern("Margin \\$[0-9.]+ – – \\$[0-9.]+ ▼ [0-9]+ % \\$[0-9.]+ \\$[0-9.]+ 18 Nov 2026");
            assertThat(operator.get("/console/accounts").body().length()).isLessThan(40_000);
        } finally {
            server.execute("DELETE FROM usage_quarter WHERE account_id = '" + other + "'");
        }
    }

    private static List<String> accounts(String query) {
        Browser.Page page = operator.get("/console/accounts" + query);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return Pattern.compile("<th scope=\"row\"[^>]*>\\s*<a href=\"/console/accounts/([^\"]+)\"")
                .matcher(page.body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void an_account_that_stopped_is_named_with_its_last_day() {
        String quay = server.customer("2").account();
        server.execute("UPDATE account SET name = 'Quay Logistics' WHERE id = '" + quay + "'");
        server.execute(
                "INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros) SELECT '"
                        + quay
                        + "', starts_at, 'key_y', model, 4, 60000000 FROM usage_quarter WHERE account_id = '" + account
                        + "' AND starts_at < "
                        + Instant.parse("2026-11-12T00:00:00Z").toEpochMilli());
        try {
            String page = words("/console?range=7d");
            assertThat(page)
                    .contains(
                            "account Quay Logistics stopped on 11 Nov. It was 98 % of the revenue of the 30 days before.")
                    .contains("Why revenue changed. Less: Quay Logistics −$")
                    .contains("(stopped, last call 11 Nov).")
                    .contains("Quay Logistics stopped, last call 11 Nov $0.00 ▼ 100 %");
            assertThat(words("/console/revenue?range=7d&by=account&sort=-change"))
                    .containsPattern("Quay Logistics stopped, last call 11 Nov .{0,99} 0 \\$0.00 −\\$[0-9.]+ ▼ 100 % ");
        } finally {
            server.execute("DELETE FROM usage_quarter WHERE account_id = '" + quay + "'");
        }
        assertThat(words("/console?range=7d")).doesNotContain("Quay Logistics");
    }

    @Test
    void a_day_with_many_errors_is_named_for_a_week() {
        String at = Long.toString(Instant.parse("2026-11-18T00:00:00Z").toEpochMilli());
        server.execute("INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls)"
                + " VALUES (" + at + ", 'spike', '', 'm', '', 'failed', 3000)");
        try {
            assertThat(words("/console"))
                    .containsPattern("errors 18 Nov: 3,[0-9]{3} of 3,[0-9]{3} calls failed. Requests");
        } finally {
            server.execute("DELETE FROM usage_hour WHERE node_id = 'spike'");
        }
        assertThat(words("/console")).doesNotContain("calls failed.");
    }

    @Test
    void a_bar_opens_the_calls_of_its_day_and_hours_are_named() {
        String page = operator.get("/console?range=7d").body();
        assertThat(page).contains("href=\"/console/requests?on=2026-11-21\"", "21 Nov so far");
        assertThat(words("/console/requests?on=2026-11-21T12"))
                .contains("Calls that ended from 21 Nov 12:00:00 to 21 Nov 13:00:00 UTC.");
        assertThat(operator.get("/console?range=24h").body())
                .contains("href=\"/console/requests?on=2026-11-20T13\"", "21 Nov 12:00 so far");
    }

    @ParameterizedTest
    @ValueSource(strings = {"calls", "errors", "tokens", "first-byte", "money"})
    void each_figure_has_a_chart_and_the_page_stays_small(String chart) {
        for (String range : List.of("24h", "90d")) {
            Browser.Page page = operator.get("/console?range=" + range + "&chart=" + chart);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body()).containsPattern("chart=" + chart + "\" aria-current=\"true\"");
            assertThat(page.body().length()).as(range + " " + chart).isLessThan(40_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"day", "model", "channel", "account"})
    void the_file_of_revenue_has_the_figures_of_the_api(String by) {
        Browser.Page file = operator.get("/console/revenue.csv?range=7d&by=" + by);
        assertThat(file.header("content-type")).startsWith("text/csv");
        List<String> heads =
                List.of(file.body().lines().findFirst().orElseThrow().split(","));
        Map<String, JsonNode> rows = usage(by, from("7d"))
                .valueStream()
                .filter(row -> !by.equals("account") || row.get("calls").asLong() > 0)
                .collect(Collectors.toMap(row -> row.get(by).asString(), row -> row));
        List<String> lines = file.body().lines().skip(1).toList();
        assertThat(lines).hasSize(rows.size()).isNotEmpty();
        for (String line : lines) {
            String[] cells = line.split(",");
            JsonNode row = rows.get(cells[0].replaceFirst("T00:00:00Z$", "").replace("not known", "unknown"));
            Map<String, String> columns = new HashMap<>(Map.of("charged", "charged", "net", "net"));
            if (!by.equals("account")) {
                columns.putAll(Map.of("upstream_cost", "upstream_cost", "margin", "margin"));
            }
            columns.forEach((column, figure) -> assertThat(new BigDecimal(cells[heads.indexOf(column)]))
                    .as(line)
                    .isEqualByComparingTo(row.get(figure).decimalValue()));
        }
    }

    @Test
    void revenue_compares_with_the_range_before_and_sorts_by_each_figure() {
        String page = words("/console/revenue?by=model&range=7d");
        assertThat(page)
                .contains("against the same weekdays, 7 days before")
                .contains("Revenue ↓")
                .contains("▲ ");
        Map<String, List<String>> sorts = Map.of(
                "model",
                List.of("name", "calls", "change"),
                "day",
                List.of("name", "revenue", "change", "cost", "margin"));
        sorts.forEach((by, names) -> names.forEach(name -> {
            String path = "/console/revenue?range=7d&by=" + by + "&sort=";
            List<String> rows = rows(path + name);
            assertThat(rows)
                    .as(name)
                    .hasSizeGreaterThan(1)
                    .isEqualTo(rows(path + "-" + name).reversed());
        }));
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

    @Test
    void an_account_has_a_margin_where_all_its_costs_are_known() {
        String older = server.customer("2").account();
        String partly = server.customer("2").account();
        String columns = "starts_at, key_id, model, calls, charged_micros, cost_micros";
        server.execute("INSERT INTO usage_quarter (account_id, " + columns + ") SELECT '" + older + "', " + columns
                + " FROM usage_quarter WHERE account_id = '" + account + "'");
        server.execute("INSERT INTO usage_quarter (account_id, costed, " + columns + ") SELECT '" + partly + "', 1, "
                + columns + " FROM usage_quarter WHERE account_id = '" + account + "'");
        try {
            assertThat(row(account))
                    .containsPattern("\\$0.12 −(&lt;)?\\$0.0[0-9]+ −\\$0.00[0-9]+ \\$0.0(8 \\$0.04|9 \\$0.03) 30.1 % ");
            assertThat(row(older)).containsPattern("\\$0.12 −(&lt;)?\\$0.0[0-9]+ −\\$0.00[0-9]+ – – – 96 calls");
            assertThat(row(partly))
                    .containsPattern("\\$0.12 −(&lt;)?\\$0.0[0-9]+ −\\$0.00[0-9]+ \\$0.0[89] – – 72 calls");
        } finally {
            server.execute("DELETE FROM usage_quarter WHERE account_id IN ('" + older + "', '" + partly + "')");
        }
    }

    @Test
    void an_account_shows_its_spend_with_change_margin_and_chart() {
        JsonNode row = usage("account", from("30d"))
                .valueStream()
                .filter(each -> each.get("account").asString().equals(account))
                .findFirst()
                .orElseThrow();
        BigDecimal net = row.get("net").decimalValue();
        BigDecimal cost = row.get("calls").decimalValue().multiply(new BigDecimal("0.175"));
        String path = "/console/accounts/" + account;
        String page = operator.get(path).body();
        assertThat(words(path))
                .contains("Spend, 30 days $")
                .containsPattern("Margin, 30 days [0-9.]+ %")
                .containsPattern("(−(&lt;)?\\$[0-9.]+|▼ [0-9]+ %) against the same weekdays, 35 days before · "
                        + Display.number(row.get("calls").asLong()) + " calls");
        assertThat(page)
                .contains("<b title=\"" + "%,.6f".formatted(net) + " credits\">")
                .contains("<b title=\"" + "%,.6f".formatted(net.subtract(cost)) + " credits\">")
                .contains("href=\"/console/requests?account=" + account + "&amp;on=2026-11-21\">21 Nov so far");
        String now = "account_id = '" + account + "' AND starts_at = "
                + Instant.parse("2026-11-21T12:15:00Z").toEpochMilli();
        server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls) VALUES ('" + account
                + "', " + now.replaceFirst(".* ", "") + ", 'key_x', 'gemini-2.5-pro', 1)");
        assertThat(words(path)).contains("Margin, 30 days – 1 call of unknown cost");
        server.execute("DELETE FROM usage_quarter WHERE " + now);
    }

    /** Returns the words of an account's row of the last 24 hours. */
    private static String row(String account) {
        String page = operator.get("/console/revenue?by=account&range=24h").body();
        String row = page.substring(page.indexOf("/console/accounts/" + account));
        return row.substring(0, row.indexOf("</tr>"))
                .replaceAll("\\s*<[^>]*>\\s*", " ")
                .replaceAll("\\s+", " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"24h", "30d", "365d"})
    void the_page_of_revenue_stays_small(String range) {
        for (String by : List.of("day", "account")) {
            Browser.Page page = operator.get("/console/revenue?range=" + range + "&by=" + by);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body().length()).as(range + " " + by).isLessThan(40_000);
        }
    }

    @Test
    void the_log_of_calls_has_a_chart_of_its_filters() {
        JsonNode model = usage("model", from("30d"))
                .valueStream()
                .filter(row -> row.get("model").asString().equals("gemini-3-pro"))
                .findFirst()
                .orElseThrow();
        long calls = sum(usage("model", from("30d")), "calls").longValue();
        long paid = server.number("SELECT SUM(calls) FROM usage_quarter WHERE account_id = '" + account
                + "' AND starts_at >= " + from("30d").toEpochMilli());
        Map<String, Long> sums = Map.of(
                "",
                calls,
                "model=gemini-3-pro",
                model.get("calls").asLong(),
                "state=failed",
                sum(usage("model", from("30d")), "failed").longValue(),
                "state=failed&model=gemini-3-pro",
                model.get("failed").asLong(),
                "from=2026-10-23",
                calls,
                "account=" + account,
                paid);
        sums.forEach((filters, sum) -> {
            String page = operator.get("/console/requests?" + filters).body();
            assertThat(page).contains("Calls by day", "21 Nov so far").contains("on=2026-11-21\">");
            assertThat(page).as(filters).containsPattern("(?s)<tfoot>.*>" + Display.number(sum) + "</td></tr></tfoot>");
            for (String filter : filters.isEmpty() ? new String[0] : filters.split("&")) {
                assertThat(filter.startsWith("from=")
                                || page.contains("?" + filter + "&amp;")
                                || page.contains("&amp;" + filter + "&amp;"))
                        .as(filter)
                        .isTrue();
            }
            assertThat(page.length()).isLessThan(40_000);
        });
        assertThat(words("/console/requests?on=2026-11-20"))
                .contains("Calls by hour", "20 Nov 23:00")
                .doesNotContain("so far");
        assertThat(words("/console/requests?from=2026-01-01")).contains("Calls by week");
        for (String none : List.of(
                "on=2026-11-21T12", "from=2020-01-01", "state=processing", "model=unknown", "from=2027-01-01")) {
            assertThat(words("/console/requests?" + none)).doesNotContain("Calls by ");
        }
    }

    @Test
    void a_warning_is_dismissed_for_a_week_and_an_alarm_is_not() {
        String warning = account + "\">Open";
        assertThat(operator.get("/console").body()).contains(warning).contains("lasts less than a day");
        server.execute("INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, estimated)"
                + " VALUES (" + NOW.truncatedTo(ChronoUnit.HOURS).toEpochMilli()
                + ", '', '', 'm', '', 'completed', 3)");
        assertThat(words("/console")).contains("usage of 3 calls today");
        List<MatchResult> subjects = Pattern.compile("name=\"subject\" value=\"([^\"]+)\"")
                .matcher(operator.get("/console").body())
                .results()
                .toList();
        assertThat(subjects).as("a code, in whichever words the page says it").anyMatch(subject -> subject.group(1)
                .startsWith("console: retirements gemini-"));
        for (MatchResult subject : subjects) {
            assertThat(operator.submit("/console", "/console", Map.of("subject", subject.group(1)))
                            .location())
                    .isEqualTo("/console");
        }
        assertThat(operator.get("/console").body()).doesNotContain(warning).doesNotContain("name=\"subject\"");
        assertThat(words("/console")).doesNotContain("usage of 3 calls today").contains("sandbox Sandbox mode");
        operator.submit(
                "/console", "/console", Map.of("subject", "console: Sandbox mode: no real model is connected."));
        operator.submit("/console", "/console", Map.of("subject", "x".repeat(5_000)));
        assertThat(server.number("SELECT COUNT(*) FROM dismissed")).isEqualTo(subjects.size());
        assertThat(server.number("SELECT MAX(until) FROM dismissed"))
                .isEqualTo(NOW.plus(Duration.ofDays(7)).toEpochMilli());
        assertThat(words("/console")).contains("sandbox Sandbox mode");
    }
}
