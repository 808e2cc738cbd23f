package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FilesUpstream;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.upstreams.gemini.GeminiMedia;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Media that are too large for the body of a call go through the upstream's Files API (G-08, protocol 1.9). */
class FileUploadTest {

    /** A tenth of what a program sends in a body: that it goes by that is for MediaPlacementTest and MediaMemoryTest to show. */
    private static final long LIMIT = GeminiMedia.BODY_BYTES_MAX / 10;

    private static final Surroundings SURROUNDINGS = Surroundings.REAL.with(it -> it.uploadedAbove = LIMIT);
    private static final int LARGE = 1_600_000;

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final FilesUpstream upstream = new FilesUpstream();
    private final HandServer host =
            new HandServer((request, out) -> HandServer.reply(out, 200, "", files.get(request.target())));
    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start(
                SURROUNDINGS,
                Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url(), "GEMINI_API_KEY", "upstream-key"),
                "media.allow",
                "127.0.0.1:" + host.port());
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
        host.close();
    }

    private String video(int number, int bytes) {
        files.put("/v" + number, MediaSamples.video(bytes, number));
        return host.url() + "/v" + number;
    }

    private static long crc32(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    private JsonNode lastParts() {
        return upstream.asked().getLast().body().at("/contents/0/parts");
    }

    @Test
    void a_large_video_is_uploaded_whole_and_named_in_the_call() throws Exception {
        upstream.processingTimes = 2;
        assertThat(customer.chat(call(video(1, LARGE))).status()).isEqualTo(200);
        assertThat(upstream.uploaded())
                .containsExactly(new FilesUpstream.Uploaded("files/f1", "video/mp4", LARGE, crc32(files.get("/v1"))));
        assertThat(upstream.requests())
                .containsExactly(
                        "POST /upload/v1beta/files",
                        "POST /upload/v1beta/files?upload_id=1&upload_protocol=resumable",
                        "GET /v1beta/files/f1",
                        "GET /v1beta/files/f1",
                        "POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
        assertThat(lastParts().get(1).toString())
                .isEqualTo("{\"fileData\":{\"mimeType\":\"video/mp4\","
                        + "\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/f1\"}}");
    }

    @Test
    void below_the_limit_the_bytes_go_along() {
        byte[] video = MediaSamples.video(1_490_000, 1);
        files.put("/v", video);
        assertThat(customer.chat(call(host.url() + "/v")).status()).isEqualTo(200);
        assertThat(upstream.uploaded()).isEmpty();
        assertThat(upstream.asked().getLast().bytes()).isLessThan(LIMIT);
        assertThat(Base64.getDecoder()
                        .decode(lastParts().at("/1/inlineData/data").stringValue()))
                .isEqualTo(video);
    }

    @Test
    void the_largest_files_are_uploaded_until_the_others_fit() {
        String[] urls = {video(1, 600_000), video(2, 900_000), video(3, 700_000)};
        assertThat(customer.chat(call(urls)).status()).isEqualTo(200);
        assertThat(upstream.uploaded())
                .extracting(FilesUpstream.Uploaded::bytes)
                .containsExactly(900_000L);
        assertThat(lastParts().get(1).has("inlineData")).isTrue();
        assertThat(lastParts().get(2).has("fileData")).isTrue();
        assertThat(lastParts().get(3).has("inlineData")).isTrue();
    }

    @Test
    void a_large_data_url_is_uploaded_too() throws Exception {
        byte[] pdf = MediaSamples.video(LARGE, 1);
        System.arraycopy(MediaSamples.latin1("%PDF-1.7...."), 0, pdf, 0, 12);
        assertThat(customer.chat(call(MediaSamples.dataUrl("application/pdf", pdf)))
                        .status())
                .isEqualTo(200);
        assertThat(upstream.uploaded())
                .containsExactly(new FilesUpstream.Uploaded("files/f1", "application/pdf", LARGE, crc32(pdf)));
    }

    @Test
    void large_bytes_of_the_Gemini_door_are_uploaded_too() throws Exception {
        byte[] video = MediaSamples.video(LARGE, 1);
        String body = """
                {"contents":[{"role":"user","parts":[{"text":"What is it?"},\
                {"videoMetadata":{"fps":1},"inlineData":{"mimeType":"video/mp4","data":"%s"}}]}]}""".formatted(Base64.getEncoder().encodeToString(video));
        CallServer.Reply reply = gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", body, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(upstream.uploaded())
                .containsExactly(new FilesUpstream.Uploaded("files/f1", "video/mp4", LARGE, crc32(video)));
        assertThat(lastParts().get(1).at("/videoMetadata/fps").asInt()).isEqualTo(1);
        assertThat(lastParts().get(1).at("/fileData/fileUri").stringValue()).endsWith("files/f1");
    }

    @Test
    void equal_content_is_uploaded_once_for_all_urls_and_callers() {
        String url = video(1, LARGE);
        files.put("/copy", files.get("/v1"));
        assertThat(customer.chat(call(url)).status()).isEqualTo(200);
        assertThat(gateway.customer("1000").chat(call(host.url() + "/copy")).status())
                .isEqualTo(200);
        assertThat(upstream.uploaded()).hasSize(1);
        assertThat(upstream.asked()).hasSize(2);
    }

    @Test
    void calls_at_the_same_time_wait_for_one_upload() throws Exception {
        upstream.uploadMillis = 300;
        String url = video(1, LARGE);
        List<CompletableFuture<CallServer.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            calls.add(customer.chatAside(call(url)));
        }
        for (CompletableFuture<CallServer.Reply> call : calls) {
            assertThat(call.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
        assertThat(upstream.uploaded()).hasSize(1);
    }

    @Test
    void an_upload_that_breaks_off_goes_on_where_it_was() throws Exception {
        upstream.breakAfterBytes.set(500_000);
        assertThat(customer.chat(call(video(1, LARGE))).status()).isEqualTo(200);
        assertThat(upstream.uploaded())
                .containsExactly(new FilesUpstream.Uploaded("files/f1", "video/mp4", LARGE, crc32(files.get("/v1"))));
    }

    @Test
    void a_file_lost_by_the_upstream_is_uploaded_again() {
        String url = video(1, LARGE);
        assertThat(customer.chat(call(url)).status()).isEqualTo(200);
        upstream.loseFiles();
        CallServer.Reply reply = customer.chat(call(url));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        assertThat(upstream.uploaded()).hasSize(2);
    }

    @Test
    void a_file_that_the_upstream_cannot_read_is_a_503_and_free() {
        upstream.finalState = "FAILED";
        assertError(customer.chat(call(video(1, LARGE))), 503, "upstream_error", "upstream_error");
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void where_nothing_can_be_uploaded_the_call_is_a_503_and_free() {
        String url = video(1, LARGE);
        upstream.close();
        assertError(customer.chat(call(url)), 503, "upstream_error", "upstream_error");
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void another_channel_gets_its_own_upload_of_what_was_downloaded_once() throws Exception {
        String url = video(1, LARGE);
        Path channels = Files.createTempFile("channels", ".yaml");
        Files.writeString(channels, """
                channels:
                  - {id: first, kind: gemini, base_url: "%1$s", key: wrong-key, priority: 1}
                  - {id: second, kind: gemini, base_url: "%1$s", key: upstream-key, priority: 2}
                """.formatted(upstream.url()));
        int before = host.connections();
        try (CallServer pooled = CallServer.start(
                SURROUNDINGS,
                Map.of(),
                "channels.file",
                channels.toString(),
                "demo.credits",
                "1000",
                "media.allow",
                "127.0.0.1:" + host.port())) {
            CallServer.Reply reply = pooled.chat(call(url));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        } finally {
            Files.delete(channels);
        }
        assertThat(host.connections()).isEqualTo(before + 1);
        assertThat(upstream.uploaded()).hasSize(1);
        assertThat(upstream.requests()).startsWith("POST /upload/v1beta/files", "POST /upload/v1beta/files");
    }

    @Test
    void a_caller_who_leaves_takes_the_upload_along() throws Exception {
        upstream.uploadMillis = 1_000;
        try (var leaving = customer.chatRaw(call(video(1, LARGE)))) {
            CallServer.await("the upload", () -> upstream.requests().size() == 2);
        }
        CallServer.await("the call's end", () -> gateway.calls().open() == 0);
        assertThat(customer.lastTask().get("status").stringValue()).isEqualTo("cancelled");
        assertThat(customer.consumed()).isZero();
        assertThat(upstream.asked()).isEmpty();
    }

    @Test
    void a_prompt_with_files_is_counted_where_its_bound_is_not_covered() {
        Customer modest = gateway.customer("1");
        assertThat(modest.chat(call(video(1, LARGE))).status()).isEqualTo(200); // by its bytes 64,000 tokens
        assertThat(upstream.asked())
                .extracting(FilesUpstream.Asked::target)
                .first()
                .asString()
                .endsWith(":countTokens");
        assertThat(upstream.asked().getFirst().body().findValue("fileUri").stringValue())
                .endsWith("files/f1");
        assertThat(upstream.uploaded()).hasSize(1);
    }
}
