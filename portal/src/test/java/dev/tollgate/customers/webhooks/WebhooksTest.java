package dev.tollgate.customers.webhooks;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.PlainPost;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks from the page to a receiving server. */
@Timeout(120)
@ParameterizedClass
@MethodSource(Stores.USUAL)
class WebhooksTest {

    private static final String PAGE = "/dashboard/webhooks";
    private static final int ROUNDS = Effort.of(3, 30);
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    /** A delivery as the server has received it. */
    private record Received(Map<String, String> headers, String body) {}

    private static final BlockingQueue<Received> RECEIVED = new LinkedBlockingQueue<>();
    private static HttpServer server;
    private static ServerSocket silent;
    private static final BlockingQueue<Socket> HANGING = new LinkedBlockingQueue<>();
    private static PortalServer gateway;
    private static volatile int status = 204;
    private static volatile int policyChars = 1;
    private static Browser browser;

    @Parameter
    Stores stores;

    private static Stores kind;

    @BeforeEach
    void start() throws IOException {
        if (kind == stores) {
            return;
        }
        stop();
        kind = stores;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            RECEIVED.add(new Received(
                    Map.of(
                            "id", exchange.getRequestHeaders().getFirst("webhook-id"),
                            "timestamp", exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                            "signature", exchange.getRequestHeaders().getFirst("webhook-signature")),
                    body));
            exchange.getResponseHeaders().add("Location", "http://169.254.169.254/");
            exchange.getResponseHeaders().add("Content-Security-Policy", "x".repeat(policyChars));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(WebhooksTest::hang);
        Map<String, String> environment = Map.of(
                "TOLLGATE_MEDIA_ALLOW",
                "127.0.0.1:" + server.getAddress().getPort() + ",127.0.0.1:" + silent.getLocalPort());
        gateway = PortalServer.startOn(stores, environment);
        gateway.leaveSweepsToTest();
        gateway.setNow(NOON);
        browser = new Browser(gateway.url()).signUp("hook@example.org", "somebody with a webhook");
    }

    @AfterAll
    static void stop() throws IOException {
        if (kind != null) {
            silent.close();
            gateway.close();
            server.stop(0);
            kind = null;
        }
    }

    /** Accepts connections and never answers. */
    private static void hang() {
        try {
            while (true) {
                HANGING.add(silent.accept());
            }
        } catch (IOException closed) {
            return;
        }
    }

    private static String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    private static void begin() {
        RECEIVED.clear();
        status = 204;
        policyChars = 1;
        gateway.setNow(NOON);
        gateway.execute("DELETE FROM webhook_delivery");
        gateway.execute("DELETE FROM webhook");
        gateway.execute("DELETE FROM allowance");
    }

    /** Returns the fields of the form that adds a webhook. */
    private static Map<String, String> creation(String url, String form, List<WebhookEvent> events) {
        Map<String, String> fields = new HashMap<>(Map.of("deed", "create", "url", url, "form", form));
        events.forEach(event -> fields.put("events." + event.text(), "on"));
        return fields;
    }

    /** Adds a webhook. @return the secret */
    private static String add(String form) {
        String page = browser.submit(PAGE, PAGE, creation(url(), form, WebhookEvent.CHOSEN))
                .body();
        return found("whsec_[A-Za-z0-9+/=]+", page);
    }

    private static void test() {
        assertThat(browser.submit(PAGE, PAGE, Map.of("deed", "test")).status()).isEqualTo(303);
    }

    private static void sweep() {
        gateway.people().mail().deliveries().sweep();
    }

    private static String signature(String secret, Received received) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring(6)), "HmacSHA256"));
        String signed =
                received.headers().get("id") + "." + received.headers().get("timestamp") + "." + received.body();
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_delivery_is_signed_and_sent_once() throws Exception {
        begin();
        String secret = add("standard");
        test();
        sweep();
        sweep();
        assertThat(RECEIVED).hasSize(1);
        Received received = RECEIVED.remove();
        assertThat(received.headers()).containsEntry("timestamp", String.valueOf(NOON.getEpochSecond()));
        assertThat(received.headers()).containsEntry("signature", signature(secret, received));
        assertThat(received.body())
                .startsWith("{\"id\":\"" + received.headers().get("id") + "\",\"object\":\"event\",\"created_at\":"
                        + NOON.getEpochSecond()
                        + ",\"type\":\"webhook.test\",\"timestamp\":\"2026-11-20T12:00:00Z\",\"data\":{");
        assertThat(browser.get(PAGE).body()).contains("sent, status 204").doesNotContain(secret);
    }

    @Test
    void a_webhook_receives_the_events_that_it_chose() {
        begin();
        browser.submit(PAGE, PAGE, creation(url() + "/joined", "standard", List.of(WebhookEvent.MEMBER_JOINED)));
        join("first@example.org");
        sweep();
        assertThat(RECEIVED).hasSize(1).first().asString().contains("\"type\":\"member.joined\"");
        Map<String, String> other = Map.of("deed", "events", "webhook", webhook(), "events.key.unused", "on");
        assertThat(browser.submit(PAGE, PAGE, other).status()).isEqualTo(303);
        join("second@example.org");
        test();
        sweep();
        assertThat(RECEIVED).hasSize(2).last().asString().contains("\"type\":\"webhook.test\"");
        assertThat(browser.get(PAGE).body()).contains("1 of 23");
    }

    @Test
    void a_webhook_without_an_event_is_refused_with_its_address_kept() {
        begin();
        assertThat(browser.submit(PAGE, PAGE, creation(url(), "slack", List.of()))
                        .body())
                .contains("Choose at least one event.", "value=\"" + url() + "\"", "value=\"slack\" selected");
        add("standard");
        assertThat(browser.submit(PAGE, PAGE, Map.of("deed", "events", "webhook", webhook()))
                        .body())
                .contains("Choose at least one event.");
        assertThat(gateway.text("SELECT events FROM webhook")).isEqualTo("organization batches background");
    }

    @Test
    void the_page_shows_a_delivery_and_each_event_as_it_is_sent() {
        begin();
        add("slack");
        test();
        sweep();
        String page = browser.get(PAGE).body().replace("&#34;", "\"").replace("&amp;", "&");
        assertThat(page).contains(RECEIVED.remove().body());
        for (WebhookEvent event : WebhookEvent.values()) {
            for (Webhooks.Form form : Webhooks.Form.values()) {
                assertThat(page).contains(WebhookBody.of(form, "msg_8Qk2", event.text(), NOON, event.example(NOON)));
            }
        }
    }

    // ---- events of jobs ----

    private static void tell(String name, String jobId, String id) {
        String account = gateway.text("SELECT account_id FROM webhook");
        Webhooks.WebhookChange told = new Webhooks.WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                DeliveryQueue.add(statements, new JobEvents.Event(account, name, jobId, id, gateway.now()));
                return true;
            }
        };
        gateway.books().writer().commitAndWait(Unit.of(told));
    }

    private static void tell(String name, String id) {
        tell(name, id, id);
    }

    private static long queued(String event) {
        return gateway.number("SELECT COUNT(*) FROM webhook_delivery WHERE event = '" + event + "'");
    }

    private static void choose(String events) {
        gateway.execute("UPDATE webhook SET events = " + events);
    }

    @Test
    void a_webhook_receives_the_groups_that_it_chose() {
        begin();
        browser.submit(PAGE, PAGE, creation(url(), "standard", WebhookEvent.Group.ORGANIZATION.events()));
        assertThat(gateway.number("SELECT COUNT(*) FROM webhook WHERE events IS NULL"))
                .isOne();
        tell("batch.completed", "batch_1");
        join("third@example.org");
        assertThat(queued("batch.completed")).isZero();
        assertThat(queued("member.joined")).isOne();
        choose("'organization batches response.failed interaction.requires_action'");
        for (WebhookEvent.Group group : List.of(WebhookEvent.Group.BATCHES, WebhookEvent.Group.BACKGROUND)) {
            group.events().forEach(event -> tell(event.text(), event.name()));
        }
        join("fourth@example.org");
        assertThat(queued("member.joined")).isEqualTo(2);
        for (WebhookEvent event : WebhookEvent.Group.BATCHES.events()) {
            assertThat(queued(event.text())).as(event.text()).isOne();
        }
        assertThat(queued("response.failed")).isOne();
        assertThat(queued("interaction.requires_action")).isOne();
        assertThat(queued("response.completed") + queued("interaction.completed"))
                .isZero();
        assertThat(browser.get(PAGE).body()).contains("16 of 23");
    }

    @Test
    void an_event_of_a_job_names_it_alone_and_comes_once() throws Exception {
        begin();
        String secret = add("standard");
        tell("batch.paused", "batch_1", "batch_1_credits_7");
        tell("batch.paused", "batch_1", "batch_1_credits_7");
        sweep();
        assertThat(RECEIVED).hasSize(1);
        Received received = RECEIVED.remove();
        assertThat(received.headers()).containsEntry("signature", signature(secret, received));
        assertThat(received.body())
                .startsWith("{\"id\":\"" + received.headers().get("id") + "\",\"object\":\"event\",")
                .endsWith(
                        "\"type\":\"batch.paused\",\"timestamp\":\"2026-11-20T12:00:00Z\",\"data\":{\"id\":\"batch_1\"}}");
    }

    @Test
    void past_500_waiting_events_those_of_jobs_are_left_out() {
        begin();
        add("standard");
        deliver(499);
        tell("response.completed", "resp_1");
        tell("response.completed", "resp_2");
        tell("batch.completed", "batch_1");
        join("fifth@example.org");
        assertThat(queued("response.completed")).isOne();
        assertThat(queued("batch.completed")).isZero();
        assertThat(queued("member.joined")).isOne();
    }

    private static void deliver(int waiting) {
        gateway.execute(
                "INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)"
                        + " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + waiting + ")"
                        + " SELECT 'msg_' || i, account_id, id, 'webhook.test', '{}', 1, "
                        + NOON.plus(Duration.ofDays(9)).toEpochMilli() + ", 0, 'waiting' FROM webhook, n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"response", "interaction"})
    void arrived_events_of_answers_go_after_a_day(String kind) {
        begin();
        add("standard");
        deliver(1_200);
        gateway.execute("UPDATE webhook_delivery SET state = 'sent', event = '" + kind + ".completed', created_at = "
                + NOON.toEpochMilli());
        tell("batch.completed", "batch_1");
        gateway.execute("UPDATE webhook_delivery SET state = 'sent'");
        tell(kind + ".failed", "x");
        gateway.setNow(NOON.plus(Duration.ofDays(1)).minusMillis(1));
        forget();
        assertThat(queued(kind + ".completed")).isEqualTo(1_200);
        gateway.setNow(NOON.plus(Duration.ofDays(1)).plusMillis(1));
        forget();
        assertThat(queued(kind + ".completed")).isZero();
        assertThat(queued("batch.completed")).isOne();
        assertThat(queued(kind + ".failed")).as("still waits").isOne();
    }

    @Test
    void of_many_arrived_events_of_responses_the_newest_stay() {
        begin();
        add("standard");
        deliver(DueDeliveries.NEWER_MAX + 700);
        gateway.execute("UPDATE webhook_delivery SET state = 'sent', event = 'response.completed', created_at = "
                + NOON.toEpochMilli() + " + CAST(SUBSTR(id, 5) AS INTEGER)");
        forget();
        assertThat(queued("response.completed")).isEqualTo(DueDeliveries.NEWER_MAX + 1);
        assertThat(gateway.number("SELECT MIN(created_at) FROM webhook_delivery") - NOON.toEpochMilli())
                .isEqualTo(700);
    }

    private static void forget() {
        gateway.people().mail().webhooks().due().forgetOld();
    }

    private static void join(String email) {
        String members = "/dashboard/members";
        Map<String, String> invitation = Map.of("deed", "invitation.create", "email", email, "role", "member");
        String link = found(
                "/invite/[A-Za-z0-9_-]{43}",
                browser.submit(members, members, invitation).body());
        new Browser(gateway.url()).submit(link, link, Map.of("password", "somebody who joins", "zone", "UTC"));
    }

    @Test
    void after_a_new_secret_both_sign_for_a_day() throws Exception {
        begin();
        String old = add("standard");
        String made = found(
                "whsec_[A-Za-z0-9+/=]+",
                browser.submit(PAGE, PAGE, Map.of("deed", "rotate", "webhook", webhook()))
                        .body());
        test();
        sweep();
        Received both = RECEIVED.remove();
        assertThat(both.headers()).containsEntry("signature", signature(made, both) + " " + signature(old, both));
        gateway.setNow(NOON.plus(Duration.ofDays(1)));
        test();
        sweep();
        Received one = RECEIVED.remove();
        assertThat(one.headers()).containsEntry("signature", signature(made, one));
    }

    private static String webhook() {
        return found(
                "name=\"webhook\" value=\"(wh_[0-9a-f]+)\"", browser.get(PAGE).body());
    }

    @Test
    void a_failed_delivery_is_sent_again_and_follows_no_redirect() {
        begin();
        add("slack");
        status = 302;
        long failed = attempts(false);
        long delivered = attempts(true);
        test();
        sweep();
        sweep();
        assertThat(RECEIVED).hasSize(1);
        assertThat(browser.get(PAGE).body())
                .contains("waiting, status 302", "failing", "next attempt 20 Nov 12:00:10")
                .doesNotContain("a deleted address");
        status = 200;
        gateway.setNow(NOON.plusSeconds(10));
        sweep();
        assertThat(RECEIVED).hasSize(2);
        Received first = RECEIVED.remove();
        assertThat(RECEIVED.remove().headers())
                .containsEntry("id", first.headers().get("id"));
        assertThat(first.body()).startsWith("{\"text\":\"webhook.test: by: per_");
        assertThat(browser.get(PAGE).body()).contains("sent, status 200").doesNotContain("failing");
        assertThat(attempts(false) - failed).isEqualTo(1);
        assertThat(attempts(true) - delivered).isEqualTo(1);
    }

    private static long attempts(boolean areDelivered) {
        return gateway.people().mail().deliveries().attempts(areDelivered);
    }

    @Test
    void a_410_disables_the_webhook() {
        begin();
        add("standard");
        status = 410;
        test();
        sweep();
        assertThat(browser.get(PAGE).body()).contains("failed, status 410", "disabled");
        test();
        sweep();
        assertThat(RECEIVED).hasSize(1);
        browser.submit(PAGE, PAGE, Map.of("deed", "enable", "webhook", webhook()));
        status = 204;
        test();
        sweep();
        assertThat(RECEIVED).hasSize(2);
    }

    @Test
    void public_addresses_and_names_are_accepted() {
        begin();
        for (String url :
                new String[] {"https://hooks.example.org/", "https://8.8.8.8/", "https://[2606:4700::1111]:443/x"}) {
            assertThat(browser.submit(PAGE, PAGE, creation(url, "standard", WebhookEvent.CHOSEN))
                            .body())
                    .as(url)
                    .contains("whsec_");
        }
    }

    @Test
    void a_response_with_a_long_head_counts() {
        begin();
        add("standard");
        policyChars = 15_000;
        test();
        sweep();
        assertThat(browser.get(PAGE).body()).contains("sent, status 204").doesNotContain("failing");
    }

    @Test
    void names_go_to_slack_as_they_are_written() {
        begin();
        add("slack");
        deliver(
                "{\"name\":\"A & B <!channel> 10:30, {x} \\\"y\\\" \\\\\",\"at\":12345678.25,\"after\":{\"role\":\"billing\"}}");
        sweep();
        assertThat(RECEIVED.remove().body())
                .isEqualTo(
                        "{\"text\":\"webhook.test: name: A &amp; B &lt;!channel&gt; 10:30, {x} \\\"y\\\" \\\\, at: 12345678.25,"
                                + " after: role: billing\"}");
    }

    private static void deliver(String data) {
        gateway.execute(
                "INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)"
                        + " SELECT 'msg_1', account_id, id, 'webhook.test', '" + data + "', " + NOON.toEpochMilli()
                        + ", 1, 0, 'waiting' FROM webhook");
    }

    // ---- five days of failures ----

    private static Instant pass(Instant now, Duration duration) {
        gateway.setNow(now.plus(duration));
        sweep();
        return now.plus(duration);
    }

    @Test
    void one_failure_after_quiet_days_disables_nothing() {
        begin();
        add("standard");
        status = 500;
        test();
        Instant now = pass(NOON, Duration.ZERO);
        for (int seconds : new int[] {10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400}) {
            now = pass(now, Duration.ofSeconds(seconds));
        }
        assertThat(RECEIVED).hasSize(9);
        assertThat(browser.get(PAGE).body()).contains("failed, status 500");
        now = pass(now, Duration.ofDays(4));
        test();
        now = pass(now, Duration.ZERO);
        assertThat(RECEIVED).hasSize(10);
        assertThat(browser.get(PAGE).body()).contains("failing").doesNotContain("disabled");
        status = 204;
        pass(now, Duration.ofSeconds(10));
        assertThat(RECEIVED).hasSize(11);
        assertThat(browser.get(PAGE).body()).doesNotContain("failing");
    }

    @Test
    void five_days_of_failures_in_a_row_disable_the_webhook() {
        begin();
        add("standard");
        status = 500;
        Instant now = NOON;
        for (int day = 0; day <= 5; day++) {
            test();
            now = pass(now, Duration.ofDays(day == 0 ? 0 : 1));
            assertThat(browser.get(PAGE).body()).contains("failing").doesNotContain("disabled");
        }
        pass(now, Duration.ofHours(2));
        assertThat(browser.get(PAGE).body()).contains("disabled");
    }

    @Test
    void a_new_role_is_an_event_in_its_commit() {
        begin();
        add("standard");
        String account = gateway.text("SELECT account_id FROM webhook");
        gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) SELECT 'mem_viewer', '"
                + account + "', id, 'viewer', 1 FROM person WHERE id = 'per_first_operator'");
        browser.submit(
                "/dashboard/members/mem_viewer",
                "/dashboard/members/mem_viewer",
                Map.of("deed", "member.set", "role", "billing"));
        sweep();
        assertThat(RECEIVED.remove().body())
                .contains("\"type\":\"member.role\"", "\"subject\":\"mem_viewer\"", "\"after\":{\"role\":\"billing\"}");
    }

    @Test
    void the_url_is_not_readable_in_the_database() {
        begin();
        add("slack");
        assertThat(gateway.text("SELECT url || secret FROM webhook")).doesNotContain("127.0.0.1", "hook");
        assertThat(browser.get(PAGE).body()).contains(url());
    }

    @Test
    void changes_and_tests_have_a_limit_a_day() {
        begin();
        add("standard");
        for (int sent = 1; sent < 100; sent++) {
            test();
        }
        Browser.Page page = browser.submit(PAGE, PAGE, Map.of("deed", "test"));
        assertThat(page.status()).isEqualTo(429);
        assertThat(page.body()).contains("too often. Try again in 86401 seconds.");
        gateway.setNow(NOON.plus(Duration.ofDays(1)));
        test();
    }

    @Test
    void failing_deliveries_of_one_account_do_not_delay_another() throws Exception {
        begin();
        add("standard");
        String account = gateway.text("SELECT account_id FROM webhook");
        status = 500;
        Browser other = new Browser(gateway.url()).signUp("other@example.org", "another with a webhook");
        other.submit(PAGE, PAGE, creation(url(), "standard", WebhookEvent.CHOSEN));
        other.submit(PAGE, PAGE, Map.of("deed", "test"));
        gateway.execute(
                "INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)"
                        + " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                        + " SELECT 'msg_' || i, '" + account + "', id, 'webhook.test', '{}', " + NOON.toEpochMilli()
                        + ", i, 0, 'waiting' FROM webhook, n WHERE account_id = '" + account + "'");
        sweep();
        List<String> ids =
                RECEIVED.stream().map(received -> received.headers().get("id")).toList();
        assertThat(ids).hasSize(101);
        assertThat(ids.subList(0, 12)).anyMatch(id -> id.contains("_test_"));
    }

    private static List<Socket> hanging(int connections) throws InterruptedException {
        List<Socket> open = new ArrayList<>();
        while (open.size() < connections) {
            open.add(Objects.requireNonNull(HANGING.poll(30, TimeUnit.SECONDS), "a connection"));
        }
        return open;
    }

    /** Returns the time from an event to its arrival, in milliseconds. */
    private static long arrival() throws Exception {
        long start = System.nanoTime();
        test();
        sweep();
        Objects.requireNonNull(RECEIVED.poll(60, TimeUnit.SECONDS), "a delivery that arrives");
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Eighty organizations that no one has heard of, then the same when their webhooks have failed. */
    @Test
    void hanging_webhooks_of_eighty_organizations_delay_no_other() throws Exception {
        begin();
        HANGING.clear();
        add("standard");
        Webhooks webhooks = gateway.people().mail().webhooks();
        for (int i = 0; i < 80; i++) {
            Acting by = new Acting(gateway.customer("0").account(), "per_1", null, null);
            webhooks.create(
                    by, "http://127.0.0.1:" + silent.getLocalPort() + "/", Webhooks.Form.STANDARD, WebhookEvent.CHOSEN);
            webhooks.test(by);
            webhooks.test(by);
        }
        gateway.execute("UPDATE webhook_delivery SET due_at = due_at + 1000");
        List<Long> alone = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            alone.add(arrival());
        }
        gateway.setNow(NOON.plusSeconds(1));
        Thread sending = Thread.ofVirtual().start(WebhooksTest::sweep);
        List<Long> next = new ArrayList<>();
        for (int connections : new int[] {80, 24}) {
            List<Socket> open = hanging(connections);
            for (int round = 0; round < ROUNDS; round++) {
                next.add(arrival());
            }
            for (Socket each : open) {
                each.close();
            }
        }
        while (!sending.join(Duration.ofMillis(10))) {
            for (Socket more = HANGING.poll(); more != null; more = HANGING.poll()) {
                more.close();
            }
        }
        gateway.execute("DELETE FROM webhook_delivery");
        assertThat(next.stream().mapToLong(Long::longValue).max().orElseThrow())
                .isLessThan(PlainPost.PATIENCE.toMillis());
        System.out.println("from an event to its arrival, p99: " + p99(alone) + " ms alone, " + p99(next)
                + " ms next to 80 organizations whose webhooks hang");
    }

    private static long p99(List<Long> millis) {
        return millis.stream().sorted().toList().get((millis.size() * 99 - 1) / 100);
    }
}
