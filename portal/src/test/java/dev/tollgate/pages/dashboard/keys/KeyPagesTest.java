package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Today;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A customer's keys, from the first one to the last, in a browser without scripts. */
class KeyPagesTest {

    private static final String PASSWORD = "the customer of the tests";
    private static final String KEYS = "/dashboard/keys";
    private static final Pattern SECRET = Pattern.compile("id=\"secret\">(sk-[0-9a-f]{64})<");
    private static final Pattern ID = Pattern.compile("href=\"/dashboard/keys/(key_[A-Za-z0-9]+)\"");
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([0-9]+)\"");
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private static PortalServer server;
    private static int networks;
    private static Browser browser;
    private static Browser other;

    @BeforeAll
    static void start() {
        server = PortalServer.start(Map.of("TOLLGATE_HTTP_TRUSTED_HOPS", "1"));
        browser = new Browser(server.url()).signUp("customer@example.org", PASSWORD);
        other = new Browser(server.url()).signUp("other@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A key's id and secret, as its creator knows them. */
    private record Made(String id, String secret) {

        String path() {
            return KEYS + "/" + id;
        }
    }

    private Made make(String... fields) {
        return made(browser.submit(KEYS + "/new", KEYS + "/new", fields(fields)));
    }

    private static Made made(Browser.Page page) {
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return new Made(found(ID, page.body()), found(SECRET, page.body()));
    }

    /** Returns a form in credits, unless it names another unit. */
    private static Map<String, String> fields(String... texts) {
        Map<String, String> fields = new HashMap<>(Map.of("unit", "credits"));
        for (int i = 0; i < texts.length; i += 2) {
            fields.put(texts[i], texts[i + 1]);
        }
        return fields;
    }

    private Browser.Page submit(Made key, String... fields) {
        return browser.submit(key.path(), key.path(), fields(fields));
    }

    private static int status(Made key) {
        return server.get("/v1/models", key.secret()).status();
    }

    @Test
    void a_new_key_is_shown_once_and_works_at_once() {
        assertThat(other.get(KEYS).body()).contains("No keys yet.");
        Browser.Page page = browser.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "laptop"));
        Made key = made(page);
        assertThat(page.header("cache-control")).contains("no-store");
        assertThat(page.response().uri().toString()).doesNotContain("sk-");
        assertThat(page.body())
                .contains("Authorization: Bearer " + key.secret(), server.url() + "/v1/chat/completions");
        assertThat(status(key)).isEqualTo(200);
        assertThat(browser.get(KEYS).body())
                .contains("laptop", key.secret().substring(0, 6))
                .doesNotContain(key.secret());
        assertThat(browser.get(key.path()).body()).contains("laptop").doesNotContain(key.secret());
    }

    @Test
    void agents_settings_of_the_documentation_carry_a_new_key() {
        Browser.Page page = browser.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "agents"));
        Made key = made(page);
        assertThat(page.body())
                .contains("<summary>Claude Code</summary>", "<summary>Codex CLI</summary>", "<summary>aider</summary>")
                .contains("export ANTHROPIC_BASE_URL=" + server.url() + "\n")
                .contains("export ANTHROPIC_AUTH_TOKEN=" + key.secret(), "export TOLLGATE_KEY=" + key.secret())
                .containsPattern("export ANTHROPIC_MODEL=[^\n]*anthropic/gemini-[^\n]*")
                .contains("Give it a provider of its own in ~/.codex/config.toml:")
                .doesNotContain("sk-…", "{{", "127.0.0.1:8080", "<summary>SDKs</summary>");
        assertThat(browser.get(key.path()).body()).contains(key.path() + "?agents=1#agents-title");
        assertThat(browser.get(key.path() + "?agents=1").body())
                .contains("export ANTHROPIC_AUTH_TOKEN=$TOLLGATE_KEY")
                .doesNotContain("export TOLLGATE_KEY=", "sk-…");
    }

    @Test
    void limits_of_the_form_are_the_keys_own_and_stand_in_its_form_again() {
        Made key = make(
                "name",
                "ci",
                "hour",
                "5",
                "day",
                "1,020.5",
                "total",
                "50000",
                "requests",
                "60",
                "tokens",
                "100000",
                "concurrency",
                "4",
                "model-3",
                "gemini-2.5-pro",
                "expires",
                "2099-03-31",
                "allow",
                "127.0.0.1\n10.0.0.0/8");
        assertThat(server.text("SELECT spend_hour || ' ' || spend_day || ' ' || spend_total"
                        + " FROM api_key WHERE id = '" + key.id() + "'"))
                .isEqualTo("5000000 1020500000 50000000000");
        assertThat(browser.get(key.path()).body())
                .contains("value=\"5.1025\"", "value=\"60\"", "value=\"100000\"", "value=\"2099-03-31\"")
                .contains("10.0.0.0/8", "value=\"gemini-2.5-pro\" checked")
                .doesNotContain("value=\"gemini-3-pro\" checked");
        assertThat(server.get("/v1/models", key.secret()).json().path("data").size())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "day, 20 dollars, Credits per day must be a number of credits from 0",
        "day, -1, Credits per day must be a number of credits from 0",
        "hour, 0.0000001, with at most 6 decimals",
        "total, 1000000001, 'from 0 to 1000000000 with'",
        "requests, 0, Requests per minute must be a whole number from 1",
        "allow, laptop, Allowed addresses must be an IP address or a CIDR block",
        "expires, tomorrow, A day like",
        "expires, 2020-01-01, Expires must be in the future",
        "tags, feature, must be a string of 1 to 64 characters",
        "tags, 'env=a, env=b', must be a string of 1",
        "model-0, gpt-17, Models names no model"
    })
    void an_invalid_field_has_an_error_and_creates_no_key(String field, String text, String said) {
        Browser.Page page = other.submit(KEYS + "/new", KEYS + "/new", fields("name", "my own name", field, text));
        assertThat(page.status()).isEqualTo(422);
        assertThat(page.body()).contains(said, "my own name");
        if (!field.startsWith("model")) {
            assertThat(page.body()).contains(text);
        }
        assertThat(other.get(KEYS).body()).contains("No keys yet.");
    }

    @Test
    void limits_are_typed_in_the_unit_that_the_form_shows() {
        Browser.Page form = browser.get(KEYS + "/new");
        assertThat(form.body()).contains("Spend limits in dollars", "name=\"unit\" value=\"dollars\"");
        Made key = make("name", "in dollars", "unit", "dollars", "hour", "2.50", "day", "$1,000");
        assertThat(spend(key)).isEqualTo("500000000 200000000000");
        assertThat(browser.get(key.path()).body()).contains("value=\"2.50\"", "value=\"1000.00\"");

        String[] sent = {
            "deed",
            "key.change",
            "version",
            "1",
            "name",
            "in dollars",
            "unit",
            "dollars",
            "hour",
            "2.5o",
            "day",
            "1000.00"
        };
        sent[3] = found(VERSION, browser.get(key.path()).body());
        Browser.Page wrong = submit(key, sent);
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body()).contains("Type an amount such as 5.00", "value=\"2.5o\"", "Spend limits in dollars");

        sent[9] = "3";
        assertThat(submit(key, sent).status()).isEqualTo(303);
        assertThat(spend(key)).isEqualTo("600000000 200000000000");
    }

    @Test
    void a_limit_without_its_unit_is_refused_and_stays_typed() {
        Made key = make("name", "without a unit", "day", "7");
        String version = found(VERSION, browser.get(key.path()).body());
        Browser.Page changed = submit(
                key, "deed", "key.change", "version", version, "name", "without a unit", "day", "0.04", "unit", "");
        Browser.Page made =
                browser.submit(KEYS + "/new", KEYS + "/new", fields("name", "unmade", "day", "700", "unit", ""));

        for (Browser.Page refused : List.of(changed, made)) {
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.body())
                    .contains("did not say whether this is in dollars or credits", "Spend limits in dollars");
        }
        assertThat(made.body()).contains("value=\"700\"");
        assertThat(server.text("SELECT spend_day FROM api_key WHERE id = '" + key.id() + "'"))
                .isEqualTo("7000000");
    }

    private static String spend(Made key) {
        return server.text("SELECT spend_hour || ' ' || spend_day FROM api_key WHERE id = '" + key.id() + "'");
    }

    @Test
    void a_larger_limit_of_before_stays_in_the_form() {
        Made key = make("name", "old", "day", "7");
        server.execute("UPDATE api_key SET spend_day = 100000000000000000 WHERE id = '" + key.id() + "'");
        String page = browser.get(key.path()).body();
        assertThat(page).contains("value=\"500000000.00\"", "value=\"dollars\"");
        String[] sent = {
            "deed",
            "key.change",
            "version",
            found(VERSION, page),
            "name",
            "new",
            "unit",
            "dollars",
            "day",
            "500000000.00"
        };

        assertThat(submit(key, sent).status()).isEqualTo(303);
        assertThat(server.text("SELECT name || ' ' || spend_day FROM api_key WHERE id = '" + key.id() + "'"))
                .isEqualTo("new 100000000000000000");
        sent[3] = found(VERSION, browser.get(key.path()).body());
        sent[9] = "500000000.01";
        assertThat(submit(key, sent).status()).isEqualTo(422);
    }

    @Test
    void a_key_is_stopped_in_the_list_and_taken_again() {
        Made key = make("name", "runaway");
        Browser.Page off = browser.submit(KEYS, KEYS, Map.of("off", key.id()));
        assertThat(status(key)).isEqualTo(401);
        assertThat(browser.get(off.location()).body()).contains("Calls with 'runaway' get a 401.");
        browser.submit(KEYS, KEYS, Map.of("on", key.id()));
        assertThat(status(key)).isEqualTo(200);
        submit(key, "deed", "key.change", "disabled", "true");
        assertThat(status(key)).isEqualTo(401);
        submit(key, "deed", "key.change", "disabled", "false");
        assertThat(status(key)).isEqualTo(200);
    }

    @Test
    void a_replaced_key_goes_on_for_as_long_as_was_chosen() {
        Made first = make("name", "leaked");
        String version = found(VERSION, browser.get(first.path()).body());
        Made second = made(submit(first, "deed", "key.rotate", "grace_seconds", "3600", "version", version));
        Browser.Page resent = submit(first, "deed", "key.rotate", "grace_seconds", "3600", "version", version);
        assertThat(resent.status()).isEqualTo(422);
        assertThat(resent.body()).contains("This key was changed after you read it.");
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(status(first)).isEqualTo(200);
        assertThat(status(second)).isEqualTo(200);
        assertThat(browser.get(first.path()).body()).contains("The previous secret works until");
        String next = found(VERSION, resent.body());
        Made third = made(submit(first, "deed", "key.rotate", "grace_seconds", "0", "version", next));
        assertThat(status(second)).isEqualTo(401);
        assertThat(status(first)).isEqualTo(401);
        assertThat(status(third)).isEqualTo(200);
    }

    @Test
    void a_stale_form_never_overwrites_the_change_of_another_session() {
        Made key = make("name", "shared");
        String version = found(VERSION, browser.get(key.path()).body());
        assertThat(submit(key, "deed", "key.change", "version", version, "name", "shared", "day", "7")
                        .status())
                .isEqualTo(303);
        Browser.Page late = submit(key, "deed", "key.change", "version", version, "name", "mine", "day", "900");
        assertThat(late.status()).isEqualTo(422);
        assertThat(late.body()).contains("This key was changed after you read it.", "value=\"mine\"");
        String again = found(VERSION, late.body());
        assertThat(submit(key, "deed", "key.change", "version", again, "name", "mine", "day", "900")
                        .status())
                .isEqualTo(422);
        assertThat(browser.get(key.path()).body()).contains("value=\"0.035\"").doesNotContain("value=\"4.50\"");
    }

    @Test
    void an_end_to_the_second_stays_so_where_the_form_did_not_touch_it() {
        Made key = make("name", "dated");
        server.execute("UPDATE api_key SET expires_at = 4000000000123 WHERE id = '" + key.id() + "'");
        String page = browser.get(key.path()).body();
        assertThat(page).contains("value=\"2096-10-02\"");
        submit(
                key,
                "deed",
                "key.change",
                "version",
                found(VERSION, page),
                "name",
                "still dated",
                "expires",
                "2096-10-02");
        assertThat(server.number("SELECT expires_at FROM api_key WHERE name = 'still dated'"))
                .isEqualTo(4000000000123L);
    }

    @Test
    void the_last_possible_end_is_no_error_of_the_page() {
        Made key = make("name", "lasting");
        server.execute("UPDATE api_key SET expires_at = 253402300799000 WHERE id = '" + key.id() + "'");
        assertThat(browser.get(key.path()).body()).contains("9999-12-31").doesNotContain("Correct the marked fields");
    }

    @Test
    void a_refusal_of_a_field_not_shown_still_says_why() {
        Made key = made(other.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "lone")));
        assertThat(other.submit(key.path(), key.path(), Map.of("deed", "key.move", "team", "team_gone"))
                        .body())
                .contains("Team must be the id of a team of this account");
        assertThat(other.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "x", "owner", "team_gone"))
                        .body())
                .contains("Team must be the id of a team of this account");
        assertThat(other.submit(key.path(), key.path(), Map.of("deed", "key.rotate", "grace_seconds", ""))
                        .body())
                .contains("Old secret must be a whole number");
    }

    @Test
    void spending_is_shown_with_its_limit_to_the_micro_credit() {
        Made key = make("name", "spender", "day", "20");
        assertThat(server.post("/v1/chat/completions", CHAT, key.secret()).status())
                .isEqualTo(200);
        server.writeWhatRides();
        long micros = server.number(
                "SELECT charged_micros FROM spend_window WHERE kind = 'day' AND key_id = '" + key.id() + "'");
        assertThat(micros).isPositive();
        String exact = "0." + Long.toString(1_000_000 + micros).substring(1);
        assertThat(browser.get(KEYS).body()).contains("title=\"" + exact + " credits\"", "of $0.10, day");
        assertThat(browser.get(key.path()).body())
                .contains("Day: <b title=\"" + exact + " credits\"", "free again at 00:00 (UTC)", "gemini-2.5-pro")
                .doesNotContain("completed");
    }

    @Test
    void keys_are_sorted_by_the_month_the_limit_and_the_last_use() {
        Made busy = make("name", "sorted busy");
        Made full = make("name", "sorted full", "total", "50");
        make("name", "sorted idle", "day", "7");
        for (Made key : List.of(full, busy, busy)) {
            assertThat(server.post("/v1/chat/completions", CHAT, key.secret()).status())
                    .isEqualTo(200);
        }
        server.writeWhatRides();
        assertThat(sorted("month")).containsExactly("busy", "full", "idle");
        assertThat(sorted("-month")).containsExactly("idle", "full", "busy");
        assertThat(sorted("limit")).containsExactly("full", "idle", "busy");
        assertThat(sorted("used").getLast()).isEqualTo("idle");
        assertThat(sorted("-name")).containsExactly("idle", "full", "busy");
        assertThat(browser.get(KEYS + "?sort=month").body())
                .contains("aria-sort=\"descending\"", "href=\"/dashboard/keys?sort=-month\"")
                .contains("of $0.25, in all", "of $0.04, day");
    }

    private List<String> sorted(String by) {
        return Pattern.compile(">sorted ([a-z]+)</a>")
                .matcher(browser.get(KEYS + "?sort=" + by).body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void a_list_of_many_keys_stays_below_40_kB() {
        Browser many = new Browser(server.url()).signUp("many@example.org", PASSWORD);
        String account = server.text("SELECT account_id FROM person WHERE email = 'many@example.org'");
        for (int i = 0; i < 60; i++) {
            server.commands()
                    .createKey(
                            account,
                            KeySettings.named("the nightly summaries of customer " + i)
                                    .withSpend(new SpendLimits(null, 400_000_000L, null)));
        }
        assertThat(many.get(KEYS).body().length()).isLessThanOrEqualTo(40_000);
    }

    /** Each day of sixty, a call of each of some models, at 1.23 credits more than the model before. */
    private static void use(Made key, int models) {
        server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros)"
                + " WITH day(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM day WHERE d < 59),"
                + " nth(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM nth WHERE m < " + models + ")"
                + " SELECT account_id, (strftime('%s') / 900 - d * 96) * 900000, id, 'a model of the test ' || m, 1, m * 1234567"
                + " FROM api_key, day, nth WHERE id = '" + key.id() + "'");
    }

    @Test
    void the_page_of_a_key_with_many_models_stays_below_40_kB() {
        Made key = make("name", "many models");
        use(key, 9);
        String page = browser.get(key.path()).body();
        assertThat(page).contains("others</th>", " so far</a>");
        assertThat(page.length()).isLessThanOrEqualTo(40_000);
    }

    /** Adds a member to the account of the tests' browser. @return the member's browser */
    private static Browser member(String name, String role) {
        String login = name + "@example.org";
        // Few accounts are made from one address.
        Map<String, String> network = Map.of("x-forwarded-for", "198.18." + ++networks + ".1");
        Browser member = new Browser(server.url(), server.url(), network).signUp(login, PASSWORD);
        server.execute(
                "UPDATE member SET account_id = (SELECT account_id FROM person WHERE login = 'customer@example.org'), role = '"
                        + role + "' WHERE person_id = (SELECT id FROM person WHERE login = '" + login + "')");
        return member;
    }

    private static String memberId(String name) {
        return server.text("SELECT member.id FROM member JOIN person ON person.id = member.person_id WHERE login = '"
                + name + "@example.org'");
    }

    private static void team(String id, String lead) {
        server.execute("INSERT INTO team (id, account_id, name, created_at) SELECT '" + id + "', account_id, 'T " + id
                + "', 1 FROM person WHERE login = 'customer@example.org'");
        server.execute("INSERT INTO team_member (team_id, member_id, role) VALUES ('" + id + "', '" + memberId(lead)
                + "', 'admin')");
    }

    @Test
    void a_member_sees_and_changes_own_keys_only() {
        Made of = make("name", "of the account");
        Browser ann = member("ann", "member");
        Made own = made(ann.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "of ann", "owner", "own")));

        assertThat(ann.get(KEYS).body()).contains("of ann").doesNotContain("of the account", "management");
        assertThat(ann.get(of.path()).status()).isEqualTo(404);
        assertThat(ann.get(own.path()).body())
                .contains("owner: ann@example.org", "Create secret", "Delete key")
                .doesNotContain("Move key");
        assertThat(ann.submit(own.path(), of.path(), Map.of("deed", "key.change", "disabled", "true"))
                        .status())
                .isEqualTo(404);
        assertThat(ann.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "x", "owner", "account"))
                        .status())
                .isEqualTo(403);
        assertThat(ann.get(KEYS + "/new").body()).doesNotContain("Management key", "The account");
        assertThat(browser.get(KEYS + "?owner=" + memberId("ann")).body())
                .contains("of ann")
                .doesNotContain("of the account");
        assertThat(browser.get(own.path()).body())
                .contains("owner: ann@example.org", "Delete key")
                .doesNotContain("Create secret", "name=\"name\"");
    }

    private static String version(Browser browser, Made key) {
        return found(VERSION, browser.get(key.path()).body());
    }

    @Test
    void what_an_owner_restricts_its_member_cannot_undo() {
        Browser bob = member("bob", "member");
        Made own = made(bob.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "of bob", "owner", "own")));
        browser.submit(own.path(), own.path(), Map.of("deed", "key.change", "disabled", "true"));
        browser.submit(
                own.path(), own.path(), fields("deed", "key.change", "day", "5", "version", version(browser, own)));

        String page = bob.get(own.path()).body();
        assertThat(page)
                .contains(
                        "Limited by an owner, an admin or a team admin. Its member cannot change: disabled, spend.",
                        "<fieldset disabled>")
                .doesNotContain("value=\"false\"");
        assertThat(bob.submit(own.path(), own.path(), Map.of("deed", "key.change", "disabled", "false"))
                        .status())
                .isEqualTo(403);
        Browser.Page wrong = bob.submit(own.path(), own.path(), Map.of("deed", "key.change", "name", ""));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body()).containsPattern("name=\"day\"[^>]* value=\"0.025\"");
        bob.submit(
                own.path(), own.path(), Map.of("deed", "key.change", "name", "renamed", "version", version(bob, own)));
        assertThat(server.text("SELECT name || spend_day || disabled FROM api_key WHERE name = 'renamed'"))
                .isEqualTo("renamed50000001");
    }

    @Test
    void the_admin_of_a_team_makes_its_service_keys_and_an_owner_moves_them() {
        Browser lea = member("lea", "member");
        team("team_lea", "lea");
        Made service = made(lea.submit(KEYS + "/new", KEYS + "/new", Map.of("name", "bot", "owner", "team_lea")));
        assertThat(lea.get(service.path()).body())
                .contains("owner: team T team_lea")
                .doesNotContain("Move key");
        assertThat(lea.submit(service.path(), service.path(), Map.of("deed", "key.move", "team", ""))
                        .status())
                .isEqualTo(403);

        Browser.Page moved = browser.submit(service.path(), service.path(), Map.of("deed", "key.move", "team", ""));

        assertThat(moved.location()).contains("?done=moved");
        assertThat(browser.get(moved.location()).body()).contains("Moved.", "owner: account");
        assertThat(lea.get(moved.location()).status()).isEqualTo(404);
        assertThat(server.get("/v1/credits", service.secret()).status()).isEqualTo(200);
    }

    @Test
    void scopes_of_a_management_key_are_chosen_and_shown() {
        Map<String, String> form = Map.of("name", "m", "kind", "management", "password", PASSWORD);
        assertThat(browser.submit(KEYS + "/new", KEYS + "/new", form).body())
                .contains("Scopes must be one or more of keys:read");
        Map<String, String> chosen = new HashMap<>(form);
        chosen.put("scope-members:read", "1");
        Made made = made(browser.submit(KEYS + "/new", KEYS + "/new", chosen));

        assertThat(browser.get(made.path()).body()).contains("management key with members:read");
        assertThat(server.get("/v1/keys", made.secret()).status()).isEqualTo(403);
    }

    @Test
    void a_key_that_was_used_within_a_day_is_deleted_by_its_name_only() {
        Made key = make("name", "busy");
        assertThat(server.post("/v1/chat/completions", CHAT, key.secret()).status())
                .isEqualTo(200);
        server.writeWhatRides();
        assertThat(browser.get(key.path()).body())
                .contains("It made 1 call in the last 24 hours. Further calls will fail with 401.");
        assertThat(submit(key, "deed", "key.delete", "typed", "bus").status()).isEqualTo(422);
        assertThat(status(key)).isEqualTo(200);
        assertThat(submit(key, "deed", "key.delete", "typed", "busy").location())
                .startsWith(KEYS);
        assertThat(status(key)).isEqualTo(401);
        assertThat(browser.get(KEYS).body()).doesNotContain("busy");
    }

    @Test
    void who_follows_a_deleted_key_from_its_calls_or_finds_it_sees_its_calls() {
        Made key = make("name", "gone soon");
        String answer = server.post("/v1/chat/completions", CHAT, key.secret()).text();
        String call = found(Pattern.compile("\"id\":\"(chatcmpl-[A-Za-z0-9]+)\""), answer);
        submit(key, "deed", "key.delete", "typed", "gone soon");
        assertThat(browser.get("/dashboard/requests/" + call).body()).contains("href=\"" + key.path() + "\"");
        assertThat(browser.get("/dashboard/find?q=gone+soon").location()).isEqualTo(key.path());
        Browser.Page led = browser.get(key.path());
        assertThat(led.location()).isEqualTo("/dashboard/requests?key=" + key.id());
        assertThat(browser.get(led.location()).body()).contains("gone soon (deleted)", call);
        assertThat(other.get(key.path()).status()).isEqualTo(404);
    }

    @Test
    void a_key_of_another_account_is_as_good_as_none() {
        Made key = make("name", "private");
        assertThat(other.get(key.path()).status()).isEqualTo(404);
        for (String deed : new String[] {"key.change", "key.rotate", "key.move", "key.delete"}) {
            assertThat(other.submit(
                                    KEYS + "/new",
                                    key.path(),
                                    fields("deed", deed, "name", "stolen", "grace_seconds", "0"))
                            .status())
                    .as(deed)
                    .isEqualTo(404);
        }
        other.submit(KEYS + "/new", KEYS, Map.of("off", key.id()));
        assertThat(status(key)).isEqualTo(200);
        assertThat(browser.get(key.path()).body()).contains("private");
    }

    @Test
    void markup_in_a_name_is_text_on_every_page() {
        String name = "<script>alert('x')</script>\"><b>";
        Browser.Page reveal = browser.submit(KEYS + "/new", KEYS + "/new", Map.of("name", name));
        Made key = made(reveal);
        Browser.Page wrong = browser.submit(KEYS + "/new", KEYS + "/new", Map.of("name", name, "day", name));
        Browser.Page off = browser.submit(KEYS, KEYS, Map.of("off", key.id()));
        for (Browser.Page page :
                new Browser.Page[] {reveal, wrong, browser.get(off.location()), browser.get(key.path())}) {
            assertThat(page.body()).contains("alert(").doesNotContain("<script>alert", "</script>\"><b>");
        }
    }

    @Test
    void a_management_key_wants_a_password_that_was_shown_lately_but_can_always_be_stopped() {
        Made key = make("name", "manager", "kind", "management", "scope-keys:read", "1");
        assertThat(server.get("/v1/keys", key.secret()).status()).isEqualTo(200);
        try {
            server.setNow(Today.instant().plus(Duration.ofMinutes(11)));
            assertThat(browser.get(key.path()).body())
                    .contains("Password required")
                    .doesNotContain("key.rotate");
            assertThat(submit(key, "deed", "key.rotate", "grace_seconds", "0", "disabled", "true")
                            .status())
                    .isEqualTo(422);
            assertThat(submit(key, "deed", "key.rotate", "grace_seconds", "0").status())
                    .isEqualTo(422);
            assertThat(submit(key, "deed", "key.change", "name", "renamed", "version", "1")
                            .status())
                    .isEqualTo(422);
            Map<String, String> another = fields("name", "another", "kind", "management", "scope-keys:read", "1");
            assertThat(browser.submit(KEYS + "/new", KEYS + "/new", another).status())
                    .isEqualTo(422);
            another.put("password", "not the password");
            assertThat(browser.submit(KEYS + "/new", KEYS + "/new", another).body())
                    .contains("The password is wrong.");
            assertThat(submit(key, "deed", "key.change", "disabled", "true").status())
                    .isEqualTo(303);
            assertThat(server.get("/v1/keys", key.secret()).status()).isEqualTo(401);
            assertThat(submit(key, "deed", "key.change", "disabled", "false").status())
                    .isEqualTo(422);
            browser.submit(KEYS, KEYS, Map.of("on", key.id()));
            assertThat(server.get("/v1/keys", key.secret()).status()).isEqualTo(401);
            another.put("password", PASSWORD);
            made(browser.submit(KEYS + "/new", KEYS + "/new", another));
            assertThat(submit(key, "deed", "key.change", "disabled", "false").status())
                    .isEqualTo(303);
            assertThat(server.get("/v1/keys", key.secret()).status()).isEqualTo(200);
        } finally {
            server.setNow(null);
        }
    }
}
