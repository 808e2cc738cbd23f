package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;
import static dev.tollgate.testing.MediaSamples.latin1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.Scrape;
import dev.tollgate.upstreams.media.Resolver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Media by URL: what is taken, what is not, and that nothing is charged for what is not (G-08, D29). */
@Order(10)
class DownloadTest {

    private static final Map<String, HandServer.Answering> PATHS = new ConcurrentHashMap<>();
    private static final HandServer HOST = new HandServer(DownloadTest::answer);
    /** Enough for what happens in one of five to happen. */
    private static final int DOWNLOADS = Effort.of(10, 100);

    private static CallServer gateway;
    private static Customer customer;

    private static void answer(HandServer.Request request, OutputStream out) throws IOException, InterruptedException {
        HandServer.Answering script = PATHS.get(request.target());
        if (script == null) {
            HandServer.reply(out, 404, "", "not here");
        } else {
            script.answer(request, out);
        }
    }

    @BeforeAll
    static void start() {
        gateway = CallServer.start(
                "media.allow",
                "127.0.0.1:" + HOST.port(),
                "media.time",
                "2s",
                "media.bytes",
                "3MiB",
                "media.call-bytes",
                "5MiB");
        customer = gateway.customer("1000");
    }

    @AfterEach
    void nothing_is_left() {
        PATHS.clear();
        CallServer.await("connections to close", () -> HOST.openConnections() == 0);
        CallServer.await("media to be let go", () -> gateway.calls().mediaBytes() == 0);
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        HOST.close();
    }

    private static String url(String path) {
        return HOST.url() + path;
    }

    private static void serves(String path, String headers, byte[] body) {
        PATHS.put(path, (request, out) -> HandServer.reply(out, 200, headers, body));
    }

    private static JsonNode sentPart() {
        return gateway.lastAsked().at("/contents/0/parts/1");
    }

    private static void assertSent(String mimeType, byte[] bytes) {
        assertThat(sentPart().at("/inlineData/mimeType").stringValue()).isEqualTo(mimeType);
        assertThat(Base64.getDecoder().decode(sentPart().at("/inlineData/data").stringValue()))
                .isEqualTo(bytes);
    }

    private static void assertRefused(String url, String why) {
        long tasks = customer.tasks();
        int asked = gateway.asked().size();
        CallServer.Reply reply = customer.chat(call(url));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").stringValue()).isEqualTo("messages.0.content.1.image_url");
        assertThat(reply.error().get("message").stringValue())
                .startsWith("'messages.0.content.1.image_url' ")
                .contains(why);
        assertThat(customer.tasks()).isEqualTo(tasks);
        assertThat(gateway.asked()).hasSize(asked);
    }

    // ---- what is taken

    static List<String> types() {
        return List.copyOf(MediaSamples.BY_TYPE.keySet());
    }

    @ParameterizedTest
    @MethodSource("types")
    void each_kind_of_media_comes_as_a_data_url(String type) {
        byte[] bytes = MediaSamples.BY_TYPE.get(type);
        assertThat(customer.chat(call(MediaSamples.dataUrl(type, bytes))).status())
                .isEqualTo(200);
        assertSent(type, bytes);
    }

    @ParameterizedTest
    @MethodSource("types")
    void each_kind_of_media_is_downloaded(String type) {
        byte[] bytes = MediaSamples.BY_TYPE.get(type);
        serves("/file", "Content-Type: " + type + "; charset=utf-8\r\n", bytes);
        assertThat(customer.chat(call(url("/file"))).status()).isEqualTo(200);
        assertSent(type, bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "video/mp4", "text/html", "application/zip", "application/octet-stream", "x"})
    void the_bytes_say_what_it_is_whatever_the_header_says(String label) {
        byte[] jpeg = MediaSamples.BY_TYPE.get("image/jpeg");
        serves("/picture.gif", "Content-Type: " + label + "\r\n", jpeg);
        assertThat(customer.chat(call(url("/picture.gif"))).status()).isEqualTo(200);
        assertSent("image/jpeg", jpeg);
    }

    @Test
    void an_mp4_with_only_sound_is_recognised_by_header_or_name() {
        byte[] mp4 = MediaSamples.BY_TYPE.get("video/mp4");
        serves("/a", "Content-Type: audio/mp4\r\n", mp4);
        serves("/b.m4a?sig=1", "Content-Type: binary/octet-stream\r\n", mp4);
        for (String path : List.of("/a", "/b.m4a?sig=1")) {
            assertThat(customer.chat(call(url(path))).status()).isEqualTo(200);
            assertSent("audio/m4a", mp4);
        }
    }

    @Test
    void text_is_recognised_by_the_header_or_else_the_name() {
        serves("/a", "Content-Type: application/json\r\n", latin1("{}"));
        serves("/b.csv", "", latin1("a,b"));
        assertThat(customer.chat(call(url("/a"))).status()).isEqualTo(200);
        assertSent("text/plain", latin1("{}"));
        assertThat(customer.chat(call(url("/b.csv"))).status()).isEqualTo(200);
        assertSent("text/csv", latin1("a,b"));
    }

    @Test
    void a_gif_is_sent_as_a_png_of_its_first_frame() throws IOException {
        serves("/a.gif", "Content-Type: image/gif\r\n", MediaSamples.image("gif"));
        assertThat(customer.chat(call(url("/a.gif"))).status()).isEqualTo(200);
        assertThat(sentPart().at("/inlineData/mimeType").stringValue()).isEqualTo("image/png");
        byte[] png =
                Base64.getDecoder().decode(sentPart().at("/inlineData/data").stringValue());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(3);
    }

    @Test
    void a_file_on_disk_is_sent_whole_and_between_the_other_parts() {
        byte[] video = MediaSamples.video(2_500_000, 7);
        serves("/v", "", video);
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        assertThat(customer.chat(call(url("/p"), url("/v"), url("/p"))).status())
                .isEqualTo(200);
        JsonNode parts = gateway.lastAsked().at("/contents/0/parts");
        assertThat(parts.size()).isEqualTo(4);
        assertThat(Base64.getDecoder().decode(parts.at("/2/inlineData/data").stringValue()))
                .isEqualTo(video);
        assertThat(parts.at("/3/inlineData")).isEqualTo(parts.at("/1/inlineData"));
    }

    @Test
    void the_same_url_is_downloaded_once_in_a_call() {
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        int before = HOST.connections();
        assertThat(customer.chat(call(url("/p"), url("/p"), url("/p"))).status())
                .isEqualTo(200);
        assertThat(HOST.connections()).isEqualTo(before + 1);
    }

    /** As servers do that are asked to, and we ask: the last bytes wait here then, until they are wanted. */
    @Test
    void a_file_whose_server_closes_the_connection_behind_it_is_whole() {
        byte[] bytes = Arrays.copyOf(MediaSamples.BY_TYPE.get("image/png"), 2_000_000);
        PATHS.put("/closed", (request, out) -> {
            HandServer.reply(out, 200, "Content-Type: image/png\r\nConnection: close\r\n", bytes);
            throw new IOException("the connection ends with the file");
        });
        for (int i = 0; i < DOWNLOADS; i++) {
            CallServer.Reply reply = customer.chat(call(url("/closed")));
            assertThat(reply.status()).as("download %d", i).isEqualTo(200);
            assertSent("image/png", bytes);
        }
    }

    @Test
    void a_body_without_a_length_and_a_path_with_odd_characters_are_taken() {
        PATHS.put(
                "/odd%20%C3%BC?x=%7B1%7D&y=a%2Fb",
                (request, out) -> {
                    out.write(latin1(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n%PDF-1.7\n\r\n0\r\n\r\n"));
                });
        assertThat(customer.chat(call(url("/odd \u00fc?x={1}&y=a%2Fb#fragment")))
                        .status())
                .isEqualTo(200);
        assertSent("application/pdf", latin1("%PDF-1.7\n"));
    }

    @Test
    void nothing_of_ours_goes_along() {
        Map<String, String> seen = new ConcurrentHashMap<>();
        PATHS.put("/p", (request, out) -> {
            seen.putAll(request.headers());
            HandServer.reply(out, 200, "", MediaSamples.BY_TYPE.get("image/png"));
        });
        assertThat(customer.chat(call(url("/p"))).status()).isEqualTo(200);
        assertThat(seen.keySet())
                .containsExactlyInAnyOrder("host", "connection", "accept", "accept-encoding", "user-agent");
        assertThat(seen.get("host")).isEqualTo("127.0.0.1:" + HOST.port());
    }

    @Test
    void an_address_of_IPv6_is_downloaded_from() {
        byte[] png = MediaSamples.BY_TYPE.get("image/png");
        try (HandServer six = new HandServer("::1", 0, (request, out) -> HandServer.reply(out, 200, "", png));
                CallServer other = CallServer.start(
                        host -> List.of(InetAddress.ofLiteral("::1")), "media.allow", "[::1]:" + six.port())) {
            for (String host : List.of("[::1]", "six.test")) {
                CallServer.Reply reply = other.chat(call("http://" + host + ":" + six.port() + "/x"));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
        }
    }

    // ---- what is counted

    @Test
    void downloads_are_counted_by_how_they_ended() {
        Scrape before = Scrape.fresh(gateway);
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        CountDownLatch begun = new CountDownLatch(1);
        holds("/v", begun);
        PATHS.put("/late", (request, out) -> {
            begun.await();
            HandServer.reply(out, 404, "", "not here");
        });
        assertThat(customer.chat(call(url("/p"))).status()).isEqualTo(200);
        assertThat(customer.chat(call(url("/p"))).status()).isEqualTo(200);
        assertThat(customer.chat(call(url("/v"), url("/late"))).status()).isEqualTo(400);

        Scrape scrape = Scrape.fresh(gateway);

        assertThat(scrape.since(before, "tollgate_media_downloads_total", "end=\"loaded\""))
                .isEqualTo(2);
        assertThat(scrape.since(before, "tollgate_media_downloads_total", "end=\"refused\""))
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_media_downloads_total", "end=\"cancelled\""))
                .as("given up with the other")
                .isEqualTo(1);
        assertThat(scrape.since(before, "tollgate_media_downloads_total")).isEqualTo(4);
    }

    // ---- what is not

    @Test
    void a_file_of_no_bytes_is_refused() {
        serves("/p.png", "Content-Type: image/png\r\n", new byte[0]);
        assertRefused(url("/p.png"), "leads to a file that holds no bytes.");
    }

    @Test
    void a_label_that_lies_is_refused_with_what_was_found() {
        serves("/p", "Content-Type: image/png\r\n", latin1("<html>Sorry</html>"));
        assertRefused(url("/p"), "said to be image/png, but its bytes are not of a type that is taken: PNG, JPEG");
        serves("/p.png", "Content-Type: text/html\r\n", latin1("<html>Please log in</html>"));
        assertRefused(url("/p.png"), "is image/png by its name, but what came is text/html.");
        serves("/t", "Content-Type: text/plain\r\n", latin1("PK\u0003\u0004\0\0\0"));
        assertRefused(url("/t"), "said to be text/plain, but its bytes are not text.");
        serves("/z", "", latin1("PK\u0003\u0004"));
        assertRefused(url("/z"), "unknown type");
    }

    /** A login or an error page that comes with 200 would be sent to the model as text, and billed (D56). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /a.png                  | text/html                | is image/png by its name, but what came is text/html.
            /a.JPG?sig=1            | text/plain               | is image/jpeg by its name, but what came is text/html.
            /a.svg                  | text/html                | is an image by its name, but what came is text/html.
            /a.avif                 | application/json         | is an image by its name, but what came is text/html.
            /a%2Ebmp                | text/plain               | is an image by its name, but what came is text/html.
            /a.jpg;v=1              | text/plain               | is an image by its name, but what came is text/html.
            /get?file=a.png         | text/html                | is an image by its name, but what came is text/html.
            /get?format=jpg&w=9     | text/html                | is an image by its name, but what came is text/html.
            /a.mkv                  | text/html                | is a video by its name, but what came is text/html.
            /a.mp3                  | text/html                | is audio/mp3 by its name, but what came is text/html.
            /a.pdf                  | text/plain               | is application/pdf by its name, but what came is text/html.
            /a.png                  |                          | said to be image/png, but its bytes are not of a type
            /a                      | image/jpeg               | The server sent an HTML page.
            /a                      | application/pdf          | The server sent an HTML page.
            /a                      | text/html                | leads to an HTML page (text/html)
            /a                      | text/plain               | leads to an HTML page (text/html)
            """)
    void a_page_instead_of_a_media_file_is_refused(String path, String header, String why) {
        String page = "\n<!-- sorry -->\n<!DOCTYPE html><html><body>Please log in</body></html>";
        serves(path, header == null ? "" : "Content-Type: " + header + "\r\n", latin1(page));
        assertRefused(url(path), why);
    }

    @Test
    void text_instead_of_an_image_is_refused_even_after_a_redirect() {
        serves("/a.png", "Content-Type: application/json\r\n", latin1("{\"error\":\"expired\"}"));
        assertRefused(url("/a.png"), "is image/png by its name, but what came is text/plain.");
        PATHS.put("/old.webp", (request, out) -> HandServer.reply(out, 302, "Location: /login\r\n", ""));
        PATHS.put("/short", (request, out) -> HandServer.reply(out, 302, "Location: /pictures/1.bmp\r\n", ""));
        serves("/login", "Content-Type: text/plain\r\n", latin1("Who are you?"));
        serves("/pictures/1.bmp", "Content-Type: text/plain\r\n", latin1("Who are you?"));
        assertRefused(url("/old.webp"), "is image/webp by its name, but what came is text/plain.");
        assertRefused(url("/short"), "is an image by its name, but what came is text/plain.");
    }

    @Test
    void text_is_a_document_where_nothing_says_otherwise() {
        for (String path : List.of("/a.txt", "/a.csv", "/a.md", "/a.html", "/notes", "/a.txt?next=logo.png")) {
            serves(path, "Content-Type: text/plain\r\n", latin1("# Notes\n1,2,3 <b>"));
            assertThat(customer.chat(call(url(path))).status()).as(path).isEqualTo(200);
            assertSent("text/plain", latin1("# Notes\n1,2,3 <b>"));
        }
        serves("/page.html", "Content-Type: text/html\r\n", latin1("<html>A page to read</html>"));
        assertThat(customer.chat(call(url("/page.html"))).status()).isEqualTo(200);
        assertSent("text/html", latin1("<html>A page to read</html>"));
    }

    @Test
    void at_the_Gemini_door_a_page_is_a_document_unless_its_caller_or_its_name_says_otherwise() {
        byte[] page = latin1("<html>A page</html>");
        serves("/page", "Content-Type: text/html\r\n", page);
        serves("/page.png", "Content-Type: text/html\r\n", page);
        assertThat(generate(customer, inGeminisWords(url("/page"))).status()).isEqualTo(200);
        assertSent("text/html", page);
        for (String refused : List.of(
                inGeminisWords(url("/page"), ",\"mimeType\":\"image/png\""),
                inGeminisWords(url("/page"), ",\"mimeType\":\"application/pdf\""),
                inGeminisWords(url("/page.png")),
                inGeminisWords(url("/page.png"), ",\"mimeType\":\"text/html\""))) {
            CallServer.Reply reply = generate(customer, refused);
            assertThat(reply.status()).as(refused).isEqualTo(400);
            assertThat(reply.text()).contains("what came is text/html");
        }
    }

    @Test
    void an_unknown_type_is_refused_before_it_has_come() throws InterruptedException {
        CountDownLatch gone = new CountDownLatch(1);
        PATHS.put("/endless", (request, out) -> {
            try {
                out.write(latin1("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n\r\nPK\u0003\u0004"));
                endless(out);
            } catch (IOException left) {
                gone.countDown();
                throw left;
            }
        });
        assertRefused(url("/endless"), "application/zip");
        assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private static void endless(OutputStream out) throws IOException {
        byte[] piece = new byte[64 * 1024];
        while (true) {
            out.write(piece);
        }
    }

    @Test
    void a_body_that_does_not_end_is_refused_at_the_limit() {
        PATHS.put("/endless", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\n\r\n....ftypisom"));
            endless(out);
        });
        assertRefused(url("/endless"), "leads to a file of more than 3145728 bytes.");
    }

    @Test
    void a_length_above_the_limit_is_refused_without_reading() {
        PATHS.put("/large", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 3145729\r\n\r\n"));
            request.awaitDeparture();
        });
        assertRefused(url("/large"), "more than 3145728 bytes");
    }

    @Test
    void all_media_of_a_call_together_have_a_limit() {
        serves("/a", "", MediaSamples.video(3_000_000, 1));
        serves("/b", "", MediaSamples.video(3_000_000, 2));
        CallServer.Reply reply = customer.chat(call(url("/a"), url("/b")));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("message").stringValue()).contains("more than 5242880 bytes in all");
    }

    private static byte[] gzip(byte[]... members) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        for (byte[] member : members) {
            try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(member);
            }
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", "GZIP"})
    void an_unrequested_compression_is_undone(String coding) throws IOException {
        String packed = "Content-Encoding: " + coding + "\r\n";
        byte[] png = MediaSamples.BY_TYPE.get("image/png");
        serves("/p.png", packed + "Content-Type: image/png\r\n", gzip(png));
        assertThat(customer.chat(call(url("/p.png"))).status()).isEqualTo(200);
        assertSent("image/png", png);
        byte[] large = new byte[2_500_000];
        new Random(7).nextBytes(large);
        System.arraycopy(latin1("....ftypisom"), 0, large, 0, 12);
        serves("/v", packed, gzip(Arrays.copyOf(large, 1_000_000), Arrays.copyOfRange(large, 1_000_000, 2_500_000)));
        assertThat(customer.chat(call(url("/v"))).status()).isEqualTo(200);
        assertSent("video/mp4", large);
        serves("/t.txt", packed + "Content-Type: text/plain\r\n", gzip(latin1("Words, words. ".repeat(1_000))));
        assertThat(customer.chat(call(url("/t.txt"))).status()).isEqualTo(200);
        assertSent("text/plain", latin1("Words, words. ".repeat(1_000)));
    }

    @Test
    void what_is_unpacked_stays_below_the_limits_and_a_bomb_is_given_up() throws IOException {
        String packed = "Content-Encoding: gzip\r\n";
        byte[] video = new byte[3_200_000];
        new Random(7).nextBytes(video);
        System.arraycopy(latin1("....ftypisom"), 0, video, 0, 12);
        for (int i = 12; i < video.length; i++) {
            video[i] &= 3; // a quarter of it, packed
        }
        serves("/large", packed, gzip(video));
        assertRefused(url("/large"), "leads to a file of more than 3145728 bytes.");
        serves(
                "/bomb",
                packed + "Content-Type: text/plain\r\n",
                gzip("a".repeat(2_500_000).getBytes(UTF_8)));
        assertRefused(url("/bomb"), "become more than 200 times as many when they are unpacked.");
        serves("/not", packed + "Content-Type: text/plain\r\n", latin1("Just words"));
        assertRefused(url("/not"), "labelled gzip, but is not");
        byte[] whole = gzip(MediaSamples.BY_TYPE.get("image/png"));
        serves("/half", packed + "Content-Type: image/png\r\n", Arrays.copyOf(whole, whole.length / 2));
        assertRefused(url("/half"), "labelled gzip, but is not");
        serves("/br", "Content-Type: text/plain\r\nContent-Encoding: br\r\n", latin1("Just words"));
        assertRefused(url("/br"), "compresses it unasked, and not with gzip");
        serves("/twice", "Content-Encoding: gzip, gzip\r\n", gzip(gzip(latin1("%PDF-"))));
        assertRefused(url("/twice"), "not with gzip");
        serves("/file.gz", "Content-Type: application/gzip\r\n", gzip(new byte[2_000_000]));
        assertRefused(url("/file.gz"), "application/gzip");
    }

    @Test
    void packed_bytes_of_which_nothing_comes_out_are_refused() throws IOException {
        byte[] empty = gzip(new byte[0]);
        PATHS.put("/empty", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"));
            while (true) {
                out.write(empty);
            }
        });
        assertRefused(url("/empty"), "labelled gzip, but is not");
    }

    @Test
    void who_stops_sending_within_what_is_packed_is_given_up() throws IOException {
        byte[] whole = gzip(MediaSamples.BY_TYPE.get("image/png"));
        PATHS.put("/slow", (request, out) -> {
            out.write(latin1(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + whole.length + "\r\n\r\n"));
            out.write(whole, 0, 20);
            request.awaitDeparture();
        });
        assertRefused(url("/slow"), "could not be downloaded within 2 s.");
    }

    @Test
    void a_body_that_trickles_is_given_up() {
        PATHS.put("/slow", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%PDF-"));
            request.awaitDeparture();
        });
        assertRefused(url("/slow"), "could not be downloaded within 2 s.");
    }

    @Test
    void a_server_that_never_answers_is_given_up() {
        PATHS.put("/silent", (request, out) -> request.awaitDeparture());
        assertRefused(url("/silent"), "could not be downloaded within 2 s.");
    }

    @Test
    void a_body_that_breaks_off_is_refused() {
        PATHS.put("/broken", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%PDF-"));
            throw new IOException("enough");
        });
        assertRefused(url("/broken"), "the connection broke off");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 206, 304, 401, 404, 500})
    void another_status_than_200_is_refused(int status) {
        PATHS.put("/s", (request, out) -> HandServer.reply(out, status, "", ""));
        assertRefused(url("/s"), "its server answered " + status + ".");
    }

    @Test
    void what_is_no_http_is_refused() {
        PATHS.put("/raw", (request, out) -> out.write(latin1("SSH-2.0-OpenSSH_9.6\r\n\r\n")));
        assertRefused(url("/raw"), "could not be");
    }

    // ---- whose downloads

    @Test
    void nothing_is_downloaded_without_a_positive_balance() {
        Customer poor = gateway.customer("0");
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        int before = HOST.connections();
        assertError(poor.chat(call(url("/p"))), 402, "insufficient_credits", "billing_error");
        assertThat(HOST.connections()).isEqualTo(before);
    }

    @Test
    void what_can_be_refused_without_downloading_is_refused_first() {
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        int before = HOST.connections();
        String wrong = call(url("/p")).replace("\"stream\":false", "\"stream\":false,\"presence_penalty\":1");
        assertError(customer.chat(wrong), 400, "invalid_request", "invalid_request_error");
        assertThat(HOST.connections()).isEqualTo(before);
    }

    @Test
    void a_download_is_priced_by_what_came() {
        Customer modest = gateway.customer("1");
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        // A picture is bound by 4,128 tokens, 0.24 credits; one whose size was not known would be by the whole context,
        // 59.77.
        assertThat(modest.chat(call(url("/p"))).status()).isEqualTo(200);
    }

    @Test
    void an_estimate_downloads_to_know_and_keeps_nothing() {
        serves("/v", "", MediaSamples.video(2_500_000, 1));
        CallServer.Reply reply = gateway.post("/v1/estimate", call(url("/v")), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        // 100,001 tokens of the video by its bytes, and the text; not the context limit
        assertThat(reply.json().at("/data/prompt_tokens_max").asLong()).isBetween(100_001L, 100_200L);
        CallServer.Reply refused = gateway.post("/v1/estimate", call(url("/not-here")), customer.key());
        assertError(refused, 400, "invalid_request", "invalid_request_error");
        CallServer.Reply poor = gateway.post(
                "/v1/estimate", call(url("/v")), gateway.customer("0").key());
        assertError(poor, 402, "insufficient_credits", "billing_error");
        assertThat(gateway.calls().mediaBytes()).isZero();
    }

    // ---- at the Gemini door

    private static String inGeminisWords(String url, String... members) {
        return "{\"contents\":[{\"parts\":[{\"text\":\"What is it?\"},{\"fileData\":{\"fileUri\":\"" + url + "\""
                + String.join("", members) + "}}]}]}";
    }

    private static CallServer.Reply generate(Customer who, String body) {
        return gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", body, who.key());
    }

    @ParameterizedTest
    @MethodSource("types")
    void the_Gemini_door_downloads_each_kind_of_media_too(String type) {
        byte[] bytes = MediaSamples.BY_TYPE.get(type);
        serves("/m", "Content-Type: " + type + "\r\n", bytes);
        CallServer.Reply reply = generate(customer, inGeminisWords(url("/m"), ",\"displayName\":\"mine\""));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertSent(type, bytes);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("contents[0].parts[1].fileData.displayName");
    }

    @Test
    void at_the_Gemini_door_a_file_without_a_header_or_a_suffix_is_what_its_caller_says() {
        serves("/words", "", MediaSamples.BY_TYPE.get("text/plain"));
        assertThat(generate(customer, inGeminisWords(url("/words"), ",\"mimeType\":\"text/csv\""))
                        .status())
                .isEqualTo(200);
        assertSent("text/csv", MediaSamples.BY_TYPE.get("text/plain"));
    }

    @Test
    void at_the_Gemini_door_what_cannot_be_had_is_refused_with_its_place_and_free() {
        long tasks = customer.tasks();
        CallServer.Reply reply = generate(customer, inGeminisWords(url("/not-here")));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("status").stringValue()).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error().at("/details/1/fieldViolations/0/field").stringValue())
                .isEqualTo("contents[0].parts[1].file_data.file_uri");
        assertThat(customer.tasks()).isEqualTo(tasks);

        int before = HOST.connections();
        CallServer.Reply poor = generate(gateway.customer("0"), inGeminisWords(url("/m")));
        assertThat(poor.status()).isEqualTo(402);
        assertThat(HOST.connections()).isEqualTo(before);
    }

    @Test
    void at_the_Gemini_door_a_download_is_priced_by_what_came_and_counted_with_the_prompt() {
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        assertThat(generate(gateway.customer("1"), inGeminisWords(url("/p"))).status())
                .isEqualTo(200);
        String count = "/v1beta/models/gemini-2.5-pro:countTokens";
        CallServer.Reply reply = gateway.post(count, inGeminisWords(url("/p")), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("promptTokensDetails").toString()).contains("\"modality\":\"IMAGE\"", "TEXT");
        assertThat(reply.json()
                        .get("promptTokensDetails")
                        .valueStream()
                        .mapToLong(detail -> detail.get("tokenCount").asLong())
                        .sum())
                .isEqualTo(reply.json().get("totalTokens").asLong());
        CallServer.Reply gone = gateway.post(count, inGeminisWords(url("/not-here")), customer.key());
        assertThat(gone.error().get("status").stringValue()).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void at_the_Gemini_door_a_video_of_many_frames_is_held_for_as_one_of_unknown_length() {
        serves("/v", "", MediaSamples.video(100_000, 1));
        String slow = inGeminisWords(url("/v"));
        String fast = slow.replace("\"fileData\"", "\"videoMetadata\":{\"fps\":24},\"fileData\"");
        Customer modest = gateway.customer("2");
        int asked = gateway.asked().size();
        assertThat(generate(modest, slow).status()).isEqualTo(200);
        assertThat(gateway.asked()).hasSize(asked + 1);
        assertThat(generate(modest, fast).status()).isEqualTo(200);
        assertThat(gateway.asked().get(asked + 1).path()).endsWith(":countTokens");
    }

    @Test
    void a_known_answer_is_replayed_without_downloading_again() {
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        CallServer.Reply first = customer.chat(call(url("/p")), "key-1");
        assertThat(first.status()).isEqualTo(200);
        int before = HOST.connections();
        PATHS.clear();
        CallServer.Reply again = customer.chat(call(url("/p")), "key-1");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertThat(HOST.connections()).isEqualTo(before);
    }

    @Test
    void a_key_whose_download_failed_is_free_for_another_try() {
        assertError(customer.chat(call(url("/p")), "key-2"), 400, "invalid_request", "invalid_request_error");
        serves("/p", "", MediaSamples.BY_TYPE.get("image/png"));
        assertThat(customer.chat(call(url("/p")), "key-2").status()).isEqualTo(200);
    }

    @Test
    void a_caller_who_leaves_takes_the_downloads_along() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        PATHS.put("/v", (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n....ftypisom"));
            begun.countDown();
            try {
                while (true) {
                    out.write(0);
                    Thread.sleep(5);
                }
            } catch (IOException left) {
                gone.countDown();
            }
        });
        long tasks = customer.tasks();
        try (var leaving = customer.chatRaw(call(url("/v")))) {
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(customer.tasks()).isEqualTo(tasks);
    }

    private static void holds(String path, CountDownLatch begun) {
        PATHS.put(path, (request, out) -> {
            out.write(latin1("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n....ftypisom"));
            begun.countDown();
            request.awaitDeparture();
        });
    }

    @Test
    void a_shutdown_ends_calls_that_are_loading_without_a_charge() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        holds("/v", begun);
        try (CallServer other = CallServer.start("media.allow", "127.0.0.1:" + HOST.port(), "timeouts.drain", "0ms")) {
            CompletableFuture<CallServer.Reply> reply = other.customer("10").chatAside(call(url("/v")));
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            other.restart();
            assertError(reply.get(60, TimeUnit.SECONDS), 503, "internal_error", "api_error");
            other.assertBooksAreClosed();
        }
    }

    @Test
    void the_time_of_a_call_includes_its_downloads() throws Exception {
        holds("/v", new CountDownLatch(1));
        try (CallServer other = CallServer.start("media.allow", "127.0.0.1:" + HOST.port(), "timeouts.call", "300ms")) {
            Customer waiting = other.customer("10");
            assertError(waiting.chat(call(url("/v"))), 503, "upstream_error", "upstream_error");
            assertThat(waiting.tasks()).isZero();
        }
    }

    @Test
    void where_there_is_no_room_for_more_media_the_call_is_a_503_to_try_again() {
        serves("/v", "", MediaSamples.video(2_500_000, 1));
        try (CallServer other =
                CallServer.start("media.allow", "127.0.0.1:" + HOST.port(), "media.spool-bytes", "4MiB")) {
            Customer waiting = other.customer("100");
            CallServer.Reply reply = waiting.chat(call(url("/v")));
            assertError(reply, 503, "internal_error", "api_error");
            assertThat(reply.header("retry-after")).isEqualTo("5");
            serves("/v", "", MediaSamples.video(1_500_000, 1));
            assertThat(waiting.chat(call(url("/v"))).status()).isEqualTo(200);
            Scrape scrape = Scrape.of(other);
            assertThat(scrape.sum("tollgate_media_downloads_total", "end=\"no_room\""))
                    .isEqualTo(1);
            assertThat(scrape.sum("tollgate_media_downloads_total")).isEqualTo(2);
        }
    }

    @Test
    void a_download_that_a_fault_of_ours_ends_is_a_500_without_a_charge_and_counted_as_failed() {
        Resolver faulty = host -> {
            throw new IllegalStateException("a mistake");
        };
        try (CallServer other = CallServer.start(faulty, "media.allow", "127.0.0.1:" + HOST.port())) {
            Customer waiting = other.customer("10");
            CallServer.Reply reply = waiting.chat(call("http://somewhere.test:" + HOST.port() + "/x"));
            assertError(reply, 500, "internal_error", "api_error");
            assertThat(waiting.tasks()).isZero();
            assertThat(Scrape.of(other).sum("tollgate_media_downloads_total", "end=\"failed\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void one_account_has_no_more_than_eight_downloads_at_once_and_the_others_wait() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 12; i++) {
            PATHS.put("/" + i, (request, out) -> {
                release.await();
                HandServer.reply(out, 200, "", MediaSamples.BY_TYPE.get("image/png"));
            });
        }
        String[] urls = new String[12];
        for (int i = 0; i < 12; i++) {
            urls[i] = url("/" + i);
        }
        CompletableFuture<CallServer.Reply> reply = customer.chatAside(call(urls));
        CallServer.await("eight downloads", () -> HOST.openConnections() == 8);
        CompletableFuture<Void> later = new CompletableFuture<>();
        later.completeOnTimeout(null, 200, TimeUnit.MILLISECONDS).join();
        assertThat(HOST.openConnections()).isEqualTo(8);
        release.countDown();
        assertThat(reply.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
}
