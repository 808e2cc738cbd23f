package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.MediaSamples.call;
import static dev.tollgate.testing.MediaSamples.dataUrl;
import static dev.tollgate.testing.MediaSamples.latin1;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Media by URL in front of an OpenAI-compatible server: a caller does not see which kind of channel serves the model. */
@Timeout(240)
class CompatMediaTest {

    private static final String FIELD = "messages.0.content.1.image_url";
    private static final byte[] PNG = MediaSamples.BY_TYPE.get("image/png");
    private static final byte[] MP4 = MediaSamples.BY_TYPE.get("video/mp4");

    private static final Map<String, HandServer.Answering> PATHS = new ConcurrentHashMap<>();
    private static final HandServer HOST = new HandServer(CompatMediaTest::answer);
    private static final FarServer FAR = new FarServer(request -> hello());
    private static CallChannels channels;
    private static Customer customer;

    private static FarServer.Answer hello() {
        return events(
                "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}",
                "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"total_tokens\":1100}}",
                "[DONE]");
    }

    private static void answer(HandServer.Request request, OutputStream out) throws IOException, InterruptedException {
        HandServer.Answering script = PATHS.get(request.target());
        if (script == null) {
            HandServer.reply(out, 404, "", "not here");
        } else {
            script.answer(request, out);
        }
    }

    private static CallChannels over(String yaml) {
        return CallChannels.of(yaml, Map.of("TOLLGATE_MEDIA_ALLOW", "127.0.0.1:" + HOST.port()));
    }

    private static String compat(String url) {
        return "channels:\n  - {id: far, kind: openai, base_url: \"%s/v1\", models: {gemini-2.5-pro: m}, priority: 5}\n"
                .formatted(url);
    }

    private static String google(FarServer google, int priority) {
        return "  - {id: google, kind: gemini, base_url: \"%s\", key: g, priority: %d}\n"
                .formatted(google.url(), priority);
    }

    @BeforeAll
    static void start() {
        channels = over(compat(FAR.url()));
        customer = channels.customer();
    }

    @AfterEach
    void nothing_is_left() throws IOException {
        PATHS.clear();
        FAR.script(request -> hello());
        CallServer.await("connections to close", () -> HOST.openConnections() == 0);
        assertNothingIsLeft(channels);
    }

    @AfterAll
    static void stop() {
        channels.close();
        FAR.close();
        HOST.close();
    }

    private static void assertNothingIsLeft(CallChannels channels) throws IOException {
        CallServer.await("media to be let go", () -> channels.gateway().calls().mediaBytes() == 0);
        try (var files = Files.list(channels.gateway().data().resolve("media"))) {
            assertThat(files).isEmpty();
        }
    }

    private static String url(String path) {
        return HOST.url() + path;
    }

    private static void serves(String path, String headers, byte[] body) {
        PATHS.put(path, (request, out) -> HandServer.reply(out, 200, headers, body));
    }

    private static void serves(String path, byte[] body) {
        serves(path, "", body);
    }

    private static CallServer.Reply answered(CallServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static String sent() {
        return FAR.requests().getLast().body();
    }

    private static JsonNode sentPart() {
        return FAR.requests().getLast().json().at("/messages/0/content/1");
    }

    private static CallServer.Reply assertRefused(String body, String why) {
        long tasks = customer.tasks();
        int asked = FAR.asked();
        CallServer.Reply reply = customer.chat(body);
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).contains(why);
        assertThat(customer.tasks()).isEqualTo(tasks);
        assertThat(FAR.asked()).isEqualTo(asked);
        return reply;
    }

    private static void assertFieldRefused(String url, String why) {
        CallServer.Reply reply = assertRefused(call(url), why);
        assertThat(reply.error().get("param").asString()).isEqualTo(FIELD);
        assertThat(reply.error().get("message").asString()).startsWith("'" + FIELD + "' ");
    }

    // ---- what is taken

    static List<String> types() {
        return List.of(
                "image/png", "image/jpeg", "image/webp", "audio/wav", "audio/mp3", "application/pdf", "text/plain");
    }

    @ParameterizedTest
    @MethodSource("types")
    void what_lies_elsewhere_is_sent_as_if_it_had_come_in_the_request(String type) {
        byte[] bytes = MediaSamples.BY_TYPE.get(type);
        serves("/file", "Content-Type: " + type + "\r\n", bytes);
        answered(customer.chat(call(dataUrl(type, bytes))));
        String inline = sent();
        for (boolean stream : new boolean[] {false, true}) {
            CallServer.Reply reply =
                    answered(customer.chat(call(url("/file")).replace("\"stream\":false", "\"stream\":" + stream)));
            assertThat(reply.text()).contains("Hello").doesNotContain(HOST.url());
            assertThat(sent()).isEqualTo(inline).doesNotContain(HOST.url());
        }
    }

    @Test
    void media_keep_their_places_and_the_maximum_comes_last() {
        byte[] pdf = MediaSamples.BY_TYPE.get("application/pdf");
        serves("/a", PNG);
        serves("/b", pdf);
        String body = """
                {"model":"gemini-2.5-pro","stream":false,"max_tokens":77,"messages":[
                 {"role":"user","content":[{"type":"image_url","image_url":{"url":"%s","detail":"low"}}]},
                 {"role":"assistant","content":"A dot."},
                 {"role":"user","content":[{"type":"image_url","image_url":{"url":"%s","detail":"low"}},{"type":"text","text":"And these?"},
                  {"type":"image_url","image_url":{"url":"%s"}},{"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(url("/a"), url("/b"), dataUrl("image/png", PNG), url("/a"));
        int before = HOST.connections();
        CallServer.Reply reply = answered(customer.chat(body));
        String png = dataUrl("image/png", PNG);
        assertThat(sent()).isEqualTo("""
                {"model":"m","messages":[\
                {"role":"user","content":[{"type":"image_url","image_url":{"url":"%s","detail":"low"}}]},\
                {"role":"assistant","content":"A dot."},\
                {"role":"user","content":[{"type":"file","file":{"filename":"document.pdf","file_data":"%s"}},\
                {"type":"text","text":"And these?"},\
                {"type":"image_url","image_url":{"url":"%s"}},{"type":"image_url","image_url":{"url":"%s"}}]}],\
                "stream":true,"stream_options":{"include_usage":true},"max_tokens":77}""".formatted(png, dataUrl("application/pdf", pdf), png, png));
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.2.content.0.image_url.detail");
        assertThat(HOST.connections()).isEqualTo(before + 2);
    }

    @Test
    void a_gif_is_sent_as_a_png_of_its_first_frame() throws IOException {
        serves("/a.gif", "Content-Type: image/gif\r\n", MediaSamples.image("gif"));
        answered(customer.chat(call(url("/a.gif"))));
        String sent = sentPart().at("/image_url/url").asString();
        assertThat(sent).startsWith("data:image/png;base64,");
        byte[] png = Base64.getDecoder().decode(sent.substring(sent.indexOf(',') + 1));
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(3);
    }

    @Test
    void a_large_file_is_sent_whole() {
        byte[] wav = MediaSamples.video(2_500_001, 7);
        System.arraycopy(latin1("RIFF....WAVEfmt "), 0, wav, 0, 16);
        serves("/w", wav);
        answered(customer.chat(call(url("/w"))));
        assertThat(Base64.getDecoder().decode(sentPart().at("/input_audio/data").asString()))
                .isEqualTo(wav);
    }

    @Test
    void a_text_is_sent_as_it_reads_whatever_its_characters_and_its_length() {
        String text = "a\"b\\c\n\u0001\u2028\u00e9\ud83d\ude00".repeat(100_000);
        serves("/utf8", "Content-Type: text/plain\r\n", text.getBytes(StandardCharsets.UTF_8));
        serves("/utf16.csv", "", ("\ufeff" + text).getBytes(StandardCharsets.UTF_16LE));
        serves("/latin1", "Content-Type: application/json\r\n", latin1("caf\u00e9"));
        for (String path : List.of("/utf8", "/utf16.csv")) {
            answered(customer.chat(call(url(path))));
            assertThat(sentPart().get("type").asString()).isEqualTo("text");
            assertThat(sentPart().get("text").asString()).isEqualTo(text);
        }
        assertRefused(call(url("/latin1")), "not UTF-8");
    }

    /** A server may name a charset that the file does not have. */
    @ParameterizedTest
    @CsvSource({"text/html; charset=GB2312, gbk", "text/plain; charset=ISO-8859-1, utf-8", "text/csv;charset=Big5, big5"
    })
    void a_download_is_read_by_the_charset_of_its_header(String type, String charset) {
        String text = "<p>\u59d3\u540d</p>".repeat(10_000);
        serves("/page.html", "Content-Type: " + type + "\r\n", text.getBytes(Charset.forName(charset)));
        answered(customer.chat(call(url("/page.html"))));
        assertThat(sentPart().get("text").asString()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "text/csv;charset=gbk, gbk",
        "text/csv; charset=GB18030, gb18030",
        "text/plain;charset=iso-8859-1, iso-8859-1",
        "text/plain;charset=utf-8, utf-8",
        "application/yaml;charset=big5, big5",
        "text/csv;charset=GB2312, gbk",
        "text/csv;charset=euc-kr, x-windows-949",
        "text/csv, x-UTF-16LE-BOM"
    })
    void a_text_in_another_charset_arrives_as_it_reads(String type, String charset) {
        String text = charset.startsWith("iso") ? "M\u00fcller" : "\u59d3\u540d,\u57ce\u5e02";
        answered(customer.chat(call(dataUrl(type, text.getBytes(Charset.forName(charset))))));
        assertThat(sentPart().get("text").asString()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "text/csv, not UTF-8",
        "text/csv;charset=shift_jis, not of that charset",
        "text/csv;charset=x, not of that charset"
    })
    void a_text_that_cannot_be_read_is_refused_and_free(String type, String why) {
        assertRefused(call(dataUrl(type, new byte[] {'a', (byte) 0xff, (byte) 0xfd, 'b'})), why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/xml", "text/csv"})
    void text_by_another_name_is_a_text_part_wherever_it_lies(String type) {
        serves("/t", "Content-Type: " + type + "\r\n", latin1("[1, 2]"));
        for (String url : List.of(url("/t"), dataUrl(type, latin1("[1, 2]")))) {
            answered(customer.chat(call(url)));
            assertThat(sentPart().toString()).isEqualTo("{\"type\":\"text\",\"text\":\"[1, 2]\"}");
        }
    }

    @Test
    void a_download_is_priced_by_what_came() {
        serves("/p", PNG);
        answered(channels.gateway().customer("1").chat(call(url("/p"))));
    }

    @Test
    void an_estimate_downloads_to_know_and_keeps_nothing() {
        serves("/t", "Content-Type: text/plain\r\n", latin1("word ".repeat(20_000)));
        serves("/v", MP4);
        CallServer gateway = channels.gateway();
        CallServer.Reply reply = answered(gateway.post("/v1/estimate", call(url("/t")), customer.key()));
        assertThat(reply.json().at("/data/prompt_tokens_max").asLong()).isBetween(100_000L, 100_300L);
        for (String path : List.of("/v", "/not-here")) {
            CallServer.Reply refused = gateway.post("/v1/estimate", call(url(path)), customer.key());
            assertError(refused, 400, "invalid_request", "invalid_request_error");
            assertThat(refused.error().get("param").asString()).isEqualTo(FIELD);
            assertThat(gateway.calls().mediaBytes()).isZero();
        }
    }

    // ---- what is not

    @Test
    void a_file_that_cannot_be_had_is_empty_or_is_not_what_it_says_is_refused_and_free() {
        serves("/empty.png", "Content-Type: image/png\r\n", new byte[0]);
        serves("/wrong", "Content-Type: image/png\r\n", latin1("<html>Sorry</html>"));
        assertFieldRefused(url("/empty.png"), "leads to a file that holds no bytes.");
        assertFieldRefused(url("/wrong"), "said to be image/png, but its bytes are not of a type that is taken");
        assertFieldRefused(url("/not-here"), "its server answered 404.");
        assertFieldRefused("http://169.254.169.254/latest/meta-data", "");
        assertFieldRefused("http://10.0.0.1/p.png", "");
        assertFieldRefused("http://me:secret@example.com/p.png", "user name or password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"video/mp4", "video/webm", "image/heic", "audio/flac", "audio/ogg"})
    void what_the_protocol_has_no_part_for_is_refused_by_its_type_and_free(String type) {
        serves("/v", MediaSamples.BY_TYPE.get(type));
        assertFieldRefused(url("/v"), "leads to a file of a type that this model does not take at the moment: " + type);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://www.youtube.com/watch?v=9hE5-98ZeCg | is a link to YouTube
            https://youtu.be/9hE5-98ZeCg | is a link to YouTube
            gs://bucket/a.png | lies in Google's storage
            https://generativelanguage.googleapis.com/v1beta/files/abc | is a file of Google's Files API
            """)
    void what_only_google_can_read_is_refused(String url, String why) {
        assertFieldRefused(url, why);
    }

    @Test
    void a_medium_in_a_tools_result_is_refused_before_it_is_downloaded() {
        serves("/p", PNG);
        int before = HOST.connections();
        assertRefused("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Look"},
                 {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"look","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"c","content":[{"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(url("/p")), "cannot stand in a tool's result");
        assertThat(HOST.connections()).isEqualTo(before);
    }

    @Test
    void nothing_is_downloaded_without_a_positive_balance() {
        serves("/p", PNG);
        Customer poor = channels.gateway().customer("0");
        int before = HOST.connections();
        assertError(poor.chat(call(url("/p"))), 402, "insufficient_credits", "billing_error");
        assertError(
                channels.gateway().post("/v1/estimate", call(url("/p")), poor.key()),
                402,
                "insufficient_credits",
                "billing_error");
        assertThat(HOST.connections()).isEqualTo(before);
    }

    // ---- between channels

    @ParameterizedTest
    @ValueSource(ints = {1, 9})
    void one_download_serves_the_failed_channel_and_the_next_one(int priorityOfGoogle) throws IOException {
        serves("/p", PNG);
        int before = HOST.connections();
        boolean googleFirst = priorityOfGoogle == 1;
        try (FarServer google = FarServer.saying("from google");
                CallChannels both = over(compat(FAR.url()) + google(google, priorityOfGoogle))) {
            int farAsked = FAR.asked();
            (googleFirst ? google : FAR).script(whole(503, ""));
            CallServer.Reply reply = answered(both.customer().chat(call(url("/p"))));
            assertThat(reply.json().at("/choices/0/message/content").asString())
                    .isEqualTo(googleFirst ? "Hello" : "from google");
            String base64 = Base64.getEncoder().encodeToString(PNG);
            assertThat(google.requests().getLast().body()).contains(base64);
            assertThat(sent()).contains(base64);
            assertThat(FAR.asked()).isGreaterThan(farAsked);
            assertThat(HOST.connections()).isEqualTo(before + 1);
            assertNothingIsLeft(both);
        }
    }

    @Test
    void a_medium_that_turns_out_to_be_of_another_kind_goes_to_the_channel_that_takes_it() throws IOException {
        serves("/v", MP4);
        int before = HOST.connections();
        int asked = FAR.asked();
        try (FarServer google = FarServer.saying("from google");
                CallChannels both = over(compat(FAR.url()) + google(google, 9))) {
            CallServer.Reply reply = answered(both.customer().chat(call(url("/v"))));
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("from google");
            google.script(whole(503, ""));
            assertError(both.customer().chat(call(url("/v"))), 503, "upstream_error", "upstream_error");
            assertNothingIsLeft(both);
        }
        assertThat(FAR.asked()).isEqualTo(asked);
        assertThat(HOST.connections()).isEqualTo(before + 2);
    }

    @Test
    void failover_skips_channels_that_do_not_accept_the_media() throws IOException {
        serves("/v", MP4);
        int asked = FAR.asked();
        try (FarServer google = new FarServer(request -> whole(503, ""));
                CallChannels both = over(compat(FAR.url()) + google(google, 1))) {
            assertError(both.customer().chat(call(url("/v"))), 503, "upstream_error", "upstream_error");
            assertThat(both.customer().consumed()).isZero();
            assertNothingIsLeft(both);
        }
        assertThat(FAR.asked()).isEqualTo(asked);
    }

    // ---- who leaves

    @Test
    void a_caller_who_leaves_takes_the_downloads_along() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        PATHS.put("/v", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n%PDF-1.7"));
            begun.countDown();
            request.awaitDeparture();
            gone.countDown();
        });
        long tasks = customer.tasks();
        int asked = FAR.asked();
        try (var leaving = customer.chatRaw(call(url("/v")))) {
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(customer.tasks()).isEqualTo(tasks);
        assertThat(FAR.asked()).isEqualTo(asked);
    }

    /** Larger than what sockets hold. */
    private static byte[] largePdf() {
        byte[] pdf = MediaSamples.video(40_000_000, 3);
        System.arraycopy(latin1("%PDF-1.7\n   "), 0, pdf, 0, 12);
        return pdf;
    }

    @Test
    void a_caller_who_leaves_while_media_are_sent_breaks_that_off() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch brokenOff = new CountDownLatch(1);
        serves("/d", largePdf());
        try (HandServer server = new HandServer((request, out) -> {
                    request.body().readNBytes(100_000);
                    begun.countDown();
                    left.await();
                    try {
                        request.body().skip(Long.MAX_VALUE);
                    } catch (IOException cut) {
                        brokenOff.countDown();
                        throw cut;
                    }
                });
                CallChannels slow = over(compat(server.url()))) {
            try (var leaving = slow.customer().chatRaw(call(url("/d")))) {
                assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(slow.gateway().calls().mediaBytes()).isPositive();
            }
            assertNothingIsLeft(slow);
            left.countDown();
            assertThat(brokenOff.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_server_that_refuses_before_it_has_read_all_is_heard() throws Exception {
        serves("/d", largePdf());
        String refusal = "{\"error\":{\"message\":\"too large\",\"code\":\"request_too_large\"}}";
        try (HandServer server = new HandServer((request, out) -> {
                    request.body().readNBytes(100_000);
                    HandServer.reply(out, 413, "", refusal);
                });
                CallChannels small = over(compat(server.url()))) {
            CallServer.Reply reply = small.customer().chat(call(url("/d")));
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(small.customer().consumed()).isZero();
            assertNothingIsLeft(small);
        }
    }
}
