package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.TestClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A task says how much of its prompt the provider read from its cache, and why not more (E86). */
@Timeout(240)
class CacheReasonsTest {

    private static final String LARGE = "A line of a file that was read. ".repeat(600);

    private final TestClock clock = new TestClock("2026-11-26T12:00:00Z");
    private final FarServer a = new FarServer(request -> answer());
    private final FarServer b = new FarServer(request -> answer());
    private final AtomicInteger prompt = new AtomicInteger();
    private final AtomicInteger cached = new AtomicInteger();
    private CallChannels channels;

    @BeforeEach
    void start() {
        channels = CallChannels.of("""
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s}
                  - {id: b, kind: gemini, base_url: "%s", key: %s}
                """.formatted(a.url(), KEY_A, b.url(), KEY_B), clock);
    }

    @AfterEach
    void close() {
        channels.close();
        a.close();
        b.close();
    }

    private FarServer.Answer answer() {
        return FarServer.events(
                FarServer.geminiText("Yes."),
                FarServer.geminiEnd(prompt.get(), 2)
                        .replace(
                                "\"promptTokenCount\"",
                                "\"cachedContentTokenCount\":" + cached.get() + ",\"promptTokenCount\""));
    }

    private static String chat(String... texts) {
        List<String> messages = new ArrayList<>();
        for (String text : texts) {
            String role = messages.size() % 2 == 0 ? "user" : "assistant";
            messages.add("{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}");
        }
        return "{\"model\":\"gemini-3.8-flash\",\"stream\":false,\"messages\":[" + String.join(",", messages) + "]}";
    }

    private JsonNode task(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return channels.customer().lastTask();
    }

    /** Calls and returns what the task says of the cache. */
    private JsonNode cache(String session, int tokens, int cachedTokens, String body) {
        prompt.set(tokens);
        cached.set(cachedTokens);
        clock.goOn(Duration.ofSeconds(7));
        return task(channels.gateway().send(channels.customer().request(body).header("x-tollgate-session", session)))
                .path("cache");
    }

    private static String reason(JsonNode cache) {
        return cache.path("reason").asString("none");
    }

    @Test
    void each_reason_is_in_the_task() {
        assertThat(reason(cache("s", 3_000, 0, chat(LARGE)))).isEqualTo("below_minimum");
        JsonNode first = cache("s", 5_000, 0, chat(LARGE));
        assertThat(first.toString())
                .isEqualTo("{\"session\":\"x-tollgate-session\",\"expected_tokens\":3000,\"cached_tokens\":0,"
                        + "\"reason\":\"first_call\",\"idle_seconds\":7,\"saved\":0,\"missed\":0.405}");
        JsonNode served = cache("s", 6_000, 4_000, chat(LARGE, "Yes.", "And?"));
        assertThat(served.toString())
                .isEqualTo("{\"session\":\"x-tollgate-session\",\"expected_tokens\":5000,\"cached_tokens\":4000,"
                        + "\"idle_seconds\":7,\"saved\":0.54,\"missed\":0.135}");
        String four = chat(LARGE, "Yes.", "And?", "Yes.", "Why?");
        assertThat(reason(cache("s", 7_000, 0, four))).isEqualTo("provider");
        assertThat(reason(cache("t", 7_000, 0, four))).isEqualTo("no_record");
        JsonNode changed = cache("s", 7_000, 0, chat("Hi", "Yes.", LARGE));
        assertThat(reason(changed)).isEqualTo("prefix_changed");
        assertThat(changed.path("at").asString()).isEqualTo("messages.0");
        clock.goOn(Duration.ofHours(1));
        assertThat(reason(cache("s", 7_000, 0, four))).isEqualTo("expired");
        (a.asked() > b.asked() ? a : b).script(FarServer.whole(503, "{}"));
        assertThat(reason(cache("s", 7_000, 0, four))).isEqualTo("other_channel");
    }

    /** An instruction alone is sent as what the user says (D8); once there is an answer, it is an instruction. */
    @Test
    void a_miss_by_the_translation_has_a_reason_of_its_own() {
        String system =
                "{\"model\":\"gemini-3.8-flash\",\"stream\":false,\"messages\":[{\"role\":\"system\",\"content\":\""
                        + LARGE + "\"}";
        cache("s", 5_000, 0, system + "]}");
        String goesOn = ",{\"role\":\"assistant\",\"content\":\"Yes.\"},{\"role\":\"user\",\"content\":\"And?\"}";
        JsonNode moved = cache("s", 5_000, 0, system + goesOn + "]}");
        assertThat(reason(moved)).isEqualTo("translation_changed");
        assertThat(moved.path("expected_tokens").asInt(-1)).isZero();
        assertThat(moved.has("at")).isFalse();
        String later = ",{\"role\":\"system\",\"content\":\"Be brief.\"}";
        assertThat(reason(cache("s", 5_000, 4_900, system + goesOn + later + "]}")))
                .isEqualTo("none");
    }

    @Test
    void the_charge_is_the_same_with_and_without_an_earlier_prompt() {
        String body = chat(LARGE, "Yes.", "And?");
        cache("s", 6_000, 0, body);
        JsonNode without = channels.customer().lastTask();
        cache("s", 6_000, 0, body);
        JsonNode with = channels.customer().lastTask();
        assertThat(with.path("cache").path("missed").asDouble()).isPositive();
        assertThat(with.get("credits_consumed")).isEqualTo(without.get("credits_consumed"));
    }

    @Test
    void metrics_count_tokens_misses_and_the_channels_of_sessions() {
        Scrape before = Scrape.fresh(channels.gateway());
        cache("s", 6_000, 0, chat(LARGE, "Yes.", "And?"));
        cache("s", 6_000, 4_000, chat(LARGE, "Yes.", "And?"));
        (a.asked() > 0 ? a : b).script(FarServer.whole(503, "{}"));
        cache("s", 6_000, 5_000, chat(LARGE, "Yes.", "And?"));
        Scrape scrape = Scrape.fresh(channels.gateway());
        assertThat(scrape.since(before, "tollgate_cache_tokens_total", "result=\"read\""))
                .isEqualTo(9_000);
        assertThat(scrape.since(before, "tollgate_cache_tokens_total", "result=\"missed\""))
                .isEqualTo(3_000);
        assertThat(scrape.since(before, "tollgate_cache_misses_total", "reason=\"no_record\""))
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_cache_misses_total")).isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_affinity_total", "source=\"x-tollgate-session\"", "result=\"first\""))
                .isEqualTo(2);
        assertThat(scrape.since(before, "tollgate_affinity_total", "result=\"failed_over\""))
                .isEqualTo(1);
    }

    @Test
    void a_call_that_a_busy_channel_passes_over_is_counted() throws Exception {
        cache("s", 100, 0, chat("Hi"));
        FarServer busy = a.asked() > 0 ? a : b;
        CountDownLatch open = new CountDownLatch(1);
        busy.script(new FarServer.Answer.Stream(
                () -> {
                    await(open);
                    return List.of(FarServer.geminiText("Yes."), FarServer.geminiEnd(9, 2))
                            .iterator();
                },
                false));
        List<CompletableFuture<Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            calls.add(channels.gateway()
                    .sendAside(channels.customer().request(chat("Hi")).header("x-tollgate-session", "s")));
        }
        CallServer.await("16 open calls", () -> busy.asked() == 17);
        Scrape before = Scrape.fresh(channels.gateway());
        assertThat(channels.gateway()
                        .send(channels.customer().request(chat("Hi")).header("x-tollgate-session", "s"))
                        .status())
                .isEqualTo(200);
        assertThat(Scrape.fresh(channels.gateway()).since(before, "tollgate_affinity_total", "result=\"passed_over\""))
                .isEqualTo(1);
        open.countDown();
        for (CompletableFuture<Reply> call : calls) {
            assertThat(call.get().status()).isEqualTo(200);
        }
    }

    private static void await(CountDownLatch open) {
        try {
            open.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"299, 4800", "301, 0"})
    void who_leaves_before_any_usage_pays_the_cached_rate_for_what_was_read_lately(int seconds, long cachedTokens) {
        String keyed = "\"prompt_cache_key\":\"s\",\"stream\":";
        prompt.set(4_800);
        task(channels.customer().chat(chat(LARGE).replace("\"stream\":", keyed)));
        CountDownLatch open = new CountDownLatch(1);
        for (FarServer server : List.of(a, b)) {
            server.script(new FarServer.Answer.Stream(
                    () -> Stream.of(FarServer.geminiText("Yes."), "")
                            .peek(text -> {
                                if (text.isEmpty()) {
                                    await(open);
                                }
                            })
                            .iterator(),
                    false));
        }
        clock.goOn(Duration.ofSeconds(seconds));
        String body = chat(LARGE, "Yes.", "And?").replace("\"stream\":false", keyed + "true");
        try (RawCall call = channels.customer().chatRaw(body)) {
            call.readUntil("Yes.");
        }
        JsonNode task = channels.customer().lastTask();
        open.countDown();
        assertThat(task.get("usage_flags").toString()).isEqualTo("[\"estimated\"]");
        assertThat(task.at("/pricing_detail/cached_tokens").asLong(0)).isEqualTo(cachedTokens);
    }

    @Test
    void a_prompt_below_8_KiB_has_no_print() {
        assertThat(cache("s", 9_000, 0, chat("A short question.")).isMissingNode())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/chat/completions|'messages':[{'role':'system','content':'%s'},{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'And?'}]|messages.0",
                "/v1/chat/completions|'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'%s'}]|messages.2",
                "/v1/messages|'max_tokens':99,'system':[{'type':'text','text':'You are.'},{'type':'text','text':'%s'}],'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'And?'}]|system",
                "/v1/messages|'max_tokens':99,'tools':[{'name':'f','description':'%s','input_schema':{'type':'object'}}],'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'And?'}]|tools",
                "/v1/messages|'max_tokens':99,'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':[{'type':'text','text':'%s'}]}]|messages.2",
                "/v1/responses|'instructions':'%s','input':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'And?'}]|instructions",
                "/v1/responses|'input':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes.'},{'role':'user','content':'%s'}]|input.2",
                "/v1beta/models/gemini-3.8-flash:generateContent|'systemInstruction':{'parts':[{'text':'%s'}]},'contents':[{'role':'user','parts':[{'text':'Hi'}]},{'role':'model','parts':[{'text':'Yes.'}]},{'role':'user','parts':[{'text':'And?'}]}]|systemInstruction",
                "/v1beta/models/gemini-3.8-flash:generateContent|'contents':[{'role':'user','parts':[{'text':'Hi'}]},{'role':'model','parts':[{'text':'Yes.'}]},{'role':'user','parts':[{'text':'%s'}]}]|contents.2"
            })
    void a_change_is_named_by_the_callers_field(String path, String members, String at) {
        String body =
                "{" + (path.contains("v1beta") ? "" : "'model':'gemini-3.8-flash','stream':false,") + members + "}";
        for (String text : List.of(LARGE, LARGE.replace('A', 'B'))) {
            prompt.set(9_000);
            task(post(path, body.formatted(text).replace('\'', '"')));
        }
        JsonNode cache = channels.customer().lastTask().path("cache");
        assertThat(reason(cache)).isEqualTo("prefix_changed");
        assertThat(cache.path("at").asString()).isEqualTo(at);
    }

    private Reply post(String path, String body) {
        clock.goOn(Duration.ofSeconds(7));
        return channels.gateway()
                .send(HttpRequest.newBuilder(URI.create(channels.gateway().url() + path))
                        .header("Authorization", "Bearer " + channels.customer().key())
                        .header("Content-Type", "application/json")
                        .header("session-id", "s")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void a_change_before_the_own_input_is_named_by_the_previous_response() {
        prompt.set(9_000);
        String input = "{\"model\":\"gemini-3.8-flash\",\"input\":\"%s\"%s}";
        Reply kept = post("/v1/responses", input.formatted(LARGE, ""));
        task(post("/v1/responses", input.formatted(LARGE.replace('A', 'B'), "")));
        Customer customer = channels.customer();
        for (int i = 0; i < 4; i++) { // takes the place of the first one
            task(post("/v1/responses", input.formatted(i + LARGE, "")));
        }
        String previous = ",\"previous_response_id\":\"" + kept.json().get("id").asString() + "\"";
        task(post("/v1/responses", input.formatted("And?", previous)));
        assertThat(customer.lastTask().path("cache").path("at").asString()).isEqualTo("previous_response_id");
    }

    @Test
    void every_node_shows_what_another_one_knew() {
        String url = Postgres.migrated();
        try (CallServer one = CallServer.startOn(url);
                CallServer two = CallServer.startOn(url)) {
            Customer customer = one.customer("100");
            String body = chat(LARGE, "Yes.", "And?");
            assertThat(customer.chat(body).status()).isEqualTo(200);
            Customer there = new Customer(two, customer.account(), customer.keyId(), customer.key());
            Reply reply = there.chat(body);
            String task = reply.header("x-tollgate-task-id");
            JsonNode cache = one.get("/v1/tasks/" + task, customer.key()).json().path("cache");
            assertThat(reason(cache)).as("each node has its own memory").isEqualTo("no_record");
            String again = there.chat(body).header("x-tollgate-task-id");
            assertThat(reason(
                            one.get("/v1/tasks/" + again, customer.key()).json().path("cache")))
                    .isEqualTo("provider");
        }
    }
}
