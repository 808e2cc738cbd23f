package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Images of megabytes: they pass through files, at their caller's pace. Bodies are written with single quotes. */
@Isolated("it measures the heap")
@Timeout(300)
class LargeImagesTest {

    private static final String CATALOGUE = "gateway/src/test/resources/catalogues/images.yaml";
    private static final String MODEL = "gemini-3-pro-image";
    private static final String CHAT =
            json("{'model':'" + MODEL + "','stream':%s,'messages':[{'role':'user','content':'Draw'}]}");
    private static final String HEAD = json(
            "data: {'candidates':[{'content':{'role':'model','parts':[{'inlineData':{'mimeType':'image/png','data':'");
    private static final String TAIL = json("'}}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':10,"
            + "'candidatesTokenCount':1120,'candidatesTokensDetails':[{'modality':'IMAGE','tokenCount':1120}],"
            + "'totalTokenCount':1130}}\r\n\r\n");
    private static final int PIECE_CHARS = 60_000;
    private static final String PIECE = piece();

    /** What an image costs: 10 tokens in, 1,120 of images. */
    private static final String PRICE = "26.884";

    /** Writes one answer behind the head of the response. */
    private interface Script {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    private static volatile Script script;
    private static volatile String lastAsked = "";
    private static final AtomicInteger ASKED = new AtomicInteger();
    private static final HandServer UPSTREAM = new HandServer((request, out) -> {
        lastAsked = new String(request.read(), StandardCharsets.UTF_8);
        ASKED.incrementAndGet();
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        script.write(out);
        out.close();
    });
    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = gateway();
    }

    private static CallServer gateway(String... settings) {
        List<String> all = new ArrayList<>(List.of("models.file", CATALOGUE, "timeouts.drain", "0ms"));
        all.addAll(List.of(settings));
        return CallServer.start(Map.of("GOOGLE_GEMINI_BASE_URL", UPSTREAM.url()), all.toArray(String[]::new));
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("100000");
        ASKED.set(0);
    }

    /** No file has a name, and none is open when its call is over. */
    @AfterEach
    void nothingIsLeft() throws IOException {
        assertNothingIsLeft(gateway);
    }

    private static void assertNothingIsLeft(CallServer gateway) throws IOException {
        gateway.assertBooksAreClosed();
        CallServer.await("the files are let go", () -> openFiles(gateway) == 0);
        try (var files = Files.list(gateway.data().resolve("media"))) {
            assertThat(files).isEmpty();
        }
    }

    /** Files of the spool that this process has open. */
    private static long openFiles(CallServer gateway) {
        String folder = gateway.data().resolve("media").toString();
        long open = 0;
        try (var links = Files.newDirectoryStream(java.nio.file.Path.of("/proc/self/fd"))) {
            for (java.nio.file.Path link : links) {
                try {
                    open += Files.readSymbolicLink(link).toString().startsWith(folder) ? 1 : 0;
                } catch (IOException closed) {
                    // meanwhile
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return open;
    }

    @AfterAll
    static void stop() {
        gateway.close();
        UPSTREAM.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String piece() {
        Random random = new Random(1);
        StringBuilder piece = new StringBuilder();
        while (piece.length() < PIECE_CHARS) {
            piece.append("ABCDEFGHabcdefgh01234567+/".charAt(random.nextInt(26)));
        }
        return piece.toString();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void image(OutputStream out, int pieces) throws IOException {
        write(out, HEAD);
        for (int i = 0; i < pieces; i++) {
            write(out, PIECE);
        }
    }

    private static void makes(int pieces) {
        script = out -> {
            image(out, pieces);
            write(out, TAIL);
        };
    }

    // ---- at each door ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions|`'stream':true,'messages':[{'role':'user','content':'Draw'}]`|1",
                "/v1/chat/completions|`'stream':false,'messages':[{'role':'user','content':'Draw'}]`|1",
                "/v1/responses|`'stream':true,'input':'Draw'`|2",
                "/v1/responses|`'stream':false,'input':'Draw'`|1",
                "/v1beta/models/gemini-3-pro-image:streamGenerateContent?alt=sse|`'contents':[{'role':'user','parts':[{'text':'Draw'}]}]`|1",
                "/v1beta/models/gemini-3-pro-image:streamGenerateContent|`'contents':[{'role':'user','parts':[{'text':'Draw'}]}]`|1",
                "/v1beta/models/gemini-3-pro-image:generateContent|`'contents':[{'role':'user','parts':[{'text':'Draw'}]}]`|1",
            })
    void a_large_image_comes_whole_at_each_door(String path, String members, int times) {
        String escaped = PIECE.replace("/", "\\/").replace("+", "\\u002b");
        script = out -> {
            write(out, HEAD);
            for (int i = 0; i < 20; i++) {
                write(out, i % 2 == 0 ? PIECE : escaped);
            }
            write(out, "\\u003d=" + TAIL);
        };
        String model = path.startsWith("/v1beta") ? "" : "'model':'" + MODEL + "',";
        Reply reply = gateway.post(path, json("{" + model + members + "}"), customer.key());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text().split(java.util.regex.Pattern.quote(PIECE.repeat(20) + "==\""), -1).length - 1)
                .isEqualTo(times);
        assertThat(reply.text().contains("tollgate-made")).isFalse();
        assertPaid();
    }

    private void assertPaid() {
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(PRICE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_image_of_a_server_that_speaks_as_openai_does_comes_whole_too(boolean streams) throws IOException {
        script = out -> {
            write(
                    out,
                    json(
                            "data: {'choices':[{'index':0,'delta':{'images':[{'type':'image_url','image_url':{'url':'data:image\\/png;base64,"));
            for (int i = 0; i < 20; i++) {
                write(out, PIECE);
            }
            write(
                    out,
                    json(
                            "'}}]},'finish_reason':'stop'}],'usage':{'prompt_tokens':10,'completion_tokens':1120}}\n\ndata: [DONE]\n\n"));
        };
        try (CallChannels channels = CallChannels.of(
                "channels: [{id: far, kind: openai, base_url: \"%s/v1\", models: {%s: m}}]"
                        .formatted(UPSTREAM.url(), MODEL),
                Map.of("TOLLGATE_MODELS_FILE", CATALOGUE))) {
            Customer its = channels.gateway().customer("1000");
            Reply reply = its.chat(CHAT.formatted(streams));
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text().contains("\"data:image/png;base64," + PIECE.repeat(20) + "\""))
                    .isTrue();
            assertNothingIsLeft(channels.gateway());
        }
    }

    @Test
    void an_answer_too_large_to_repeat_comes_whole_and_its_key_finds_the_task() {
        makes(80);
        Reply first = customer.chat(CHAT.formatted(true), "k");
        assertThat(first.text().contains(PIECE.repeat(80))).isTrue();
        Reply second = customer.chat(CHAT.formatted(true), "k");
        assertThat(second.status()).isEqualTo(400);
        assertThat(second.text())
                .contains("was answered and charged", "GET /v1/tasks/" + first.header("x-tollgate-task-id"));
        makes(20);
        Reply kept = customer.chat(CHAT.formatted(false), "l");
        assertThat(customer.chat(CHAT.formatted(false), "l").text().equals(kept.text()))
                .isTrue();
        assertThat(ASKED.get()).isEqualTo(2);
    }

    @Test
    void the_signature_of_a_large_image_is_found_again_if_its_caller_drops_it() {
        String start = "iVBORw0KGgoA"; // or it would be no picture to send back
        String signature = "c2lnbmVkIQ==";
        script = out -> {
            write(out, HEAD + start);
            for (int i = 0; i < 20; i++) {
                write(out, PIECE);
            }
            write(out, TAIL.replaceFirst("\"}}", "\"},\"thoughtSignature\":\"" + signature + "\"}"));
        };
        Reply reply = customer.chat(CHAT.formatted(true));
        assertThat(reply.text()).contains("\"thought_signature\":\"" + signature + "\"");
        makes(5);
        String image = json("{'type':'image_url','image_url':{'url':'data:image/png;base64,") + start + PIECE.repeat(20)
                + "\"}}";
        String body = CHAT.formatted(false)
                .replace(
                        "]",
                        json(",{'role':'assistant','content':'','images':[")
                                + image
                                + json("]},{'role':'user','content':'Again'}]"));
        assertThat(customer.chat(body).status()).isEqualTo(200);
        assertThat(lastAsked.contains("\"" + signature + "\"")).isTrue();
    }

    // ---- many of them ----

    /** Twenty megabytes each, all of them on their way at once: as base64 they would be a third more. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void many_at_once_move_the_heap_by_less_than_two_of_them(boolean streams) throws Exception {
        int calls = Effort.of(8, 100);
        int pieces = 444;
        CountDownLatch there = new CountDownLatch(calls);
        CountDownLatch goOn = new CountDownLatch(1);
        script = out -> {
            image(out, pieces);
            there.countDown();
            goOn.await();
            write(out, TAIL);
        };
        long before = liveBytes();
        List<Customer> customers = new ArrayList<>();
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            customers.add(gateway.customer("1000"));
            answers.add(lengthOfAnswer(customers.getLast(), streams));
        }
        assertThat(there.await(240, TimeUnit.SECONDS)).isTrue();
        assertThat(liveBytes() - before).isLessThan(53_000_000);
        goOn.countDown();
        for (CompletableFuture<Long> answer : answers) {
            assertThat(answer.get(240, TimeUnit.SECONDS)).isBetween(444L * PIECE_CHARS, 444L * PIECE_CHARS + 3_000);
        }
        assertThat(liveBytes() - before).isLessThan(20_000_000);
        assertThat(customers)
                .allMatch(it -> it.lastTask().get("status").asString().equals("completed"));
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static CompletableFuture<Long> lengthOfAnswer(Customer its, boolean streams) {
        HttpRequest request = its.request(CHAT.formatted(streams)).build();
        return HttpClient.newHttpClient()
                .sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(
                        response -> {
                            assertThat(response.statusCode()).isEqualTo(200);
                            try (InputStream body = response.body()) {
                                return body.transferTo(OutputStream.nullOutputStream());
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        Thread::startVirtualThread);
    }

    // ---- a caller who does not take it ----

    /** The upstream has ended, but the caller does not read: what is not delivered is not completed. */
    @Test
    void who_leaves_in_the_middle_of_an_image_pays_for_it_and_has_no_completed_call() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        script = out -> {
            image(out, 400);
            write(out, TAIL);
            ended.countDown();
        };
        try (Socket caller = new Socket()) {
            caller.setReceiveBufferSize(4_096);
            caller.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
            String body = CHAT.formatted(true);
            write(
                    caller.getOutputStream(),
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + customer.key()
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body);
            assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
            caller.getInputStream().skipNBytes(1_000_000);
            assertThat(gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + customer.account() + "'"))
                    .isEqualTo(1);
        }
        CallServer.await("the call is over", () -> gateway.number("SELECT COUNT(*) FROM open_hold") == 0);
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(PRICE);
    }

    // ---- an upstream that breaks off ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wherever_the_upstream_breaks_off_the_call_is_free_or_whole(boolean streams) {
        String text = json("data: {'candidates':[{'content':{'parts':[{'text':'Here'}]}}]}\n\n");
        String whole = HEAD + PIECE.repeat(5) + TAIL;
        int step = Effort.of(7, 1);
        for (int cut = 0;
                cut < whole.stripTrailing().length();
                cut += cut == HEAD.length() - HEAD.length() % step ? 5 * PIECE_CHARS - 10 : step) {
            String sent = text + whole.substring(0, cut);
            script = out -> write(out, sent);
            Reply reply = customer.chat(CHAT.formatted(streams));
            assertThat(reply.text())
                    .as("cut at %d", cut)
                    .contains("closed the stream")
                    .doesNotContain("completed");
            assertThat(customer.consumed()).as("cut at %d", cut).isEqualByComparingTo("0");
        }
        script = out -> write(out, text + whole.stripTrailing());
        assertThat(customer.chat(CHAT.formatted(streams)).text().contains(PIECE.repeat(5)))
                .isTrue();
        assertPaid();
    }

    // ---- too much ----

    @Test
    void an_image_above_the_limit_fails_free_and_is_not_asked_for_again() {
        String most = "A".repeat(1 << 20);
        assertTooLarge(
                out -> { // 32 MiB and a byte
                    write(out, HEAD);
                    for (int i = 0; i < 42; i++) {
                        write(out, most);
                    }
                    write(out, "A".repeat((32 << 20) / 3 * 4 + 4 - (42 << 20)));
                    write(out, TAIL);
                });
        assertTooLarge(
                out -> { // without end
                    write(out, HEAD);
                    while (true) {
                        write(out, most);
                    }
                });
        assertTooLarge(out -> {
            for (int i = 0; i < 17; i++) {
                write(out, HEAD + "AAAA" + TAIL.replaceFirst("\"finishReason\":\"STOP\"", "\"index\":0"));
            }
            write(out, HEAD + "AAAA" + TAIL);
        });
    }

    private void assertTooLarge(Script answer) {
        script = answer;
        ASKED.set(0);
        customer = gateway.customer("100"); // the same call of the same key would get the same answer
        Reply reply = customer.chat(CHAT.formatted(false));
        assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        assertThat(reply.text()).contains("more than an answer may hold");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(ASKED.get()).isEqualTo(1);
    }

    @Test
    void what_is_no_base64_far_behind_its_beginning_is_a_broken_answer() {
        script = out -> {
            image(out, 83);
            write(out, "*" + PIECE + TAIL);
        };
        Reply reply = customer.chat(CHAT.formatted(true));
        assertThat(reply.text()).contains("closed the stream");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(ASKED.get()).isEqualTo(1);
    }

    // ---- no room ----

    /** The first images take the room; the next one waits for it, and its upstream with it. */
    @Test
    void without_room_an_image_waits_until_another_has_left() throws Exception {
        CountDownLatch there = new CountDownLatch(3);
        CountDownLatch goOn = new CountDownLatch(1);
        try (CallServer small = gateway("media.spool-bytes", "4MiB")) {
            script = out -> {
                image(out, 15); // 900 kB, of a MiB that is taken
                there.countDown();
                goOn.await();
                write(out, TAIL);
            };
            List<CompletableFuture<Reply>> first = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                first.add(small.customer("100").chatAside(CHAT.formatted(true)));
            }
            assertThat(there.await(60, TimeUnit.SECONDS)).isTrue();
            CallServer.await("all have begun", () -> openFiles(small) == 3);
            makes(15);
            CompletableFuture<Reply> last = small.customer("100").chatAside(CHAT.formatted(true));
            CallServer.await("it is under way", () -> small.number("SELECT COUNT(*) FROM open_hold") == 4);
            assertThat(openFiles(small)).isEqualTo(3);
            assertThat(last).isNotDone();
            goOn.countDown();
            for (CompletableFuture<Reply> reply : first) {
                assertThat(reply.get(60, TimeUnit.SECONDS).text().contains(PIECE.repeat(15)))
                        .isTrue();
            }
            assertThat(last.get(60, TimeUnit.SECONDS).text().contains(PIECE.repeat(15)))
                    .isTrue();
            assertNothingIsLeft(small);
        }
    }
}
