package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.money.Credits;
import dev.tollgate.customers.departure.AccountFile;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Accounts that are deleted, people who leave them, and the file with all that is stored about them. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class LeavingTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody who leaves one day";
    private static final String DATA = "/dashboard/settings/data";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Say hello."}]}""";
    /** SQLite joins up to 500 queries. */
    private static final int TERMS_MAX = 400;

    private static final Pattern KEY = Pattern.compile("sk-[0-9a-f]{64}");

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private static Instant now = Instant.parse("2026-11-20T10:00:00Z");

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "operator.password", PASSWORD);
    }

    @BeforeEach
    void begin() {
        now = now.plus(Duration.ofHours(1)); // no test waits for a limit that another test has used
        gateway.setNow(now);
        gateway.script(UpstreamScript.answers().text("Hello.").finish("STOP", new Tokens(10, 1000, 0)));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** Somebody signed in, with a key. */
    private record Member(Browser browser, String login, String account, String key) {

        Gateway.Reply chat() {
            return gateway.post("/v1/chat/completions", CHAT.formatted("false"), key);
        }

        Browser.Page delete(String typed) {
            return browser.submit(DATA, DATA, Map.of("login", typed));
        }

        Browser.Page delete() {
            return delete(login);
        }
    }

    private static Member member(String login) {
        Browser browser = new Browser(gateway.url()).signUp(login, PASSWORD);
        String made = browser.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", login + "'s laptop"))
                .body();
        String key = found(KEY, made);
        String account = gateway.text("SELECT account_id FROM person WHERE login = '" + login + "'");
        return new Member(browser, login, account, key);
    }

    private static long number(String column, Member member) {
        return gateway.number("SELECT " + column + " FROM account WHERE id = '" + member.account() + "'");
    }

    private static Gateway.Reply admin(String path, String body) {
        return gateway.post(path, body, ADMIN_KEY);
    }

    /** Columns in which a word still stands. */
    private String where(String word) {
        String all = gateway.text(stores == Stores.SQLITE ? """
                        SELECT group_concat(m.name || ' ' || c.name) FROM sqlite_master m, pragma_table_info(m.name) c
                        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'""" : """
                        SELECT string_agg(table_name || ' ' || column_name, ',') FROM information_schema.columns
                        WHERE table_schema = 'public'""");
        List<String> columns = List.of(all.split(","));
        for (int i = 0; i < columns.size(); i += TERMS_MAX) {
            String found = gateway.text(columns.subList(i, Math.min(columns.size(), i + TERMS_MAX)).stream()
                    .map(each -> each.split(" "))
                    .map(each -> "SELECT '" + each[0] + "." + each[1] + "' WHERE EXISTS (SELECT 1 FROM " + each[0]
                            + " WHERE CAST(" + each[1] + " AS TEXT) LIKE '%" + word + "%')")
                    .collect(Collectors.joining(" UNION ALL ")));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    // ---- the end of an account ----

    @Test
    void deleting_an_account_stops_its_keys_removes_its_credits_and_erases_names() {
        Member leaver = member("leaver@example.org");
        leaver.browser()
                .submit(
                        "/dashboard/billing",
                        "/dashboard/billing/contact",
                        Map.of("name", "leaver@example.org Ltd", "address", "Leaver Street 1", "vat_id", ""));
        assertThat(leaver.chat().status()).isEqualTo(200);
        assertThat(leaver.browser().get(DATA).body())
                .contains(
                        "Your keys stop working immediately. 49.",
                        " credits are lost. Entries",
                        "receipts stay, without your name.");
        assertThat(leaver.delete("somebody else").status()).isEqualTo(422);
        assertThat(leaver.chat().status()).isEqualTo(200);
        long entries = number("last_number", leaver);
        Browser.Page gone = leaver.delete();
        assertThat(gone.location()).as(gone.body()).isEqualTo("/sign-in?said=deleted");
        assertThat(leaver.browser().get("/sign-in?said=deleted").body()).contains("Account deleted");
        assertThat(leaver.chat().status()).isEqualTo(401);
        assertThat(gateway.get("/v1/credits", leaver.key()).status()).isEqualTo(401);
        assertThat(new Browser(gateway.url()).signIn(leaver.login(), PASSWORD).body())
                .contains("E-mail or password is wrong.");
        assertThat(number("balance_micros", leaver)).isZero();
        assertThat(number("last_number", leaver)).isEqualTo(entries + 1);
        assertThat(number("purchased_micros - consumed_micros", leaver)).isZero();
        assertThat(where("leaver@")).isNull();
        assertThat(gateway.text(
                        "SELECT action || ' ' || substr(actor, 1, 4) || ' ' || COALESCE(address, 'nowhere') || ' '"
                                + " || before_json || after_json FROM audit_log WHERE subject = '" + leaver.account()
                                + "'"))
                .matches("account\\.delete per_ nowhere \\{\"balance\":4[0-9.]+}\\{\"deleted\":true}");
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE receipt_hash IS NOT NULL AND account_id = '"
                        + leaver.account() + "'"))
                .isEqualTo(2);
        assertThat(gateway.differences()).isEmpty();
    }

    @Test
    void jobs_are_in_the_file_and_go_with_the_account() {
        Member member = member("background@example.org");
        gateway.script("- respond: [{status: 503, body: {error: {code: 503, message: busy, status: UNAVAILABLE}}}]");
        List<String> paths = new ArrayList<>();
        for (String door : List.of("/v1/responses/", "/v1/interactions/")) {
            Gateway.Reply made = gateway.post(
                    door.substring(0, door.length() - 1),
                    "{\"model\":\"gemini-2.5-pro\",\"input\":\"A secret wish\",\"background\":true}",
                    member.key());
            assertThat(made.status()).as(made.text()).isEqualTo(200);
            paths.add(door + made.json().path("id").asString());
        }
        Gateway.await("tries", () -> gateway.number("SELECT COUNT(*) FROM job_line WHERE tries > 0") == 2);
        String jobs = "SELECT (SELECT COUNT(*) FROM job WHERE account_id = '" + member.account()
                + "') + (SELECT COUNT(*) FROM job_line)";
        assertThat(gateway.number(jobs)).isEqualTo(6);
        String file = files(bytes(member)).get("jobs.csv");
        assertThat(file).contains("response,open", "interaction,open");
        paths.forEach(path -> assertThat(file).contains(path.substring(path.lastIndexOf('_') + 1)));
        assertThat(file).doesNotContain("secret wish");
        member.delete();
        assertThat(gateway.number("SELECT COUNT(*) FROM job WHERE gone_at > 0 OR state = 'open'"))
                .as("read or made from then on")
                .isZero();
        gateway.calls().playground().background().jobs().sweep();
        assertThat(gateway.number(jobs)).isZero();
        paths.forEach(
                path -> assertThat(gateway.get(path, member.key()).status()).isEqualTo(401));
    }

    @Test
    void an_open_session_elsewhere_has_ended_too() {
        Member there = member("elsewhere@example.org");
        Browser other = new Browser(gateway.url());
        other.signIn(there.login(), PASSWORD);
        assertThat(there.delete().status()).isEqualTo(303);
        assertThat(other.get("/dashboard").location()).startsWith("/sign-in");
    }

    @Test
    void servers_start_and_know_keys_when_an_account_that_had_some_was_deleted() {
        Member stays = member("stays@example.org");
        assertThat(member("goes@example.org").delete().status()).isEqualTo(303);
        Supplier<Integer> unknown =
                () -> gateway.get("/v1/credits", "sk-" + "0".repeat(64)).status();
        assertThat(unknown.get()).isEqualTo(401);
        assertThat(member("comes@example.org").chat().status()).isEqualTo(200);
        gateway.restart();
        assertThat(unknown.get()).isEqualTo(401);
        assertThat(gateway.get("/v1/credits", stays.key()).status()).isEqualTo(200);
        assertThat(gateway.differences()).isEmpty();
    }

    @Test
    void nothing_is_deleted_while_a_call_runs_and_no_call_is_cut() {
        Member busy = member("busy@example.org");
        gateway.script(UpstreamScript.answers().text("One.").delay(600_000).finish("STOP", new Tokens(1000, 1000, 0)));
        try (RawCall call =
                RawCall.post(gateway.app().port(), "/v1/chat/completions", busy.key(), CHAT.formatted("true"))) {
            call.readUntil("One.");
            Gateway.await("a hold", () -> number("reserved_micros", busy) > 0);
            Browser.Page refused = busy.delete();
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.body()).contains("Calls are running and hold", "value=\"busy@example.org\"");
            assertThat(admin("/admin/accounts/" + busy.account() + "/delete", "{\"reason\":\"a test\"}")
                            .status())
                    .isEqualTo(409);
            assertThat(number("blocked", busy)).isZero();
        }
        Gateway.await("the end", () -> number("reserved_micros", busy) == 0);
        assertThat(busy.delete().status()).isEqualTo(303);
    }

    @Test
    void credits_to_start_with_are_given_once_to_an_address_however_often_its_account_is_deleted() {
        Member again = member("again@example.org");
        assertThat(number("balance_micros", again)).isEqualTo(50_000_000);
        again.delete();
        Member second = member("again@example.org");
        assertThat(second.account()).isNotEqualTo(again.account());
        assertThat(number("balance_micros", second)).isZero();
        second.delete();
        assertThat(number("balance_micros", member("again@example.org"))).isZero();
    }

    @Test
    void who_leaves_an_account_of_several_leaves_it_to_the_others_until_the_last_of_them_ends_it() {
        Member first = member("first@example.org");
        Member guest = member("guest@example.org");
        move(guest, first);
        assertThat(guest.browser().get(DATA).body())
                .contains("Other people in this account:", "first@example.org", "Leave account");
        assertThat(guest.delete().location()).isEqualTo("/sign-in?said=left");
        assertThat(gateway.number("SELECT COUNT(*) FROM person WHERE login = 'guest@example.org'"))
                .isZero();
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.leave' AND subject = '"
                        + first.account() + "'"))
                .isEqualTo(1);
        assertThat(first.chat().status()).isEqualTo(200);
        Member heir = member("heir@example.org");
        move(heir, first);
        assertThat(first.delete().location()).isEqualTo("/sign-in?said=left");
        assertThat(gateway.text("SELECT name FROM account WHERE id = '" + first.account() + "'"))
                .as("it was called after who has left")
                .isEqualTo(first.account());
        assertThat(heir.delete().location()).isEqualTo("/sign-in?said=deleted");
        assertThat(first.chat().status()).isEqualTo(401);
    }

    private static void move(Member member, Member to) {
        for (String table : List.of("person", "member")) {
            gateway.execute("UPDATE " + table + " SET account_id = '" + to.account() + "' WHERE account_id = '"
                    + member.account() + "'");
        }
    }

    @Test
    void the_last_operator_stays_even_where_two_leave_at_once() {
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", PASSWORD);
        assertThat(operator.get(DATA).body()).contains("you are the only operator");
        assertThat(operator.post(DATA, token(operator, "/dashboard/settings/security"), Map.of("login", "operator"))
                        .body())
                .contains("The only operator cannot be deleted.");
        String own = gateway.text("SELECT account_id FROM person WHERE login = 'operator'");
        Gateway.Reply refused = admin("/admin/accounts/" + own + "/delete", "{\"reason\":\"a test\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("The only operator");
        List<Member> two = List.of(member("one@example.org"), member("two@example.org"));
        gateway.execute("UPDATE person SET role = 'operator' WHERE login IN ('one@example.org', 'two@example.org')");
        gateway.execute("UPDATE person SET role = 'user' WHERE login = 'operator'");
        try {
            List<CompletableFuture<Browser.Page>> both = two.stream()
                    .map(each -> each.browser().opened(DATA, DATA, Map.of("login", each.login())))
                    .toList()
                    .stream()
                    .map(CompletableFuture::supplyAsync)
                    .toList();
            assertThat(both.stream().map(each -> each.join().status()).sorted().toList())
                    .isEqualTo(List.of(303, 422));
            assertThat(gateway.number("SELECT COUNT(*) FROM person WHERE role = 'operator'"))
                    .isEqualTo(1);
        } finally {
            gateway.execute("UPDATE person SET role = 'user' WHERE role = 'operator'");
            gateway.execute("UPDATE person SET role = 'operator' WHERE login = 'operator'");
        }
    }

    private static String token(Browser browser, String path) {
        return found("name=\"csrf\" value=\"([^\"]*)\"", browser.get(path).body());
    }

    // ---- by an operator ----

    @Test
    void an_operator_deletes_an_account_for_a_reason_that_is_audited_and_it_stays_deleted() {
        Member spam = member("spam@example.org");
        String path = "/admin/accounts/" + spam.account();
        assertThat(admin(path + "/delete", "{}").status()).isEqualTo(400);
        Gateway.Reply done = admin(path + "/delete", "{\"reason\":\"asked for by phone\"}");
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(done.json().get("name").asString()).isEqualTo("deleted account");
        assertThat(done.json().get("deleted_at").asString()).isNotEmpty();
        assertThat(spam.chat().status()).isEqualTo(401);
        assertThat(spam.browser().get("/dashboard").location()).startsWith("/sign-in");
        assertThat(gateway.text(
                        "SELECT before_json || after_json || reason FROM audit_log WHERE action = 'account.delete'"
                                + " AND subject = '" + spam.account() + "'"))
                .contains("50", "\"deleted\":true", "asked for by phone");
        for (String deed : List.of(
                "/delete {\"reason\":\"a test\"}",
                "/block {\"reason\":\"a test\",\"blocked\":false}",
                "/grants {\"reason\":\"a test\",\"credits\":1}",
                "/adjustments {\"reason\":\"a test\",\"credits\":1}",
                "/limits {\"reason\":\"a test\",\"requests\":1}",
                "/keys {\"reason\":\"a test\",\"name\":\"a test\"}")) {
            int space = deed.indexOf(' ');
            Gateway.Reply refused = admin(path + deed.substring(0, space), deed.substring(space + 1));
            assertThat(refused.status()).as("%s: %s", deed, refused.text()).isEqualTo(409);
            assertThat(refused.text()).as(deed).contains("is deleted");
        }
        assertThat(number("balance_micros", spam)).isZero();
        assertThat(admin("/admin/accounts/acc_demo/delete", "{\"reason\":\"a test\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void an_operator_deletes_on_the_page_of_an_account_and_never_the_own_one_there() {
        Member off = member("off@example.org");
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", PASSWORD);
        String path = "/console/accounts/" + off.account();
        Map<String, String> form = Map.of("deed", "account.delete", "reason", "asked for");
        assertThat(operator.get(path).body()).contains("Its keys stop working immediately. 50.00 credits are lost.");
        assertThat(operator.submit(path, path, form).location()).isEqualTo(path + "?done=account.delete");
        assertThat(operator.get(path + "?done=account.delete").body())
                .contains("Deleted account", "Account deleted")
                .doesNotContain("off@example.org", "Grant credits");
        String own = "/console/accounts/" + gateway.text("SELECT account_id FROM person WHERE login = 'operator'");
        assertThat(operator.submit(own, own, form).body()).contains("This is your own account");
    }

    // ---- the file ----

    private static byte[] bytes(Member member) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = client.send(
                    HttpRequest.newBuilder(URI.create(gateway.url() + "/dashboard/settings/export"))
                            .header("cookie", member.browser().cookies())
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-disposition").orElse(""))
                    .matches("attachment; filename=\"account-[0-9-]{10}\\.zip\"");
            return answer.body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void grants_are_in_the_export_and_end_with_the_account() {
        Member rob = member("rob@example.org");
        for (String more : List.of("", ",\"models\":[\"gemini-4-*\"]")) {
            assertThat(admin(
                                    "/admin/accounts/" + rob.account() + "/grants",
                                    "{\"credits\":7,\"expires_at\":"
                                            + now.plus(Duration.ofDays(3)).getEpochSecond() + more
                                            + ",\"reason\":\"a gift\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(rob.chat().status()).isEqualTo(200);
        gateway.writeWhatRides();
        Map<String, String> files = files(bytes(rob));
        assertThat(files.get("grants.csv").lines())
                .satisfiesExactly(
                        head -> assertThat(head).contains("number,kind,credits"),
                        all -> assertThat(all).startsWith("1,gift,7"),
                        some -> assertThat(some).startsWith("2,gift,7").contains("gemini-4-*"));
        assertThat(rob.delete().status()).isEqualTo(303);
        assertThat(number("granted_micros", rob)).isZero();
        assertThat(gateway.number("SELECT COUNT(*) FROM credit_grant WHERE ended_at IS NOT NULL AND left_micros = 0"
                        + " AND account_id = '" + rob.account() + "'"))
                .isEqualTo(2);
        assertThat(gateway.text(
                        "SELECT grants FROM entry WHERE kind = 'adjustment' AND account_id = '" + rob.account() + "'"))
                .contains("2:7000000", "1:6550000");
    }

    private static Map<String, String> files(byte[] zip) {
        Map<String, String> files = new HashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            ZipEntry entry = in.getNextEntry();
            while (entry != null) {
                files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
                entry = in.getNextEntry();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return files;
    }

    @Test
    void the_file_has_all_that_is_stored_of_the_account_and_nothing_secret_or_of_others() {
        Member stranger = member("stranger@example.org");
        Member owner = member("owner@example.org");
        owner.chat();
        stranger.chat();
        admin(
                "/admin/accounts/" + owner.account() + "/grants",
                "{\"credits\":1,\"reason\":\"thanks\",\"id\":\"gift-7\"}");
        Map<String, String> files = files(bytes(owner));
        String all = String.join("\n", files.values());
        assertThat(files.get("person.csv")).contains("owner@example.org");
        assertThat(files.get("account.csv")).contains("," + Credits.text(number("balance_micros", owner)) + ",");
        assertThat(files.get("keys.csv")).contains("owner@example.org's laptop");
        assertThat(files.get("ledger.csv").lines().count()).isEqualTo(1 + number("last_number", owner));
        assertThat(files.get("ledger.csv"))
                .contains("top_up", "credits to start with", "charge", ",gift-7")
                .doesNotContain("operator ");
        assertThat(files.get("calls.csv"))
                .contains("gemini-2.5-pro", "completed", "price_version", "prompt_tokens", "request_id", "first_byte")
                .doesNotContain("channel", "cost");
        assertThat(files.get("receipts.csv")).contains("sequence");
        assertThat(files.get("readme.txt")).contains("calls.csv", "as of 20");
        assertThat(all).doesNotContain("stranger@example.org", owner.key(), "\"attempts\"", "upstream_model");
        for (String secret : List.of(
                "SELECT password_hash FROM person WHERE login = 'owner@example.org'",
                "SELECT s.hash FROM session s JOIN person p ON p.id = s.person_id WHERE p.login = 'owner@example.org'",
                "SELECT hash FROM api_key WHERE account_id = '" + owner.account() + "' AND hidden = 0")) {
            assertThat(all).doesNotContain(gateway.text(secret));
        }
    }

    @Test
    void a_file_of_more_rows_than_are_read_at_once_has_each_of_them_once() {
        Member many = member("many@example.org");
        String rows = IntStream.range(0, 1_234)
                .mapToObj(i -> "('" + many.account() + "', " + i / 4 * 86_400_000L + ", 'k" + i % 2 + "', 'm"
                        + i / 2 % 2 + "')")
                .collect(Collectors.joining(", "));
        gateway.execute("INSERT INTO usage_day (account_id, starts_at, key_id, model) VALUES " + rows);
        try {
            List<String> lines =
                    files(bytes(many)).get("usage-days.csv").lines().skip(1).toList();
            assertThat(lines).hasSize(1_234).doesNotHaveDuplicates();
        } finally {
            gateway.execute("DELETE FROM usage_day WHERE account_id = '" + many.account() + "'");
        }
    }

    @Test
    void a_long_ledger_has_charges_and_entries_once_by_number() {
        Member many = member("ledger@example.org");
        long last = number("last_number", many);
        Function<IntPredicate, List<Long>> numbers = which -> IntStream.rangeClosed(1, 1_801)
                .filter(which)
                .mapToObj(i -> last + i)
                .toList();
        List<Long> charged = numbers.apply(i -> i % 3 == 1);
        List<Long> free = numbers.apply(i -> i % 3 == 2);
        List<Long> entries = numbers.apply(i -> i % 3 == 0);
        gateway.execute(calls(many, charged, 5));
        gateway.execute(calls(many, free, 0));
        gateway.execute(entries.stream()
                .map(it -> "('" + many.account() + "', " + it + ", 1, 'top_up', 7, 9)")
                .collect(Collectors.joining(
                        ", ",
                        "INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros) VALUES ",
                        "")));
        try {
            Map<String, String> files = files(bytes(many));
            assertThat(numbers(files.get("ledger.csv"), last))
                    .isEqualTo(numbers.apply(i -> i % 3 != 2))
                    .hasSizeGreaterThan(2 * AccountFile.ROWS_AT_ONCE);
            assertThat(files.get("receipts.csv").lines().count()).isEqualTo(1 + charged.size());
            assertThat(numbers(files.get("calls.csv"), last)).isEqualTo(numbers.apply(i -> i % 3 != 0));
        } finally {
            gateway.execute("DELETE FROM call WHERE account_id = '" + many.account() + "' AND number > " + last);
            gateway.execute("DELETE FROM entry WHERE account_id = '" + many.account() + "' AND number > " + last);
        }
    }

    private static String calls(Member member, List<Long> numbers, long micros) {
        return numbers.stream()
                .map(it -> "(" + it
                        + ", 1, 1, %1$d, %1$d, %1$d, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 'tokens', 'v', 'standard', '"
                                .formatted(micros)
                        + member.account() + "', 'call-" + it + "', 'k', 'chat', 'm', 'cancelled')")
                .collect(Collectors.joining(", ", """
                        INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros,
                            receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens, cached_tokens, cached_audio_tokens, audio_tokens,
                            image_tokens, text_tokens, searches, priced_at, step, flags, usage_form, price, tier, account_id, id, key_id, door, model_id, ending) VALUES\s""", ""));
    }

    private static List<Long> numbers(String csv, long after) {
        return csv.lines()
                .skip(1)
                .map(line -> Long.valueOf(line.substring(0, line.indexOf(','))))
                .filter(number -> number > after)
                .toList();
    }
}
