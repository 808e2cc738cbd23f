package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.pages.frame.Money;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.ForeignText;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The events that pages show while they stand. */
@Timeout(60)
@Order(7)
class LiveTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Gateway gateway;
    private static BusyAccount other;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Surroundings.REAL.with(it -> it.languages = List.of(MarkedLanguages.ACCENTED)),
                Map.of(),
                "sign-up.credits",
                "50",
                "pages.languages",
                "en,en-XA,zh-Hans");
        other = BusyAccount.in(gateway, "<b>ci</b>");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** A stream of events, read as far as it is wanted. */
    private static final class Events implements AutoCloseable {

        private final HttpResponse<InputStream> response;
        private final BufferedReader lines;
        private final Map<String, JsonNode> shown = new HashMap<>();
        private final StringBuilder all = new StringBuilder();

        Events(BusyAccount who, String path) throws IOException, InterruptedException {
            this(who.browser, path);
        }

        Events(Browser reader, String path) throws IOException, InterruptedException {
            response = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(gateway.url() + path))
                            .header("cookie", reader.cookies())
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        int status() {
            return response.statusCode();
        }

        /** Until a figure is as wanted. */
        void await(String figure, String text) throws IOException {
            awaitMatch(figure, Pattern.quote(text));
        }

        void awaitMatch(String figure, String wanted) throws IOException {
            while (!shown.containsKey(figure) || !shown.get(figure).asString("").matches(wanted)) {
                String line = lines.readLine();
                assertThat(line)
                        .as("%s should become %s; was told %s", figure, wanted, all)
                        .isNotNull();
                all.append(line).append('\n');
                if (line.startsWith("data: ")) {
                    JSON.readTree(line.substring(6))
                            .properties()
                            .forEach(each -> shown.put(each.getKey(), each.getValue()));
                }
            }
        }

        void awaitEnd() throws IOException {
            while (lines.readLine() != null) {
                // earlier events do not matter
            }
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }

    private static String balance(BusyAccount who) {
        return Money.DOLLARS.sum(who.customer.balance().movePointRight(6).longValueExact());
    }

    @Test
    void a_page_gets_an_ended_call_and_only_changed_figures() throws Exception {
        BusyAccount who = BusyAccount.in(gateway, "ci");
        try (Events events = new Events(who, "/dashboard/live?since=1")) {
            assertThat(events.response.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/event-stream");
            events.await("balance", "$0.25");
            events.await("calls", "0");
            events.await("new-calls", "");
            int told = events.all.length();
            who.ask(who.customer, "gemini-2.5-pro", 900, 900, 0);
            String exact = who.customer.balance().setScale(6).toPlainString();
            events.await("balance", balance(who));
            events.await("title:balance", exact + " credits");
            events.await("calls", "1");
            events.await("new-calls", "1 new call – show");
            assertThat(events.all.substring(told)).contains("\"calls\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dashboard/requests/", "/dashboard/find?q="})
    void a_call_is_there_before_its_hold_is_written(String path) throws Exception {
        gateway.script("""
                - respond:
                    - event: {candidates: [{content: {parts: [{text: "One."}], role: model}, index: 0}]}
                    - delay_ms: 60000
                """);
        other.browser.get(path + "none"); // what is slow the first time
        try {
            for (int calls = 0; calls < 5; calls++) { // a commit of something else may come first
                assertIsThereWhileItBegins(path);
            }
        } finally {
            gateway.script("[]");
        }
    }

    private static void assertIsThereWhileItBegins(String path) {
        try (var call = other.customer.chatRaw(
                "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")) {
            String id = found("\"id\":\"([^\"]+)\"", call.readUntil("One."));
            Browser.Page page = other.browser.get(path + id);
            if (path.endsWith("=")) {
                assertThat(page.location()).isEqualTo("/dashboard/requests/" + id);
            } else {
                assertThat(page.status()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_running_call_is_shown_with_its_current_usage() throws Exception {
        BusyAccount who = other;
        gateway.script("""
                - respond:
                    - event: {candidates: [{content: {parts: [{text: "One two three four five six seven."}], role: model}, index: 0}]}
                    - delay_ms: 60000
                """);
        try (var call = who.other.chatRaw(
                        "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
                Events events = new Events(who, "/dashboard/live")) {
            events.await("running", "1");
            JsonNode row = events.shown.get("list:running").get(0);
            assertThat(row.get("key").asString()).isEqualTo("<b>ci</b>");
            assertThat(row.get("href").asString()).startsWith("/dashboard/requests/chatcmpl-");
            assertThat(who.browser.get(row.get("href").asString()).body())
                    .contains("data-live=\"/dashboard/live?call="
                            + row.get("href").asString().substring(20) + "\"")
                    .contains("The call has been running for ", "The price is known after the call has ended.")
                    .doesNotContain("No chargeable usage");
            try (Events its = new Events(
                    who, "/dashboard/live?call=" + row.get("href").asString().substring(20))) {
                its.awaitMatch("call-story", "The call has been running for [0-9]+ s and holds [0-9.]+ credits\\.");
                its.awaitMatch("call-held", "[0-9]+\\.[0-9]+");
            }
        }
        gateway.script("[]");
    }

    @Test
    void a_stream_never_shows_another_account() throws Exception {
        BusyAccount one = other;
        BusyAccount two = BusyAccount.in(gateway, "ci");
        one.ask(one.customer, "gemini-2.5-pro", 900, 900, 0);
        String call = one.lastCall();
        try (Events its = new Events(one, "/dashboard/live");
                Events others = new Events(
                        two, "/dashboard/live?call=" + call + "&since=1&account=" + one.customer.account())) {
            its.awaitMatch("calls", "[1-9][0-9]*");
            others.await("balance", "$0.25");
            others.await("calls", "0");
            others.await("new-calls", "");
            two.ask(two.customer, "gemini-2.5-pro", 100, 100, 0);
            others.await("calls", "1");
            assertThat(others.all.toString()).doesNotContain("call-took", one.customer.account());
            assertThat(others.shown.get("balance").asString()).isEqualTo(balance(two));
        }
    }

    @Test
    void only_the_page_of_a_payment_gets_its_changes() throws Exception {
        BusyAccount payer = BusyAccount.in(gateway, "ci");
        BusyAccount stranger = other;
        String path = "/dashboard/billing/top-up";
        String page = payer.browser
                .submit(path, path, Map.of("id", "c".repeat(32), "dollars", "10"))
                .location();
        String id = page.substring(page.lastIndexOf('/') + 1);
        String live = "/dashboard/live?payment=" + id;
        assertThat(payer.browser.get(page).body()).contains("data-live=\"" + live + "\"");
        try (Events its = new Events(payer, live);
                Events strangers = new Events(stranger, live)) {
            its.await("payment", "Waiting for the payment to be confirmed. You may close this page.");
            its.await("payment-over", "");
            strangers.awaitMatch("calls", "[0-9]+");
            int calls = strangers.shown.get("calls").asInt();
            payer.browser.submit("/pay/test/" + id, "/pay/test/" + id, Map.of("end", "paid"));
            its.awaitMatch("payment-arrived", "2,000\\.00 credits arrived at .*[0-9]{2}:[0-9]{2}:[0-9]{2}\\.");
            its.await("payment", "");
            stranger.ask(stranger.customer, "gemini-2.5-pro", 100, 100, 0);
            strangers.await("calls", Integer.toString(calls + 1));
            assertThat(strangers.all.toString()).contains("balance").doesNotContain("payment");
        }
    }

    /** Somebody who has chosen a language and has three pages open. */
    private record Reader(Events overview, Events requests, Events payment) implements AutoCloseable {

        static Reader of(Browser browser, String language, String payment) throws Exception {
            assertThat(browser.post("/language", "", Map.of("lang", language)).status())
                    .isEqualTo(303);
            return new Reader(
                    live(browser, "/dashboard"), live(browser, "/dashboard/requests"), live(browser, payment));
        }

        private static Events live(Browser browser, String page) throws Exception {
            return new Events(
                    browser, found("data-live=\"([^\"]+)\"", browser.get(page).body()));
        }

        /** Returns the events so far, without what is the same in each language. */
        String told() {
            return (overview.all.toString() + requests.all + payment.all)
                    .replaceAll("\"(?:href|model|key)\":\"[^\"]*\"|\"[\\w:-]+\":|event: \\w+|data: |retry: ", "");
        }

        @Override
        public void close() throws IOException {
            overview.close();
            requests.close();
            payment.close();
        }
    }

    private static Browser colleague(BusyAccount who) {
        String page = "/dashboard/members";
        String link = found(
                "/invite/[A-Za-z0-9_-]{43}",
                who.browser
                        .submit(
                                page,
                                page,
                                Map.of("deed", "invitation.create", "email", "mei@example.org", "role", "admin"))
                        .body());
        Browser browser = new Browser(gateway.url());
        browser.submit(link, link, Map.of("password", BusyAccount.PASSWORD, "zone", "UTC"));
        return browser;
    }

    @Test
    void two_people_of_an_account_each_read_events_in_their_language() throws Exception {
        BusyAccount who = BusyAccount.in(gateway, "ci");
        String topUp = "/dashboard/billing/top-up";
        String payment = who.browser
                .submit(topUp, topUp, Map.of("id", "d".repeat(32), "dollars", "10"))
                .location();
        String pay = payment.replace(topUp, "/pay/test");
        gateway.script(UpstreamScript.answers().text("One.").delay(60_000));
        try (Reader marked = Reader.of(who.browser, MarkedLanguages.ACCENTED.tag(), payment);
                Reader chinese = Reader.of(colleague(who), "zh-Hans", payment)) {
            chinese.payment.await("payment", "正在等待支付确认，您可以关闭此页面。");
            marked.payment.awaitMatch("payment", "⟦.*⟧");
            chinese.overview.await("calls-about", "无失败");
            marked.overview.awaitMatch("calls-about", "⟦.*⟧");
            try (RawCall call = who.customer.chatRaw(
                    "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")) {
                call.readUntil("One.");
                chinese.overview.await("running", "1");
                marked.overview.await("running", "1");
            }
            who.browser.submit(pay, pay, Map.of("end", "paid"));
            chinese.requests.await("new-calls", "1 次新调用（查看）");
            marked.requests.awaitMatch("new-calls", "⟦1 .*⟧");
            chinese.payment.awaitMatch("payment-arrived", "2,000\\.00 点已于 .*[0-9]{2}:[0-9]{2}:[0-9]{2} 到账。");
            marked.payment.awaitMatch("payment-arrived", "⟦2,000\\.00 .*⟧");
            assertThat(ForeignText.in(marked.told(), Pattern.compile("x^"))).isEmpty();
            assertThat(chinese.told()).contains(" 秒\"").doesNotContainPattern("[A-Za-z⟦]");
        } finally {
            gateway.script("[]");
        }
    }

    @Test
    void a_session_has_three_streams_and_they_end_with_it() throws Exception {
        BusyAccount who = BusyAccount.in(gateway, "ci");
        List<Events> three = List.of(
                new Events(who, "/dashboard/live"),
                new Events(who, "/dashboard/live"),
                new Events(who, "/dashboard/live"));
        for (Events each : three) {
            each.await("balance", "$0.25");
        }
        try (Events fourth = new Events(who, "/dashboard/live")) {
            assertThat(fourth.status()).isEqualTo(429);
        }
        three.getFirst().close();
        gateway.execute("DELETE FROM session WHERE person_id IN (SELECT id FROM person WHERE account_id = '"
                + who.customer.account() + "')");
        three.get(1).awaitEnd();
        three.get(2).awaitEnd();
        try (Events stranger = new Events(who, "/dashboard/live")) {
            assertThat(stranger.status()).as("a browser does not try again").isEqualTo(204);
        }
    }

    @Test
    void only_the_calling_playground_gets_the_usage_of_its_call() throws Exception {
        BusyAccount who = other;
        String body =
                "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]}";
        String token =
                found("data-csrf=\"([^\"]+)\"", who.browser.get("/playground").body());
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/playground/chat"))
                        .header("cookie", who.browser.cookies())
                        .header("origin", gateway.url())
                        .header("x-csrf-token", token)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .containsPattern("event: cost\ndata: \\{\"tokens\":[0-9]+,\"micros\":[0-9]+,\"held\":[1-9][0-9]*}\n\n")
                .endsWith("data: [DONE]\n\n");
        assertThat(who.customer.chat(body).text()).contains("[DONE]").doesNotContain("event: cost");
    }
}
