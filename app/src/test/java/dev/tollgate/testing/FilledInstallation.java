package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.serving.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server with mail, an identity provider and Stripe that has been used for a month by several customers, under a clock that the test
 * sets. What happens and when is the same in each run; ids, secrets and measured milliseconds are not.
 */
public final class FilledInstallation implements AutoCloseable {

    public static final String PASSWORD = "a sentence nobody else has";
    public static final Instant NOW = Instant.parse("2026-11-21T12:00:09Z");

    private static final int DAYS = 28;
    private static final String[] MODELS = {"gemini-3.1-pro", "gemini-2.5-pro", "google/gemini-2.5-pro"};

    private final MailBox box = new MailBox();
    private final StripeStandIn stripe = new StripeStandIn();
    private final FarServer broken = new FarServer(request -> FarServer.whole(503, "{}"));
    private final OidcStandIn provider;
    private final Gateway far;
    private final Gateway gateway;
    private final List<RawCall> running = new ArrayList<>();
    private volatile Instant now = NOW.minus(Duration.ofDays(DAYS + 1));

    public final Map<String, String> keys = new HashMap<>();
    public final Map<String, String> payments = new LinkedHashMap<>();
    public final Map<String, String> calls = new LinkedHashMap<>();
    public final Map<String, String> batches = new LinkedHashMap<>();
    public final Browser operator;
    public Browser ann;
    public Browser ben;
    public Browser cara;
    public Browser fred;
    public List<String> vouchers = List.of();

    public FilledInstallation() throws IOException {
        this(List.of());
    }

    /** @param languages of its pages besides English */
    public FilledInstallation(List<Language> languages) throws IOException {
        provider = new OidcStandIn(() -> now);
        far = Gateway.start("sandbox.seed", "7");
        Path channels = Files.createTempFile("channels", ".yaml");
        Files.writeString(channels, """
                channels:
                  - {id: main, kind: gemini, base_url: "%s", key: %s}
                  - {id: spare, kind: gemini, base_url: "%s", key: %s, priority: 9, models: [gemini-3.1-pro]}
                """.formatted(
                far.sandbox().baseUrl(), far.sandbox().key(), broken.url(), "AIzaKeyOfChannelB0123456789abcdefghij"));
        int port = Ports.free();
        List<String> settings = new ArrayList<>(List.of(box.settings()));
        settings.addAll(List.of(provider.settings(MailBox.SITE)));
        settings.addAll(List.of("port", Integer.toString(port), "http.trusted-hops", "1", "sign-up.open", "true"));
        settings.addAll(List.of("pages.languages", tags(languages)));
        settings.addAll(List.of("stripe.url", stripe.url(), "seller.name", "Tollgate Test Trading Ltd"));
        settings.addAll(List.of("seller.address", "1 Long Road; 12345 Town", "seller.vat-id", "DE 123456789"));
        settings.addAll(List.of("channels.file", channels.toString(), "stripe.allow-test-key", "true"));
        settings.addAll(List.of("operator.password", PASSWORD, "stripe.secret-key", StripeStandIn.KEY));
        settings.addAll(List.of("stripe.webhook-secret", StripeStandIn.SECRET));
        gateway = Gateway.start(
                Surroundings.REAL.with(it -> {
                    it.clock = () -> now;
                    it.languages = languages.stream()
                            .filter(language -> Languages.complete().stream()
                                    .noneMatch(own -> own.tag().equals(language.tag())))
                            .toList();
                }),
                Map.of(),
                settings.toArray(String[]::new));
        demoFirst(gateway);
        operator = browser(1);
        operator.signIn("operator", PASSWORD);
    }

    /** Makes the demo account older than the operator's, which else is made at the same instant. */
    public static void demoFirst(Gateway gateway) {
        gateway.execute("UPDATE account SET created_at = created_at - 1000 WHERE id = 'acc_demo'");
    }

    /** English and these: pages show a switch if there is a choice. */
    private static String tags(List<Language> languages) {
        return Stream.concat(Stream.of("en"), languages.stream().map(Language::tag))
                .collect(Collectors.joining(","));
    }

    public Gateway gateway() {
        return gateway;
    }

    public FilledInstallation filled() {
        makePeople();
        makeKeys();
        useForAMonth();
        operate();
        pay();
        measure();
        makeBatches();
        at(NOW);
        for (Browser each : List.of(ann, ben, fred)) {
            signIn(each, login(each));
        }
        through(cara, "/sign-in/oidc");
        signIn(operator, "operator");
        run();
        return this;
    }

    private String login(Browser browser) {
        return (browser == ann ? "ann" : browser == ben ? "ben" : "fred") + "@example.org";
    }

    /** Signs in with the password, after a sign-out if a session is open. */
    public void signIn(Browser browser, String login) {
        if (browser.get("/sign-in").status() == 303) {
            browser.submit("/dashboard", "/sign-out", Map.of());
        }
        browser.signIn(login, PASSWORD);
    }

    /** Each comes from an address of its own. */
    public Browser browser(int number) {
        return new Browser(gateway.url(), gateway.url(), Map.of("x-forwarded-for", "198.51.100." + number));
    }

    public void at(Instant instant) {
        now = instant;
    }

    public void pass(int seconds) {
        at(now.plusSeconds(seconds));
    }

    /** @param fields names and values in turn */
    public static Map<String, String> form(String... fields) {
        Map<String, String> form = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        return form;
    }

    public Browser.Page send(Browser browser, String path, String... fields) {
        pass(1);
        return browser.submit(path, path, form(fields));
    }

    private Browser.Page sent(Browser browser, String path, String... fields) {
        Browser.Page page = send(browser, path, fields);
        if (page.status() >= 400) {
            throw new AssertionError(page.status() + " " + page.body());
        }
        return page;
    }

    public String member(String login) {
        return gateway.text(
                "SELECT member.id FROM member JOIN person ON person.id = person_id WHERE login = '" + login + "'");
    }

    public String account(String login) {
        return gateway.text("SELECT account_id FROM person WHERE login = '" + login + "'");
    }

    public Instant now() {
        return now;
    }

    public String deleted() {
        return gateway.text("SELECT id FROM account WHERE deleted_at IS NOT NULL");
    }

    public String resetLink(String login) {
        browser(30).submit("/forgot", "/forgot", form("login", login));
        return box.link(login, 2);
    }

    public String invitation(String email) {
        gateway.commands().invite(email, null, "a customer");
        return mailed(email);
    }

    /** The path of the link in the one mail to an address. */
    public String mailed(String email) {
        return box.link(email, 1);
    }

    /** From now on this one signs in at the provider. */
    public void another(String subject, String email) {
        provider.user = new OidcStandIn.User("sub-of-" + subject, email, true, subject);
    }

    // ---- people and keys ----

    private Browser invited(int number, String name, String account) {
        String login = name.toLowerCase() + "@example.org";
        pass(60);
        gateway.commands().invite(login, account, "a customer");
        String link = box.link(login, 1);
        Gateway.await(
                "the mail's end",
                () -> gateway.number("SELECT COUNT(*) FROM outgoing_mail WHERE state = 'waiting'") == 0);
        Browser browser = browser(number);
        pass(60);
        sent(browser, link, "password", PASSWORD, "name", name, "zone", "Europe/Berlin");
        return browser;
    }

    private void makePeople() {
        ann = invited(2, "Ann", null);
        ben = invited(3, "Ben", account("ann@example.org"));
        fred = invited(4, "Fred", null);
        invited(5, "Dora", null);
        invited(6, "Eve", null);
        cara = browser(7);
        provider.user = new OidcStandIn.User("sub-cara", "cara@example.org", true, "Cara");
        String page = through(cara, "/sign-in/oidc").location();
        String as = found("name=\"as\" value=\"([^\"]+)\"", cara.get(page).body());
        pass(1);
        cara.submit(page, "/sign-in/oidc", form("as", as, "zone", "Asia/Tokyo"));
        gateway.commands().grant(account("ann@example.org"), 5_000_000_000L, "invoice 17");
        pass(60);
        gateway.commands().grant(account("dora@example.org"), 90_000_000L, "a <b>bold</b> start");
        pass(60);
        Account named = gateway.commands().createAccount("Made by command", 0);
        pass(60);
        gateway.commands().createKey(named.id(), KeySettings.named("poor"));
    }

    /** To the provider and back. */
    public Browser.Page through(Browser browser, String path) {
        Browser.Page away = browser.get(path);
        return browser.get("/sign-in/oidc?" + provider.authorize(away.location(), provider.user));
    }

    private void makeKeys() {
        Instant before = now;
        key(ann, "laptop");
        key(ann, "prod-web", "day", "400", "hour", "100", "total", "50000", "requests", "60", "tokens", "200000");
        key(ann, "nightly <job>", "allow", "192.0.2.0/24\n198.51.100.7", "model-0", "gemini-2.5-pro");
        key(ann, "manager", "kind", "management", "scope-keys:read", "1", "password", PASSWORD);
        key(ann, "short-lived", "expires", "2026-11-01");
        key(ann, "old one");
        key(ann, "small", "day", "0.5");
        key(cara, "phone");
        sent(ann, "/dashboard/keys/" + keys.get("old one"), "deed", "key.change", "disabled", "true");
        String laptop = keys.get("laptop");
        String rotated = sent(
                        ann,
                        "/dashboard/keys/" + laptop,
                        "deed",
                        "key.rotate",
                        "grace_seconds",
                        "604800",
                        "version",
                        version("laptop"))
                .body();
        secrets.put(laptop, found("(sk-[0-9a-f]{64})", rotated));
        at(before.plus(Duration.ofHours(1)));
    }

    private final Map<String, String> secrets = new HashMap<>();

    private String version(String key) {
        return found(
                "name=\"version\" value=\"(\\d+)\"",
                ann.get("/dashboard/keys/" + keys.get(key)).body());
    }

    private void key(Browser browser, String name, String... more) {
        List<String> fields = new ArrayList<>(List.of("name", name, "unit", "credits"));
        fields.addAll(List.of(more));
        String page = sent(browser, "/dashboard/keys/new", fields.toArray(String[]::new))
                .body();
        // lists of keys are in the order of their ids
        String id = "key_" + (char) ('a' + keys.size()) + "0000000000000000000";
        gateway.execute("UPDATE api_key SET id = '" + id + "' WHERE id = '"
                + found("/dashboard/keys/(key_[A-Za-z0-9]+)", page) + "'");
        keys.put(name, id);
        secrets.put(id, found("(sk-[0-9a-f]{64})", page));
    }

    private String secret(String key) {
        return secrets.get(key);
    }

    // ---- calls ----

    private static String body(String model, String more) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":6000,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "Hello. ".repeat(600) + "\"}]" + more + "}";
    }

    private Gateway.Reply ask(String key, String body) {
        Gateway.Reply reply = gateway.post("/v1/chat/completions", body, secret(keys.get(key)));
        settled();
        return reply;
    }

    private void settled() {
        Gateway.await(
                "the call's end",
                () -> gateway.app().calls().open() == running.size()
                        && gateway.number("SELECT COUNT(*) FROM open_hold") == running.size());
    }

    private void answer(String key, String model, long prompt, long candidates, long thoughts) {
        UpstreamScript.Tokens tokens = new UpstreamScript.Tokens(prompt, candidates, thoughts);
        far.script(UpstreamScript.answers().text("Well.", tokens).finish("STOP", tokens));
        Gateway.Reply reply = ask(key, body(model, ""));
        if (reply.status() != 200) {
            throw new AssertionError(reply.text());
        }
    }

    private void useForAMonth() {
        for (int day = DAYS; day > 0; day -= 3) {
            at(NOW.minus(Duration.ofDays(day)).minusSeconds(day));
            String model = MODELS[day % 3];
            answer(day % 2 == 0 ? "laptop" : "prod-web", model, 900 + 80L * day, 700 + 90L * (day % 9), 300);
            pass(1);
            answer(day % 4 == 0 ? "phone" : "laptop", MODELS[(day + 1) % 3], 194, 229 + 10L * day, 457);
        }
        at(NOW.minusSeconds(3_000));
        special();
    }

    /** One call of each kind, a minute apart; each is found again under its name. */
    private void special() {
        call("plain", "laptop", UpstreamScript.says("Well.", 14, 9).toString(), "");
        call(
                "streamed",
                "prod-web",
                UpstreamScript.says("Well.", 14, 9).toString(),
                ",\"stream\":true,\"logit_bias\":{\"1\":2},\"<b>x\":1");
        call(
                "tools",
                "prod-web",
                UpstreamScript.answers()
                        .call("weather", "{\"city\":\"Rome\"}")
                        .finish("STOP")
                        .toString(),
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\"}}}]");
        call("failed", "laptop", "- respond: [{status: 503}]", "");
        call("blocked", "laptop", "- knobs: block=PROHIBITED_CONTENT", "");
        call(
                "cut",
                "phone",
                UpstreamScript.answers()
                        .text("Well.")
                        .finish("MAX_TOKENS", new UpstreamScript.Tokens(7, 0, 20))
                        .toString(),
                "");
        call("spent", "small", UpstreamScript.says("Well.", 1_400, 3_000).toString(), "");
        refuse("laptop", body("gemini-9", ""));
        refuse("laptop", body("gemini-2.5-pro", ",\"temperature\":9"));
        refuse("nightly <job>", body("gemini-2.5-pro", ""));
        refuse("small", body("gemini-2.5-pro", ""));
        refuse("manager", body("gemini-2.5-pro", ""));
        pass(60);
        far.script(UpstreamScript.says("Well.", 20, 30).toString());
        gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1beta/models/gemini-2.5-pro:generateContent"))
                .header("x-goog-api-key", secret(keys.get("phone")))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}")));
        settled();
        calls.put("google", newest());
    }

    private void call(String name, String key, String script, String more) {
        pass(60);
        far.script(script);
        ask(key, body(name.equals("failed") ? "gemini-3.1-pro" : "gemini-2.5-pro", more));
        calls.put(name, newest());
    }

    private void refuse(String key, String body) {
        pass(60);
        ask(key, body);
    }

    private String newest() {
        return gateway.text(Calls.LATEST);
    }

    /** Gives what was measured in real time the same figures in each run. */
    private void measure() {
        gateway.execute(
                "UPDATE call SET reserved_us = reserved_us * 0 + 4200, asked_us = asked_us * 0 + 5900,"
                        + " first_byte_us = first_byte_us * 0 + 640000 + length(model_id) * 1000,"
                        + " done_us = done_us * 0 + 1250000, settled_us = settled_us * 0 + 1251700,"
                        + " attempts = json_replace(attempts, '$.attempts[0].ms', 812, '$.attempts[1].ms', 93, '$.attempts[2].ms', 7)");
        StringBuilder all = new StringBuilder("first_0");
        StringBuilder none = new StringBuilder();
        for (int i = 1; i < 10; i++) {
            all.append(" + first_").append(i);
            none.append(i == 3 ? "" : ", first_" + i + " = 0");
        }
        for (String table : List.of("usage_quarter", "usage_day", "usage_hour")) {
            gateway.execute("UPDATE " + table + " SET first_3 = " + all + ", first_0 = 0" + none);
        }
    }

    /** From now on a call runs, for a quarter of an hour, since pages of before and after its end differ. An empty text each minute keeps it from being cut as silent. */
    private void run() {
        String event = "{event: {candidates: [{content: {parts: [{text: '%s'}], role: model}, index: 0}]}}";
        far.script("- respond: [" + event.formatted("One.") + (", {delay_ms: 60000}, " + event.formatted("")).repeat(15)
                + "]");
        RawCall call = RawCall.post(
                gateway.app().port(),
                "/v1/chat/completions",
                secret(keys.get("prod-web")),
                body("gemini-2.5-pro", ",\"stream\":true"));
        calls.put("running", found("(chatcmpl-[A-Za-z0-9]+)", call.readUntil("One.")));
        running.add(call);
        Gateway.await("its hold", () -> gateway.number("SELECT SUM(reserved_micros) FROM account") > 0);
        pass(5);
    }

    // ---- batches ----

    /** Makes batches: one whose file is wrong, and the rows of others, of which no line is ever run. */
    private void makeBatches() {
        at(NOW.minusSeconds(900));
        wrongBatch();
        batch(
                "running",
                "laptop",
                "state = 'open', due_at = %d".formatted(ms(3_600)),
                "lines = 400, completed = 250, failed = 12");
        batch(
                "paused",
                "prod-web",
                "state = 'open', pause = 'limit', paused_at = %d, due_at = %d".formatted(ms(-600), ms(3_600)),
                "lines = 50000, completed = 1204");
        batch(
                "ended",
                "laptop",
                "state = 'completed', ended_at = %d".formatted(ms(-300)),
                "lines = 100, completed = 97, failed = 3, output_bytes = 9, error_bytes = 9");
        for (int line = 1; line <= 7; line++) {
            gateway.execute(
                    "INSERT INTO job_line (job_id, line, state, call_id, tries) VALUES ('%s', %d, 'running', 'call', 0)"
                            .formatted(batches.get("running"), line));
        }
        for (String each : List.of("running", "ended")) {
            gateway.execute(
                    "INSERT INTO job_line (job_id, line, state, tries, status) VALUES ('%s', 90, 'ended', 0, 400), ('%s', 91, 'ended', 3, 503)"
                            .formatted(batches.get(each), batches.get(each)));
        }
    }

    private static long ms(int seconds) {
        return NOW.plusSeconds(seconds).toEpochMilli();
    }

    /** @param job what differs in its row, and in its batch's */
    private void batch(String name, String key, String job, String batch) {
        String id = "chatcmpl-2026112111000000000000%09d".formatted(batches.size());
        long made = ms(-7_200 + 60 * batches.size());
        gateway.execute("""
                INSERT INTO job (id, account_id, owner, origin_id, kind, state, ended_at, due_at, node_id, body_hash, created_at, deadline, gone_at, sealed_bytes,
                    charged_micros)
                SELECT '%s', account_id, '', COALESCE(NULLIF(origin_id, ''), id), 'batch', 'completed', 1, %d, '', '', %d, %d, %d, 0, 3456789 FROM api_key WHERE id = '%s'""".formatted(id, made, made, made + 86_400_000, made + 3_000_000_000L, keys.get(key)));
        gateway.execute("""
                INSERT INTO batch (job_id, endpoint, input_id, lost, started_at, results_ms, results_until, lines, completed, failed, output_bytes, error_bytes,
                    prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, min_micros, max_micros)
                VALUES ('%s', '/v1/chat/completions', '%032d', 0, %d, 9, %d, 0, 0, 0, 0, 0, 91000, 4000, 52000, 7000, 1500000, 900000000)""".formatted(id, batches.size(), made + 5_000, made + 2_000_000_000L));
        gateway.execute("UPDATE job SET ended_at = NULL, " + job + " WHERE id = '" + id + "'");
        gateway.execute("UPDATE batch SET " + batch + " WHERE job_id = '" + id + "'");
        batches.put(name, id);
    }

    /** Creates one as a program does. Its check fails. */
    private void wrongBatch() {
        String form =
                "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n"
                        + "{\"custom_id\":\"a\",\"url\":\"/v1/embeddings\",\"body\":{}}\n<b>no JSON\n\r\n--x--\r\n";
        String secret = secret(keys.get("laptop"));
        Gateway.Reply file = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/files"))
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
        Gateway.Reply made = gateway.post(
                "/v1/batches",
                "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
                        .formatted(found("\"id\":\"(file-[0-9a-f]+)\"", file.text())),
                secret);
        batches.put("wrong", "chatcmpl-" + found("\"batch_([0-9A-Za-z]{31})\"", made.text()));
        Gateway.await(
                "the check of its lines", () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'failed'") == 1);
    }

    /** Returns the path of a batch's page. */
    public String batchPath(String name) {
        return "/dashboard/batches/batch_" + batches.get(name).substring("chatcmpl-".length());
    }

    // ---- what operators do, and payments ----

    private void deed(String login, String deed, String why, String... more) {
        List<String> fields = new ArrayList<>(List.of("deed", deed, "reason", "because of " + why));
        fields.addAll(List.of(more));
        sent(operator, "/console/accounts/" + account(login), fields.toArray(String[]::new));
    }

    private void operate() {
        at(NOW.minusSeconds(1_500));
        signIn(operator, "operator");
        deed("dora@example.org", "account.adjust", "adjust", "credits", "-0.25");
        deed("dora@example.org", "account.limits", "limits", "requests", "10", "day", "100");
        deed("dora@example.org", "account.block?blocked=true", "ban");
        deed("eve@example.org", "account.delete", "delete");
        deed("ann@example.org", "account.limits", "limits", "hour", "200", "day", "2000", "concurrency", "20");
        sent(
                operator,
                "/console/requests/" + calls.get("plain"),
                "deed",
                "task.refund",
                "credits",
                "0.01",
                "reason",
                "it was slow");
        price("gemini-3-pro", "200", "900");
        price("gemini-2.5-pro", "57.5", "450");
        sent(
                operator,
                "/console/settings",
                "deed",
                "setting.set",
                "reason",
                "a new brand",
                "was-brand.support",
                "",
                "brand.support",
                "mailto:help@example.org",
                "was-brand.announcement",
                "",
                "brand.announcement",
                "A fair on Sunday & Monday");
        String made = sent(
                        operator,
                        "/console/vouchers",
                        "deed",
                        "voucher.create",
                        "count",
                        "3",
                        "credits",
                        "500",
                        "expires_at",
                        "2027-01-31",
                        "reason",
                        "the autumn fair")
                .body();
        vouchers = found("(?s)id=\"codes\">([^<]+)<", made).strip().lines().toList();
        sent(
                operator,
                "/console/vouchers",
                "deed",
                "voucher.create",
                "count",
                "1",
                "credits",
                "5",
                "reason",
                "one more");
        pass(1);
        signIn(ann, "ann@example.org");
        ann.submit("/dashboard/billing/top-up", "/dashboard/billing/voucher", form("code", vouchers.getFirst()));
        sent(operator, "/console/books", "deed", "books.check");
        Gateway.await("the check", () -> operator.get("/console/books").body().contains("no differences"));
    }

    private void price(String model, String input, String output) {
        String path = "/console/prices/" + model;
        String page = send(
                        operator,
                        path,
                        "deed",
                        "model.price",
                        "preview",
                        "on",
                        "input",
                        input,
                        "output",
                        output,
                        "reasoning",
                        "free")
                .body();
        sent(
                operator,
                path,
                "deed",
                "model.price",
                "input",
                input,
                "output",
                output,
                "reasoning",
                "free",
                "reason",
                "a new price",
                "version",
                found("name=\"version\" value=\"([^\"]*)\"", page));
    }

    private void pay() {
        pass(1);
        ann.submit(
                "/dashboard/billing",
                "/dashboard/billing/contact",
                form("name", "Ann Example", "address", "2 Short Street\n54321 Village", "vat-id", "FR 42"));
        begin("paid", "1", "25");
        tell(StripeStandIn.session("evt_1", "checkout.session.completed", stripe.last(), "paid", 2_500, 475));
        tell(StripeStandIn.refunded("evt_2", stripe.last(), 1_000));
        tell(StripeStandIn.refunded("evt_2", stripe.last(), 1_000));
        begin("failed", "2", "10");
        tell(StripeStandIn.session("evt_3", "checkout.session.expired", stripe.last(), "unpaid", 1_000, 0));
        begin("disputed", "3", "50");
        tell(StripeStandIn.paid("evt_4", stripe.last()));
        tell(StripeStandIn.dispute(
                "evt_5",
                "charge.dispute.created",
                stripe.last(),
                "dp_1",
                "needs_response",
                stripe.last().netCents()));
        begin("open", "4", "100");
        tell(StripeStandIn.paid("evt_6", new StripeStandIn.Session("cs_x", "pi_x", "pay_x", 100, Map.of())));
    }

    private void begin(String name, String digit, String dollars) {
        String path = "/dashboard/billing/top-up";
        payments.put(
                name,
                sent(ann, path, "id", digit.repeat(32), "dollars", dollars)
                        .location()
                        .substring(path.length() + 1));
    }

    private void tell(String event) {
        pass(20);
        StripeStandIn.send(gateway, event, StripeStandIn.signature(StripeStandIn.SECRET, now, event));
    }

    @Override
    public void close() {
        running.forEach(RawCall::close);
        gateway.close();
        far.close();
        provider.close();
        broken.close();
        stripe.close();
        box.close();
    }
}
