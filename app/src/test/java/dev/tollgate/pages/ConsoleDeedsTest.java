package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.keys.KeySettings;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prices, vouchers, settings, books and the audit log on the operator's pages, and what the first page makes of it all. */
@Timeout(60)
class ConsoleDeedsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";
    private static final String REASON = "because of a test";

    private static Gateway gateway;
    private static Browser operator;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("operator.password", PASSWORD);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String body(String path) {
        Browser.Page page = operator.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    @Test
    void a_price_change_is_previewed_and_a_stale_form_is_refused() {
        String path = "/console/prices/gemini-3-pro";
        String page = compared(path, "200", "900").body();
        // 2,000 tokens in and 500 out: 0.32 + 0.48, and 0.40 + 0.45
        assertThat(page)
                .contains(">0.80 <span class=\"small muted\">$0.0040</span></td><td class=\"num\">0.85 <span")
                .contains("<th scope=\"col\" class=\"num hide\">Cost</th>", ">Margin</th>");
        String version = found("name=\"version\" value=\"([^\"]*)\"", page);
        Map<String, String> form = Map.of(
                "deed",
                "model.price",
                "input",
                "200",
                "output",
                "900",
                "reasoning",
                "free",
                "version",
                version,
                "reason",
                REASON);
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=model.price");
        assertThat(body(path)).contains("value=\"200\"").contains("value=\"900\"");
        Browser.Page late = operator.submit(path, path, form);
        assertThat(late.status()).isEqualTo(422);
        assertThat(late.body()).contains("Another operator has changed the price");
        assertThat(compared(path, "1", "1").body()).contains("The new price is below the upstream");
        assertThat(compared(path, "cheap", "1").status()).isEqualTo(422);
        assertThat(operator.get("/console/prices/gemini-none").status()).isEqualTo(404);
    }

    @Test
    void a_mark_up_offers_google_maps_only_by_a_box() {
        String path = "/console/prices/gemini-3.1-pro-preview";
        Map<String, String> form =
                Map.of("deed", "model.price", "preview", "on", "margin", "30", "reasoning", "billed");
        Browser.Page page = operator.submit(path, path, form);
        String value = found("form=\"set-price\" name=\"maps_per_1000\" value=\"([0-9.]+)\">", page.body());

        assertThat(page.body())
                .contains("1,000 calls with Google Maps", ">not offered</td>", "offer for 3,640")
                .doesNotContain("type=\"hidden\" name=\"maps_per_1000\"");
        Map<String, String> ticked =
                new HashMap<>(Map.of("deed", "model.price", "preview", "on", "maps_per_1000", value));
        Pattern.compile("type=\"hidden\" name=\"([a-z_.0-9]+)\" value=\"([^\"]*)\"")
                .matcher(page.body().substring(page.body().indexOf("id=\"set-price\"")))
                .results()
                .takeWhile(field -> !field.group(1).equals("preview"))
                .filter(field -> !field.group(1).equals("csrf"))
                .forEach(field -> ticked.putIfAbsent(field.group(1), field.group(2)));
        assertThat(operator.submit(path, path, ticked).body())
                .contains("name=\"maps_per_1000\" value=\"" + value + "\" checked");
        ticked.putAll(Map.of("maps_per_1000", "", "input", "401"));
        assertThat(operator.submit(path, path, ticked).body()).doesNotContain("offer for");
    }

    @Test
    void the_smallest_margin_of_a_price_is_marked_and_each_has_its_reason() {
        assertThat(body("/console/prices/google/gemini-2.5-pro"))
                .contains("Long prompts: input <span class=\"badge warn\">smallest margin</span>")
                .contains("leaves $0.06", "loses $35.00", "gemini-3.8-flash answers, at its own cost")
                .containsPattern("price [0-9.]+ × that for short prompts, cost [0-9.]+ ×");
    }

    @Test
    void a_price_of_every_rate_is_typed_corrected_and_set_for_a_later_day() {
        String path = "/console/prices/gemini-3.1-pro";
        Map<String, String> form = new HashMap<>(Map.of("input", "500", "output", "3000", "reasoning", "billed"));
        form.putAll(Map.of(
                "cached_input", "501",
                "audio_input", "",
                "search_per_1000", "3000",
                "search_counts", "calls",
                "above.prompt_tokens", "200000",
                "above.input", "1000",
                "above.output", "4500",
                "above.cached_input", "100",
                "above.search_per_1000", "3000"));
        form.putAll(Map.of(
                "tiers.flex",
                "0.5",
                "tiers.priority",
                "",
                "from",
                "1 December",
                "deed",
                "model.price",
                "preview",
                "on"));
        Browser.Page wrong = operator.submit(path, path, form);
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body())
                .contains("From must be a time like 2026-12-01T00:00")
                .contains("value=\"501\"");
        form.put("from", "2099-12-01T08:00"); // as it is picked, in the operator's zone
        assertThat(operator.submit(path, path, form).body())
                .contains("Cached input is 501; allowed is a number of credits from 0 to 500, at most the input rate.")
                .contains("<details open>")
                .contains("value=\"4500\"");
        form.put("cached_input", "50");
        String page = operator.submit(path, path, form).body();
        assertThat(page)
                .contains("type=\"hidden\" name=\"from\" value=\"2099-12-01T08:00:00+00:00\"")
                .contains("name=\"from\" type=\"date\" value=\"2099-12-01\"");
        assertThat(page)
                .contains("Cached input ", "Long prompts: above ", "× 0.5", "1 Dec 2099")
                .contains("250,000 tokens in, 2,000 out ")
                .contains("<td class=\"num\">259.00 ", "<td class=\"num\">7.75 ");
        form.remove("preview");
        form.put("reason", REASON);
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=model.price");
        assertThat(body(path))
                .contains("Scheduled changes", "1 Dec 2099", "Scheduled prices stay, unless you cancel them")
                .contains("value=\"160\"");
        assertThat(body("/console/prices")).contains(">1 Dec 2099: $2.50 / $15.00</span></td>");
        assertThat(body("/console/audit")).contains("Long prompts: cached input", "Flex: ");
        String atOnce = compared(path, "160", "960").body();
        assertThat(atOnce)
                .contains("Takes effect immediately.", "A price is set for later", "From 1 Dec 2099")
                .contains(">500</td>", ">3,000</td>") // kept
                .contains("If you cancel it, the first example call brings ")
                .contains("value=\"false\" checked>", "Keep that price", "value=\"true\">", "Cancel that price");
        form = new HashMap<>(
                Map.of("deed", "model.price", "input", "170", "output", "960", "reasoning", "free", "reason", REASON));
        form.put("cancel_scheduled", "false");
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=model.price");
        assertThat(body(path)).contains("1 Dec 2099");
        form.put("cancel_scheduled", "true");
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=model.price");
        assertThat(body("/console/prices")).doesNotContain("1 Dec 2099: ");
        assertThat(body("/console/audit")).contains("Versions kept for later: gemini-3.1-pro@set-");
    }

    private static Browser.Page compared(String path, String input, String output) {
        return operator.submit(
                path,
                path,
                Map.of("deed", "model.price", "preview", "on", "input", input, "output", output, "reasoning", "free"));
    }

    @Test
    void no_link_fills_in_a_form_of_operators() {
        String typed = "?deed=%s&input=0.111&output=0.111&reasoning=billed&reason=planted&credits=0.111&name=planted"
                + "&login=planted&email=planted&setting=planted&value=planted&count=111&version=planted&to=planted&preview=on";
        String account = gateway.text("SELECT MIN(id) FROM account");
        for (String page : List.of(
                "/console/prices/gemini-3-pro",
                "/console/vouchers",
                "/console/accounts",
                "/console/settings",
                "/console/settings/mail",
                "/console/accounts/" + account)) {
            for (String deed : List.of(
                    "model.price",
                    "voucher.create",
                    "account.create",
                    "account.invite",
                    "mail.test",
                    "account.grant",
                    "account.adjust",
                    "account.limits")) {
                // the switch of the unit leads back to the address as it is
                String shown = body(page + typed.formatted(deed)).replaceAll("name=\"back\" value=\"[^\"]*\"", "");
                assertThat(shown)
                        .as(page)
                        .doesNotContain("planted")
                        .doesNotContain("0.111")
                        .doesNotContain(">Changes<");
            }
        }
    }

    @Test
    void an_announcement_is_written_ended_and_deleted() {
        String path = "/console/status";
        Map<String, String> typed = Map.of(
                "deed",
                "announcement.write",
                "text",
                "Slower <soon>",
                "begins_at",
                "2026-01-02T03:04",
                "reason",
                REASON);
        assertThat(operator.submit(path, path, typed).location()).isEqualTo(path + "?done=announcement.write");
        String number = Long.toString(gateway.number("SELECT MAX(number) FROM announcement"));
        assertThat(body(path)).contains("Slower &lt;soon&gt;", "since 2 Jan, 03:04 UTC", "holds");
        Map<String, String> end = Map.of("deed", "announcement.change?ends_at=now", "number", number, "reason", REASON);
        assertThat(operator.submit(path, path, end).location())
                .isEqualTo(path + "?done=announcement.change%3Fends_at%3Dnow");
        assertThat(body(path)).contains(">ended<");
        Map<String, String> remove = Map.of("deed", "announcement.delete", "number", number, "reason", REASON);
        assertThat(operator.submit(path, path, remove).location()).isEqualTo(path + "?done=announcement.delete");
        assertThat(operator.submit(path, path, remove).body()).contains("There is no announcement of this number.");
        assertThat(gateway.text("SELECT after_json FROM audit_log WHERE action = 'announcement.write'"))
                .contains("\"text\":\"Slower <soon>\",\"begins_at\":1767323040");
    }

    @Test
    void vouchers_are_added_up_by_their_state() {
        long now = gateway.now().toEpochMilli();
        for (int i = 1; i <= 3; i++) {
            gateway.execute(
                    "INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at, expires_at) VALUES ("
                            + (i - 4 + 1_000) + ", 'sum " + i + "', " + i + "000000, 'sums', 1, "
                            + (i == 3 ? "NULL" : now - i) + ")");
        }
        try {
            assertThat(body("/console/vouchers"))
                    .containsPattern("Expired *</th><td class=\"num\">2</td><td class=\"num\">3.00</td>")
                    .containsPattern("Open *</th><td class=\"num\">1</td><td class=\"num\">3.00</td>")
                    .containsPattern("Created *</th><td class=\"num\">[0-9]+</td>");
        } finally {
            gateway.execute("DELETE FROM voucher WHERE note = 'sums'");
        }
    }

    @Test
    void codes_of_vouchers_are_shown_by_the_page_that_makes_them_and_by_no_other() {
        String path = "/console/vouchers";
        Browser.Page made = operator.submit(
                path,
                path,
                Map.of("deed", "voucher.create", "count", "2", "credits", "5", "reason", "a fair for testers"));
        String codes = found("id=\"codes\">([^<]+)</pre>", made.body());
        assertThat(codes.strip().lines()).hasSize(2);
        String later = body(path);
        assertThat(later).contains("a fair for testers");
        codes.strip().lines().forEach(code -> assertThat(later).doesNotContain(code));
        Browser ann = new Browser(gateway.url()).signUp("ann@example.org", "a sentence nobody else has");
        String account = gateway.text("SELECT account_id FROM person WHERE email = 'ann@example.org'");
        gateway.execute("UPDATE account SET name = 'Ann & Co' WHERE id = '" + account + "'");
        Browser.Page redeemed = ann.submit(
                "/dashboard/billing/top-up",
                "/dashboard/billing/voucher",
                Map.of("code", codes.strip().lines().findFirst().orElseThrow()));
        assertThat(redeemed.status()).as(redeemed.body()).isEqualTo(303);
        long last = gateway.number("SELECT MAX(sequence) FROM voucher");
        assertThat(body(path)).contains("/console/vouchers/" + (last - 1) + "\">a fair for testers</a>", ">1 of 2<");
        assertThat(body(path + "/" + (last - 1)))
                .contains("<a href=\"/console/accounts/" + account + "\">Ann &amp; Co</a>")
                .doesNotContain(codes.strip().lines().toList());
        Map<String, String> revoke = Map.of(
                "deed",
                "voucher.revoke",
                "first",
                Long.toString(last - 1),
                "last",
                Long.toString(last),
                "reason",
                REASON);
        assertThat(operator.submit(path, path, revoke).location()).isEqualTo(path + "?done=voucher.revoke&n=1");
        assertThat(operator.submit(path, path, revoke).body()).contains("None of these vouchers is open");
        String file = body(path + ".csv");
        assertThat(file)
                .startsWith("\ufeffnumber,note,created_at,expires_at,state,credits,account,account_name,redeemed_at,")
                .contains(",redeemed,5," + account + ",Ann & Co,", ",revoked,5,,,,");
        codes.strip().lines().forEach(code -> assertThat(file).doesNotContain(code));
        Browser.Page wrong = operator.submit(
                path, path, Map.of("deed", "voucher.create", "count", "two", "credits", "5", "reason", REASON));
        assertThat(wrong.status()).isEqualTo(422);
    }

    @Test
    void a_campaign_is_one_row_whose_codes_come_as_a_file() {
        String path = "/console/vouchers";
        Map<String, String> typed = new HashMap<>(Map.of(
                "deed", "voucher.create", "count", "60", "credits", "5", "days", "30", "reason", "sixty of them"));
        typed.put("expires_at", "2190-01-31");
        String made = operator.submit(path, path, typed).body();
        String file =
                found("href=\"data:text/csv;charset=utf-8,([^\"]+)\" download=\"vouchers-[0-9]+-[0-9]+.csv\"", made);
        List<String> lines =
                URLDecoder.decode(file, StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.getFirst()).isEqualTo("\ufeffnumber,code,credits,expires_at,days,models");
        assertThat(lines.subList(1, lines.size()).stream().map(line -> line.split(",")[1]))
                .containsExactlyElementsOf(found("id=\"codes\">([^<]+)</pre>", made)
                        .strip()
                        .lines()
                        .toList());
        assertThat(lines.getLast()).endsWith(",5,2190-02-01T00:00:00Z,30,");
        assertThat(body(path).split("sixty of them", -1)).hasSize(2);
        long last = gateway.number("SELECT MAX(sequence) FROM voucher");
        String campaign = path + "/" + (last - 59);
        assertThat(operator.get(path + "/" + last).location()).isEqualTo(campaign);
        assertThat(body(campaign))
                .contains("0 of 60", "<th scope=\"row\">" + Display.number(last - 10) + "<")
                .doesNotContain("<th scope=\"row\">" + Display.number(last - 9) + "<");
        assertThat(body(campaign + "?after=" + (last - 10)))
                .contains("<th scope=\"row\">" + Display.number(last) + "<");
        assertThat(body(campaign + "?code=" + last)).contains("Revoke voucher " + Display.number(last));
        String one = Long.toString(last);
        Map<String, String> revoke = Map.of("deed", "voucher.revoke", "first", one, "last", one, "reason", REASON);
        assertThat(operator.submit(campaign, campaign, revoke).location())
                .isEqualTo(campaign + "?done=voucher.revoke&n=1");
        assertThat(body(campaign + "?state=revoked")).contains(">" + Display.number(last) + "<", ">revoked<");
        assertThat(operator.submit(campaign, campaign, revoke).body())
                .contains("None of these vouchers is open", "Revoke voucher");
        assertThat(body(campaign))
                .contains("name=\"first\" value=\"" + (last - 59) + "\"", "name=\"last\" value=\"" + last + "\"");
        assertThat(operator.get(path + "/999999").status()).isEqualTo(404);
        gateway.execute("DELETE FROM voucher WHERE note = 'sixty of them'");
    }

    @Test
    void the_file_of_vouchers_has_their_days_and_models() {
        String path = "/console/vouchers";
        operator.submit(
                path,
                path,
                Map.of(
                        "deed",
                        "voucher.create",
                        "count",
                        "1",
                        "credits",
                        "5",
                        "days",
                        "30",
                        "models",
                        "gemini-4-*, gemini-3-pro",
                        "reason",
                        "a fair with terms"));
        assertThat(body(path + ".csv").lines())
                .filteredOn(line -> line.contains("a fair with terms") || line.contains("number,"))
                .satisfiesExactly(head -> assertThat(head).endsWith(",revoked_at,days,models"), line -> assertThat(line)
                        .endsWith(",30,gemini-4-* gemini-3-pro"));
        gateway.execute("DELETE FROM voucher WHERE note = 'a fair with terms'");
    }

    @Test
    void a_sign_up_that_is_open_early_is_done_and_minded_while_only_the_sandbox_answers() {
        assertThat(body("/console")).contains("<b>Open sign-up</b>", "That is fine with the sandbox.");
    }

    @Test
    void stored_files_and_the_login_of_a_removed_person_are_deleted() {
        Customer customer = gateway.customer("1");
        String path = "/console/accounts/" + customer.account();
        assertThat(body(path)).doesNotContain("Removed people", "Stored files");
        String bob = customer.member("Bob", "member");
        gateway.execute("UPDATE member SET left_at = 1 WHERE id = '" + bob + "'");
        gateway.execute("UPDATE person SET login = lower(login)");
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " VALUES ('file', '" + customer.account()
                        + "', '', 'key', 'gemini', x'', 'text/plain', 1000, 1000, '', 1, 9000000000000)");
        String login = bob.substring(4).toLowerCase(Locale.ROOT) + "@example.org";
        assertThat(body(path)).contains("Removed people", ">" + login + "</option>", "1 file with 1,000 bytes");
        Map<String, String> form = Map.of("deed", "person.delete", "login", login, "reason", REASON);
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=person.delete");
        form = Map.of("deed", "account.delete_files", "reason", REASON);
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=account.delete_files");
        assertThat(body(path)).doesNotContain("Removed people", "Stored files", login);
    }

    @Test
    void the_books_are_checked_when_it_is_asked_for() {
        operator.submit("/console/books", "/console/books", Map.of("deed", "books.check"));
        Gateway.await("the check", () -> body("/console/books").contains("no differences"));
    }

    @Test
    void the_totals_of_the_books_add_up_to_zero() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        Pattern row = Pattern.compile(
                "<tr><th scope=\"row\">([^<]+?) *(?:<span[^>]*>rounded</span>)?</th><td class=\"num\" title=\"(\\S+) credits\">");
        Map<String, BigDecimal> totals = row.matcher(body("/console/books"))
                .results()
                .collect(Collectors.toMap(
                        it -> it.group(1),
                        it -> new BigDecimal(it.group(2).replace(",", "").replace('\u2212', '-'))));
        assertThat(totals.get("Granted")).isPositive();
        assertThat(totals.get("Spent on calls, less refunds")).isNegative();
        assertThat(totals.remove("Sum")).isZero();
        assertThat(totals.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add))
                .isZero();
    }

    @Test
    void what_was_done_stands_in_the_audit_log_and_in_its_file() {
        String id = gateway.customer("3").account();
        String path = "/console/accounts/" + id;
        operator.submit(path, path, Map.of("deed", "account.grant", "credits", "1", "reason", "=1+1 for a test"));
        assertThat(body("/console/audit?subject=" + id))
                .contains("account.grant")
                .contains("=1+1 for a test");
        Browser.Page csv = operator.get("/console/audit.csv?subject=" + id);
        assertThat(csv.header("content-type")).startsWith("text/csv");
        assertThat(csv.body()).contains("account.grant").contains(",'=1+1 for a test");
        assertThat(new Browser(gateway.url()).get("/console/audit.csv").location())
                .startsWith("/sign-in");
    }

    @Test
    void revenue_is_what_was_charged_less_what_was_given_back() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        gateway.writeWhatRides();
        for (String by : new String[] {"day", "model", "channel", "account"}) {
            String sum = found(
                    "(?s)<h2>By .*<tfoot>.*?<td class=\"num\" title=\"([0-9.]+) credits\"",
                    body("/console/revenue?by=" + by));
            assertThat(sum)
                    .isEqualTo(BigDecimal.valueOf(
                                    gateway.number("SELECT SUM(charged_micros - refunded_micros) FROM usage_hour"), 6)
                            .toPlainString());
        }
        assertThat(body("/console/revenue?by=account"))
                .containsPattern("(?s)<a href=\"/console/accounts/" + customer.account() + "\">Test</a>.*?</th>"
                        + "<td class=\"num hide\">1</td>.*?title=\""
                        + customer.consumed().setScale(6).toPlainString() + " credits\"");
    }

    @Test
    void revenue_shows_cached_tokens_and_searches() {
        gateway.execute("UPDATE usage_hour SET cached_tokens = 0, searches = 0");
        assertThat(body("/console/revenue?by=model")).doesNotContain(">Cached<", ">Searches<");
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        gateway.writeWhatRides();
        gateway.execute("UPDATE usage_quarter SET prompt_tokens = 900, cached_tokens = 700, searches = 1"
                + " WHERE account_id = '" + customer.account() + "'");
        assertThat(body("/console/revenue?by=account")
                        .replaceAll("<[^>]*>", " ")
                        .replaceAll("\\s+", " "))
                .contains("Cached Searches")
                .contains(" 1 77.8 % 1 ");
    }

    @Test
    void the_account_that_paid_most_is_the_first_whatever_page_it_is_on() {
        assertThat(gateway.customer("10").chat(CHAT).status()).isEqualTo(200);
        gateway.writeWhatRides();
        String little = gateway.customer("10").account();
        String more = gateway.customer("10").account();
        long day = gateway.number("SELECT MAX(starts_at) - MAX(starts_at) % 86400000 FROM usage_quarter");
        String columns = gateway.text("SELECT group_concat(name) FROM pragma_table_info('usage_quarter')"
                + " WHERE name NOT IN ('account_id', 'starts_at', 'charged_micros')");
        for (Map.Entry<String, Long> paid :
                Map.of(little, 1_000_000_000L, more, 2_000_000_000L).entrySet()) {
            gateway.execute(
                    "INSERT INTO usage_quarter (account_id, starts_at, charged_micros, " + columns + ") SELECT '"
                            + paid.getKey() + "', " + day + ", " + paid.getValue() + ", " + columns
                            + " FROM usage_quarter LIMIT 1");
        }
        try {
            assertThat(accounts(body("/console/revenue?by=account")))
                    .startsWith(more, little)
                    .doesNotHaveDuplicates();
        } finally {
            gateway.execute("DELETE FROM usage_quarter WHERE charged_micros >= 1000000000");
        }
    }

    private static List<String> accounts(String page) {
        return Pattern.compile("<th scope=\"row\"[^>]*>\\s*<a href=\"/console/accounts/([a-zA-Z0-9_]+)\">")
                .matcher(page)
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"true, Streamed", "false, Not streamed"})
    void both_pages_of_a_call_tell_what_happened_its_form_and_what_had_no_effect(boolean stream, String form) {
        String login = "caller-" + stream + "@example.org";
        Browser member = new Browser(gateway.url()).signUp(login, PASSWORD);
        KeySettings choice = KeySettings.named("k");
        String key = gateway.commands()
                .createKey(gateway.text("SELECT account_id FROM person WHERE login = '" + login + "'"), choice)
                .secret();
        String answer = gateway.post(
                        "/v1/chat/completions",
                        CHAT.replace(
                                "\"stream\":false", "\"stream\":" + stream + ",\"logit_bias\":{\"1\":2},\"<b>x\":1"),
                        key)
                .text();
        String id = found("chatcmpl-[A-Za-z0-9]+", answer);
        String its = member.get("/dashboard/requests/" + id).body();
        String operators = body("/console/requests/" + id);
        assertThat(List.of(its, operators)).allSatisfy(page -> assertThat(page)
                .contains("Outcome", "Answered with ")
                .contains("<dt>Response</dt><dd>" + form + "</dd>")
                .contains("<dt>Ignored fields</dt><dd><code class=\"wrap\">logit_bias, _b_x</code>"));
        assertThat(operators).containsPattern("<dt>Upstream id</dt><dd><code class=\"wrap\">[A-Za-z0-9_-]{4,}</code>");
        assertThat(its).doesNotContain("Upstream id");
    }

    @Test
    void the_operators_page_of_a_call_has_its_course_and_says_what_moved_in_the_customers_words() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        assertThat(body("/console/requests/" + customer.lastTask().get("id").asString()))
                .contains("data-copy=\"call-id\"", "class=\"course\"", "<dt>Settled</dt>")
                .contains("<td>Charged")
                .doesNotContain("<td>Held", "<td>Released", "<td>charge");
    }

    @Test
    void prices_are_written_in_groups_of_three_digits_in_every_list_of_models() {
        assertThat(body("/console/prices")).contains(">$10.50<", "aria-label=\"Amounts\"");
        gateway.execute("UPDATE person SET money = 'credits' WHERE login = 'operator'");
        assertThat(body("/console/prices")).contains(">2,100<").doesNotContain(">2100<", ">$10.50<");
        gateway.execute("UPDATE person SET money = '' WHERE login = 'operator'");
        assertThat(body("/playground")).contains("$10.50 out per million").doesNotContain(" 2100");
    }

    @Test
    void a_call_that_failed_has_no_id_of_the_upstreams_and_says_why_on_the_operators_page() {
        Customer customer = gateway.customer("10");
        gateway.script("- respond: [{status: 503}]");
        customer.chat(CHAT);
        gateway.script("[]");
        assertThat(body("/console/requests/" + customer.lastTask().get("id").asString()))
                .contains(" was released. Trying again can help.", "upstream_error")
                .doesNotContain("Upstream id", "Ignored fields");
    }

    @ParameterizedTest
    @ValueSource(strings = {"- knobs: block=PROHIBITED_CONTENT", "- respond: [{status: 400}]"})
    void a_call_that_no_other_try_would_mend_says_so_to_its_caller_and_on_its_pages(String script) {
        Customer customer = gateway.customer("10");
        gateway.script(script);
        assertThat(customer.chat(CHAT).header("x-should-retry")).isEqualTo("false");
        gateway.script("[]");
        assertThat(body("/console/requests/" + customer.lastTask().get("id").asString()))
                .contains("The same call will fail again.")
                .doesNotContain("Trying again can help.");
    }

    @Test
    void a_completed_call_without_words_has_zero_tokens_on_the_operators_list_too() {
        Customer customer = gateway.customer("10");
        gateway.script("- respond: [{event: {candidates: [{finishReason: MAX_TOKENS}],"
                + " usageMetadata: {promptTokenCount: 7, thoughtsTokenCount: 20}}}]");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        gateway.script("[]");
        assertThat(body("/console/requests?account=" + customer.account()))
                .contains("<td class=\"num spare roomy\">7</td><td class=\"num spare roomy\">0</td>");
    }

    @Test
    void the_first_page_names_what_is_open_and_ticks_it_once_it_is_done() {
        assertThat(body("/console"))
                .contains("Sandbox mode: no real model is connected.")
                .contains("<a href=\"/console/accounts/acc_demo\"><b>Ban the demo account</b></a>");
        String path = "/console/accounts/acc_demo";
        operator.submit(path, path, Map.of("deed", "account.block?blocked=true", "reason", REASON));
        assertThat(body("/console")).contains("<b>Ban the demo account</b>").doesNotContain("acc_demo");
        operator.submit(path, path, Map.of("deed", "account.block?blocked=false", "reason", REASON));
    }

    @Test
    void settings_tell_where_their_values_come_from_and_no_secret() {
        assertThat(body("/console/settings")).contains("Neither a name nor a logo is set: pages show “Tollgate”.");
        String page = body("/console/settings/all");
        assertThat(page)
                .contains("operator.password")
                .contains("set, not shown")
                .doesNotContain(PASSWORD);
        assertThat(page.substring(0, page.indexOf("<h2>Defaults")))
                .contains(">port<")
                .doesNotContain(">limits.tools<");
    }

    @Test
    void one_save_stores_the_fields_that_were_changed_and_no_other() {
        String path = "/console/settings";
        assertThat(body(path)).contains("name=\"brand.support\" value=\"\"", "aria-current=\"page\">Branding");
        Map<String, String> form = new LinkedHashMap<>(Map.of("deed", "setting.set", "reason", "a new brand"));
        for (String name : List.of("terms", "privacy", "imprint", "support", "announcement")) {
            form.put("was-brand." + name, "");
            form.put("brand." + name, "");
        }
        form.put("brand.support", "mailto:help@example.org");
        form.put("brand.announcement", "A fair on Sunday");
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=setting.set");
        assertThat(body(path)).contains("name=\"brand.support\" value=\"mailto:help@example.org\"");
        assertThat(gateway.text("SELECT COUNT(*) || ' ' || MIN(name) || ' ' || MAX(name) FROM setting"
                        + " WHERE name LIKE 'brand.%'"))
                .isEqualTo("2 brand.announcement brand.support");
        assertThat(gateway.number(
                        "SELECT COUNT(*) FROM audit_log WHERE action = 'setting.set' AND reason = 'a new brand'"))
                .isEqualTo(2);
        Browser.Page late = operator.submit(path, path, form);
        assertThat(late.status()).isEqualTo(422);
        assertThat(late.body()).contains("Support was changed by another operator");
        form.put("was-brand.support", "mailto:help@example.org");
        form.put("was-brand.announcement", "A fair on Sunday");
        form.put("brand.support", "");
        form.put("brand.announcement", "");
        operator.submit(path, path, form);
        assertThat(gateway.number("SELECT COUNT(*) FROM setting WHERE name LIKE 'brand.%'"))
                .isZero();
    }

    @Test
    void a_wrong_value_is_named_at_its_field_and_nothing_is_stored() {
        String path = "/console/settings/sign-up";
        assertThat(body(path)).contains("<option value=\"auto\" selected", "value=\"50\"");
        Browser.Page wrong = operator.submit(
                path,
                path,
                Map.of(
                        "deed",
                        "setting.set",
                        "reason",
                        "a mistake",
                        "was-sign-up.open",
                        "auto",
                        "sign-up.open",
                        "false",
                        "was-sign-up.credits",
                        "50",
                        "sign-up.credits",
                        "many"));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body())
                .contains("value=\"many\"", "<span class=\"error\">Credits of a new account must be a decimal")
                .contains("<option value=\"false\" selected");
        assertThat(gateway.number("SELECT COUNT(*) FROM setting WHERE name LIKE 'sign-up.%'"))
                .isZero();
    }

    @Test
    void a_switch_that_is_not_pressed_is_off() {
        String path = "/console/settings/logging";
        Map<String, String> form = new LinkedHashMap<>(Map.of(
                "deed",
                "setting.set",
                "reason",
                "to look closer",
                "was-http.access-log",
                "false",
                "http.access-log",
                "on"));
        operator.submit(path, path, form);
        assertThat(body(path)).containsPattern("name=\"http.access-log\"[^>]*checked");
        form.remove("http.access-log");
        form.put("was-http.access-log", "true");
        operator.submit(path, path, form);
        assertThat(body(path)).doesNotContainPattern("name=\"http.access-log\"[^>]*checked");
        assertThat(gateway.number("SELECT COUNT(*) FROM setting WHERE name = 'http.access-log'"))
                .isZero();
    }

    @Test
    void a_fresh_sandbox_warns_of_no_loss() {
        assertThat(body("/console"))
                .contains("sandbox mode: costs and margins are simulated")
                .doesNotContain("badge bad", "Sold below");
    }
}
