package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.MetricsDoc;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Metrics count what happened, only authorised scrapers get them, and callers cannot make them grow. */
@Timeout(240)
class MetricsTest {

    private static final String COST = "SELECT COALESCE(SUM(cost_micros), 0) FROM usage_hour";
    private static final Pattern NAMES = Pattern.compile("[a-z_]*(?:route|model|channel|door)=\"[^\"]*\"");

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final long FOREVER = 600_000;
    private static final int AT_ONCE = 16;

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""";
    private static final String JSON = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Tell me"}]}""";
    private static final String CACHED = """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Done."}]},"finishReason":"STOP"}],
            "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":90,"candidatesTokenCount":20,"totalTokenCount":120}}""";
    private static final String GENERATE = """
            {"contents":[{"role":"user","parts":[{"text":"Tell me"}]}]}""";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "timeouts.drain", "0ms");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static int ask(String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/metrics"));
        return gateway.send(headers.length == 0 ? request : request.headers(headers))
                .status();
    }

    private static long calls(String... endings) {
        return Calls.count(gateway::number, "ending IN ('" + String.join("', '", endings) + "')");
    }

    // ---- figures ----

    @Test
    void what_is_counted_of_calls_and_money_is_what_the_books_say() {
        Scrape before = Scrape.fresh(gateway);
        Customer customer = gateway.customer("100");
        gateway.script(UpstreamScript.says("Done.", 1000, 1000));
        assertThat(customer.chat(JSON).status()).isEqualTo(200);
        assertThat(customer.chat(STREAM).text()).contains("[DONE]");
        gateway.script(UpstreamScript.answers().event(CACHED));
        assertThat(customer.chat(JSON).status()).isEqualTo(200);
        gateway.script(UpstreamScript.answers().text("One ").finish("MAX_TOKENS", new Tokens(7, 3, 2)));
        assertThat(customer.chat(STREAM).text()).contains("[DONE]");
        assertThat(gateway.post("/v1beta/models/gemini-3.1-pro:generateContent", GENERATE, customer.key())
                        .status())
                .isEqualTo(200);
        gateway.script(UpstreamScript.answers().status(400));
        assertThat(customer.chat(JSON).status()).isEqualTo(503);
        gateway.script(
                UpstreamScript.answers().text("One ", new Tokens(1000, 10, 0)).delay(FOREVER));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("One ");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(gateway.customer("0").chat(JSON).status()).isEqualTo(402);
        assertThat(customer.chat(JSON.replace("gemini-2.5-pro", "no-such-model"))
                        .status())
                .isEqualTo(404);
        gateway.writeWhatRides();

        Scrape scrape = Scrape.fresh(gateway);

        assertThat(scrape.sum("tollgate_call_charged_microcredits_total"))
                .isPositive()
                .isEqualTo(Calls.movedMicros(gateway::number, EntryKind.CHARGE));
        for (EntryKind kind : EntryKind.values()) {
            assertThat(scrape.sum("tollgate_ledger_microcredits_total", "kind=\"" + kind.code() + "\""))
                    .as(kind.code())
                    .isEqualTo(Calls.movedMicros(gateway::number, kind));
        }
        assertThat(scrape.sum("tollgate_calls_total", "outcome=\"completed\"")
                        + scrape.sum("tollgate_calls_total", "outcome=\"cut_length\""))
                .isEqualTo(calls("completed", "cut"));
        assertThat(scrape.since(before, "tollgate_calls_total", "outcome=\"cut_length\""))
                .isEqualTo(2);
        assertThat(scrape.sum("tollgate_calls_total", "outcome=\"cancelled\"")).isEqualTo(calls("cancelled"));
        assertThat(scrape.sum("tollgate_calls_total", "outcome=\"failed_upstream\""))
                .isEqualTo(calls("failed"));
        assertThat(scrape.since(before, "tollgate_calls_total", "door=\"generate\"", "model=\"gemini-3.1-pro\""))
                .isEqualTo(1);
        assertThat(scrape.sum("tollgate_calls_open")).isZero();
        assertThat(scrape.since(
                        before, "tollgate_calls_refused_total", "door=\"chat\"", "code=\"insufficient_credits\""))
                .isEqualTo(1);
        assertThat(scrape.sum("tollgate_calls_refused_total", "code=\"model_not_found\""))
                .isPositive();
        Map<String, String> columns = Map.of(
                "input",
                "prompt_tokens",
                "cached",
                "cached_tokens",
                "output",
                "completion_tokens",
                "reasoning",
                "thoughts_tokens");
        columns.forEach((kind, column) -> assertThat(scrape.sum("tollgate_tokens_total", "kind=\"" + kind + "\""))
                .as(kind)
                .isPositive()
                .isEqualTo(gateway.number("SELECT SUM(" + column + ") FROM usage_quarter")));
        assertThat(scrape.sum("gen_ai_client_token_usage_sum", "gen_ai_token_type=\"input\""))
                .isEqualTo(scrape.sum("tollgate_tokens_total", "kind=\"input\""));
        assertThat(scrape.since(before, "tollgate_channel_attempts_total", "end=\"refused\""))
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_channel_attempts_total", "end=\"answered\""))
                .isEqualTo(5);
        assertThat(scrape.since(before, "tollgate_channel_attempts_total", "end=\"cancelled\""))
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_call_first_byte_seconds_count"))
                .isEqualTo(6);
        assertThat(scrape.since(before, "tollgate_call_own_seconds_count", "phase=\"settle\""))
                .isEqualTo(7);
        assertThat(scrape.sum("tollgate_writer_batches_total", "end=\"committed\""))
                .isPositive();
        assertThat(scrape.sum("tollgate_writer_wait_seconds_count", "kind=\"commit\""))
                .isPositive();
        assertThat(scrape.sum("tollgate_http_requests_total", "route=\"/v1/chat/completions\"", "status=\"404\""))
                .isPositive();
        assertThat(scrape.since(before, "tollgate_http_requests_total", "status=\"gone\""))
                .isEqualTo(1);
        assertThat(scrape.sum("tollgate_build_info", "database=\"sqlite\"")).isEqualTo(1);
        assertThat(scrape.sum("tollgate_store_free_bytes")).isPositive();
        assertThat(scrape.sum("tollgate_store_bytes", "what=\"db\"")).isPositive();
        assertThat(scrape.sum("process_open_fds")).isPositive();
    }

    @Test
    void times_are_in_seconds_and_the_pace_in_tokens_per_second() {
        Customer customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers()
                .delay(200)
                .text("One ")
                .delay(3_000)
                .text("two", new Tokens(10, 40, 0))
                .finish("STOP"));
        Scrape before = Scrape.fresh(gateway);
        long began = System.nanoTime();
        CompletableFuture<Gateway.Reply> whole = customer.chatAside(JSON.replace("gemini-2.5-pro", "gemini-3.1-pro"));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("[DONE]");
        }
        assertThat(whole.join().status()).isEqualTo(200);
        gateway.writeWhatRides();
        Scrape scrape = Scrape.fresh(gateway);
        double passed = (System.nanoTime() - began) / 1e9;

        assertThat(scrape.meanSince(before, "gen_ai_client_operation_duration_seconds"))
                .isBetween(3.2, passed);
        assertThat(scrape.meanSince(before, "gen_ai_client_operation_time_to_first_chunk_seconds"))
                .isBetween(0.2, passed);
        assertThat(scrape.meanSince(before, "tollgate_call_first_byte_seconds", "model=\"gemini-2.5-pro\""))
                .as("its first piece had left before the second was there")
                .isGreaterThanOrEqualTo(0.2)
                .isLessThan(3.2);
        assertThat(scrape.meanSince(before, "tollgate_call_first_byte_seconds", "model=\"gemini-3.1-pro\""))
                .as("it leaves in one piece")
                .isBetween(3.2, passed);
        assertThat(scrape.since(before, "tollgate_http_request_seconds_count", "route=\"/v1/chat/completions\""))
                .as("what comes in pieces is measured by its first")
                .isZero();
        assertThat(scrape.meanSince(before, "tollgate_call_output_tokens_per_second"))
                .isBetween(40 / passed, 40 / 0.02);
        for (String name : List.of(
                "tollgate_call_own_seconds",
                "tollgate_http_request_seconds",
                "tollgate_writer_commit_seconds",
                "tollgate_writer_wait_seconds")) {
            assertThat(scrape.meanSince(before, name)).as(name).isBetween(0.0, passed);
        }
    }

    @Test
    void what_calls_cost_at_their_upstreams_is_what_the_roll_ups_say() {
        long costBefore = gateway.number(COST);
        Scrape before = Scrape.fresh(gateway);
        gateway.script(UpstreamScript.says("Done.", 40, 40));
        assertThat(gateway.customer("100").chat(JSON).status()).isEqualTo(200);
        gateway.writeWhatRides();

        Scrape scrape = Scrape.fresh(gateway);

        String[] pair = {"model=\"gemini-2.5-pro\"", "channel=\"sandbox\""};
        assertThat(scrape.since(before, "tollgate_upstream_cost_microusd_total", pair))
                .as("US$ 1.25 and 10 a million")
                .isEqualTo(40 * 125 / 100 + 40 * 10);
        assertThat(scrape.since(before, "tollgate_upstream_cost_microusd_total"))
                .as("of which 200 micro-credits are one")
                .isEqualTo((gateway.number(COST) - costBefore) / 200);
    }

    @Test
    void requests_that_are_answered_without_a_call_are_counted_by_where_the_answer_was() {
        Customer customer = gateway.customer("100");
        Scrape before = Scrape.fresh(gateway);
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(7, 3, 0))
                .delay(300)
                .finish("STOP", new Tokens(7, 3, 0)));
        try (RawCall first = customer.chatRaw(STREAM, "joined");
                RawCall second = customer.chatRaw(STREAM, "joined")) {
            first.readUntil("[DONE]");
            second.readUntil("[DONE]");
        }
        assertThat(customer.chat(STREAM, "joined").text()).contains("[DONE]");
        assertThat(customer.chat(STREAM, "joined").text()).contains("[DONE]");
        gateway.script(UpstreamScript.answers().status(400));
        for (int i = 0; i < 4; i++) {
            assertThat(customer.chat(JSON).status()).isEqualTo(503);
        }

        Scrape scrape = Scrape.fresh(gateway);

        assertThat(scrape.since(before, "tollgate_replays_total", "from=\"running\""))
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_replays_total", "from=\"file\""))
                .isEqualTo(2);
        assertThat(scrape.since(before, "tollgate_replays_total", "from=\"copy\""))
                .isZero();
        assertThat(scrape.since(before, "tollgate_replays_total", "from=\"refusal\""))
                .isEqualTo(3);
    }

    @Test
    void connections_of_a_channel_are_counted_while_they_are_open() {
        Customer customer = gateway.customer("100");
        gateway.script(
                UpstreamScript.answers().text("One ", new Tokens(1000, 10, 0)).delay(FOREVER));
        Scrape idle = Scrape.fresh(gateway);
        try (RawCall one = customer.chatRaw(STREAM);
                RawCall two = customer.chatRaw(STREAM)) {
            one.readUntil("One ");
            two.readUntil("One ");
            assertThat(Scrape.fresh(gateway).sum("tollgate_channel_connections", "channel=\"sandbox\""))
                    .isGreaterThanOrEqualTo(2);
        }
        Scrape.awaited( // who leaves takes the connection along
                gateway, it -> it.sum("tollgate_channel_connections") <= idle.sum("tollgate_channel_connections"));
    }

    // ---- series ----

    @Test
    void strange_paths_invented_models_and_new_keys_make_no_series() throws InterruptedException {
        gateway.script(UpstreamScript.says("Done.", 10, 10));
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        List<HttpRequest.Builder> strange = new ArrayList<>();
        for (int i = 0; i < Effort.of(2_000, 10_000); i++) {
            strange.add(
                    gateway.request("/" + Long.toHexString(random.nextLong()) + (i % 2 == 0 ? "/wp-login.php" : "")));
        }
        for (int i = 0; i < 500; i++) {
            strange.add(gateway.request("/v1/chat/completions")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            JSON.replace("gemini-2.5-pro", "model-" + Long.toHexString(random.nextLong())))));
        }
        for (int i = 0; i < 3; i++) { // each kind once, which makes the series that there are
            gateway.send(strange.get(i));
        }
        gateway.send(strange.getLast());
        gateway.chat(JSON);
        gateway.customer("1").chat(JSON);
        Set<String> before = Scrape.fresh(gateway).ours();

        Semaphore room = new Semaphore(AT_ONCE);
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (HttpRequest.Builder request : strange) {
            room.acquire();
            sent.add(gateway.sendAside(request).whenComplete((reply, failure) -> room.release()));
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
        for (int i = 0; i < 50; i++) {
            assertThat(gateway.customer("1").chat(JSON).status()).isEqualTo(200);
        }

        Set<String> after = Scrape.fresh(gateway).ours();
        assertThat(named(after)).as("seed %d", seed).isEqualTo(named(before));
        // New codes and outcomes may have appeared: their list is closed.
        assertThat(after).as("seed %d", seed).containsAll(before).hasSizeLessThan(before.size() + 20);
    }

    /** What of the series' labels could be a stranger's words. */
    private static Set<String> named(Set<String> series) {
        return series.stream()
                .flatMap(one -> NAMES.matcher(one).results().map(MatchResult::group))
                .collect(Collectors.toSet());
    }

    // ---- access ----

    @Test
    void metrics_require_this_machine_or_the_admin_key_and_no_proxy() {
        assertThat(ask()).isEqualTo(200);
        assertThat(ask("Authorization", "Bearer " + ADMIN_KEY)).isEqualTo(200);
        assertThat(ask("X-Forwarded-For", "203.0.113.7", "Authorization", "Bearer " + ADMIN_KEY))
                .isEqualTo(200);
        assertThat(ask("Authorization", "Bearer something")).isEqualTo(401);
        for (String header :
                List.of("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto", "Origin")) {
            assertThat(ask(header, "http://elsewhere.example")).as(header).isEqualTo(401);
        }
        assertThat(ask("Sec-Fetch-Site", "same-origin"))
                .as("a page under a borrowed name")
                .isEqualTo(401);
    }

    @Test
    void a_scrape_ends_though_the_database_does_not_answer_and_tells_of_it() {
        Scrape before = Scrape.fresh(gateway);
        assertThat(before.sum("tollgate_store_up")).isEqualTo(1);
        try (Gateway.Fault _ = gateway.nothingIsCommitted();
                LogCapture log = new LogCapture()) {
            assertThat(Scrape.awaited(gateway, it -> it.sum("tollgate_store_up") == 0)
                            .series())
                    .isNotEmpty();
            Gateway.await("a refusal", () -> gateway.chat("{}").status() == 503);
            assertThat(gateway.chat("{}").error().get("message").asString())
                    .isEqualTo("The service cannot keep its books right now. Please try again.");
            assertThat(Scrape.fresh(gateway).sum("tollgate_store_refusals_total")
                            - before.sum("tollgate_store_refusals_total"))
                    .isEqualTo(2);
            assertThat(log.text()).containsOnlyOnce("requests are refused: the database has not answered a ");
        }
        // While the books are silent calls are refused before they are any.
        Gateway.await(
                "the books to answer again",
                () -> gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/health/ready")))
                                .status()
                        == 200);
        gateway.script(UpstreamScript.says("Done.", 10, 10));
        try (Gateway.Fault _ = gateway.fault("INSERT", "open_hold", "true");
                Gateway.Fault _ = gateway.fault("INSERT", "call", "true")) {
            assertThat(gateway.chat(JSON).status()).isEqualTo(503);
            Scrape scrape =
                    Scrape.awaited(gateway, it -> it.sum("tollgate_calls_total", "outcome=\"failed_store\"") > 0);
            assertThat(scrape.sum("tollgate_writer_batches_total", "end=\"failed\"")
                            + scrape.sum("tollgate_writer_batches_total", "end=\"split\""))
                    .isPositive();
        }
    }

    @Test
    void a_scrape_ends_while_the_database_does_not_return_the_holds() {
        String url = Postgres.migrated();
        try (Gateway other = Gateway.startOn(url);
                HeldRows _ = new HeldRows(url, "LOCK TABLE open_hold IN ACCESS EXCLUSIVE MODE")) {
            assertThat(Scrape.of(other).series()).containsKey("tollgate_nodes_alive");
        }
    }

    // ---- what is said of them ----

    @Test
    void each_has_its_line_in_the_documentation() throws java.io.IOException {
        MetricsDoc.checkTable(gateway.app().metrics());
    }

    @Test
    void what_alerts_and_dashboard_ask_for_is_there() throws java.io.IOException {
        gateway.chat(JSON);
        Set<String> known = new TreeSet<>(gateway.app().metrics().keySet());
        known.addAll(Scrape.of(gateway).series().keySet().stream()
                .map(series -> series.replaceAll("\\{.*", ""))
                .collect(Collectors.toSet()));
        MetricsDoc.checkNames(known);
    }

    @Test
    void prometheus_accepts_the_text() throws Exception {
        MetricsDoc.checkText(Scrape.of(gateway).text());
    }

    @Test
    void prometheus_accepts_rules_and_expressions_and_each_alert_fires_when_due() throws Exception {
        MetricsDoc.checkRules();
    }
}
