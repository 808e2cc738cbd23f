package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The Files API: upload in one piece and in many, states, ends, owners and limits. */
class SandboxFilesTest {

    private static final int CEILING = 1 << 20;

    private final SettableClock clock = new SettableClock();
    private SandboxClient client;

    @BeforeEach
    void start() {
        client = new SandboxClient(SandboxOptions.defaults()
                .withClock(clock)
                .withFileProcessingMillis(500)
                .withFilesBytesMax(CEILING));
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void a_start_gives_a_url_that_needs_no_key() throws Exception {
        byte[] content = random(100_000);
        SandboxClient.Reply started = begin("{\"file\":{\"display_name\":\"a.mp4\"}}", "video/mp4", content.length);

        assertThat(started.header("x-goog-upload-status")).isEqualTo("active");
        SandboxClient.Reply done = send(url(started), 0, "upload, finalize", content);

        assertThat(done.header("x-goog-upload-status")).isEqualTo("final");
        JsonNode file = done.json().path("file");
        assertThat(file.path("displayName").asString()).isEqualTo("a.mp4");
        assertThat(file.path("mimeType").asString()).isEqualTo("video/mp4");
        assertThat(file.path("sizeBytes").asString()).isEqualTo("100000");
        assertThat(file.path("sha256Hash").asString())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(content)));
        assertThat(file.path("uri").asString())
                .isEqualTo(client.sandbox.baseUrl() + "/v1beta/"
                        + file.path("name").asString());
        assertThat(file.path("state").asString()).isEqualTo("PROCESSING");
        assertThat(file.path("createTime").asString()).isEqualTo("2026-11-20T12:00:00Z");
        assertThat(file.path("expirationTime").asString()).isEqualTo("2026-11-22T12:00:00Z");
    }

    @Test
    void a_file_comes_in_pieces_over_several_connections_and_may_be_asked_how_far_it_is() throws Exception {
        byte[] content = random(700_000);
        String url = url(begin("", "video/mp4", content.length));

        SandboxClient.Reply first = send(url, 0, "upload", Arrays.copyOf(content, 262_144));
        assertThat(first.header("x-goog-upload-status")).isEqualTo("active");
        assertThat(first.text()).isEmpty();
        SandboxClient.Reply wrong = send(url, 0, "upload", new byte[10]);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.error()).isEqualTo("Invalid X-Goog-Upload-Offset: 0; received so far: 262144.");
        assertThat(send(url, 0, "query", new byte[0]).header("x-goog-upload-size-received"))
                .isEqualTo("262144");
        send(url, 262_144, "upload", Arrays.copyOfRange(content, 262_144, content.length));
        SandboxClient.Reply done = send(url, content.length, "finalize", new byte[0]);

        assertThat(done.json().path("file").path("sha256Hash").asString())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(content)));
        assertThat(send(url, 0, "upload", content).status()).isEqualTo(404);
    }

    @Test
    void a_connection_that_breaks_leaves_what_came_and_the_rest_may_follow() throws Exception {
        byte[] content = random(200_000);
        String url = url(begin("", "video/mp4", content.length));
        try (Socket socket = new Socket("127.0.0.1", client.sandbox.port())) {
            String head = "POST " + URI.create(url).getRawPath() + "?"
                    + URI.create(url).getRawQuery()
                    + " HTTP/1.1\r\nhost: sandbox\r\nx-goog-upload-offset: 0\r\nx-goog-upload-command: upload, finalize\r\n"
                    + "content-length: " + content.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(content, 0, 50_000);
            socket.getOutputStream().flush();
            SandboxClient.until(() -> received(url) == 50_000);
        }

        SandboxClient.until(() -> send(url, 50_000, "upload", new byte[0]).status() == 200);
        SandboxClient.Reply done =
                send(url, 50_000, "upload, finalize", Arrays.copyOfRange(content, 50_000, content.length));
        assertThat(done.json().path("file").path("sha256Hash").asString())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(content)));
    }

    @Test
    void a_file_is_usable_when_it_is_active_and_until_it_expires() {
        String uri = uploaded("application/pdf", pdf(3));

        assertThat(use(GEMINI_25, uri).status()).isEqualTo(400);
        assertThat(use(GEMINI_25, uri).error())
                .isEqualTo("The File " + id(uri) + " is not in an ACTIVE state and usage is not allowed.");
        clock.move(Duration.ofMillis(500));
        assertThat(use(GEMINI_25, uri).answer())
                .startsWith("I received the file files/" + id(uri) + ", application/pdf (")
                .contains("3 pages");
        assertThat(details(use(GEMINI_25, uri))).contains("DOCUMENT 774");
        assertThat(details(use(GEMINI_3, uri))).contains("DOCUMENT 1680");

        clock.move(Duration.ofHours(48));
        assertThat(use(GEMINI_25, uri).status()).isEqualTo(403);
        assertThat(use(GEMINI_25, uri).error())
                .isEqualTo("You do not have permission to access the File " + id(uri) + " or it may not exist.");
        assertThat(client.get("/v1beta/files").json().isEmpty()).isTrue();
        assertThat(client.sandbox.filesBytes()).isZero();
    }

    @Test
    void files_belong_to_the_project_of_their_key() {
        String uri = uploaded("text/plain", "mine".getBytes(StandardCharsets.UTF_8));
        clock.move(Duration.ofSeconds(1));

        assertThat(with("another", "/v1beta/files/" + id(uri)).status()).isEqualTo(403);
        assertThat(with("another", "/v1beta/files").json().isEmpty()).isTrue();
        assertThat(with("another@test-key", "/v1beta/files/" + id(uri)).status())
                .isEqualTo(200);
        assertThat(with("test-key", "/v1/files/" + id(uri)).json().path("state").asString())
                .isEqualTo("ACTIVE");
    }

    @Test
    void processing_can_take_longer_or_fail() {
        String slow = uploaded(
                "video/mp4", random(10), "{\"file\":{\"displayName\":\"[[sandbox: file_processing=60000]]\"}}");
        String failing = uploaded("video/mp4", random(10), "{\"file\":{\"displayName\":\"[[sandbox: file_fails]]\"}}");
        clock.move(Duration.ofSeconds(59));

        assertThat(state(slow)).isEqualTo("PROCESSING");
        assertThat(state(failing)).isEqualTo("FAILED");
        assertThat(client.get("/v1beta/files/" + id(failing))
                        .json()
                        .path("error")
                        .path("message")
                        .asString())
                .isNotEmpty();
        assertThat(use(GEMINI_25, failing).error()).contains("is not in an ACTIVE state");
        clock.move(Duration.ofSeconds(1));
        assertThat(state(slow)).isEqualTo("ACTIVE");
    }

    @Test
    void files_are_listed_by_pages_the_newest_first_and_deleted() {
        List<String> uris = Stream.of("a", "b", "c")
                .map(text -> uploaded("text/plain", text.getBytes(StandardCharsets.UTF_8)))
                .toList();

        JsonNode first = client.get("/v1beta/files?pageSize=2").json();
        JsonNode second = client.get("/v1beta/files?pageSize=2&pageToken="
                        + first.path("nextPageToken").asString())
                .json();
        assertThat(Stream.concat(
                                first.path("files").valueStream(),
                                second.path("files").valueStream())
                        .map(file -> file.path("uri").asString()))
                .containsExactly(uris.get(2), uris.get(1), uris.get(0));
        assertThat(second.has("nextPageToken")).isFalse();

        HttpRequest delete =
                client.request("/v1beta/files/" + id(uris.get(1))).DELETE().build();
        assertThat(client.send(delete).json().isEmpty()).isTrue();
        assertThat(client.send(delete).status()).isEqualTo(403);
        assertThat(client.sandbox.filesBytes()).isEqualTo(2);
    }

    @Test
    void bytes_are_on_disk_never_above_the_ceiling_and_gone_at_the_end() throws Exception {
        uploaded("video/mp4", random(CEILING - 10));
        Path folder = client.sandbox.filesFolder().orElseThrow();
        assertThat(Files.size(onlyFile(folder))).isEqualTo(CEILING - 10);

        assertThat(begin("", "video/mp4", 11).status()).isEqualTo(429);
        String url = url(begin("", "video/mp4", -1));
        SandboxClient.Reply full = send(url, 0, "upload, finalize", random(11));
        assertThat(full.status()).isEqualTo(429);
        assertThat(send(url, 0, "query", new byte[0]).status()).isEqualTo(404);
        assertThat(client.sandbox.filesBytes()).isEqualTo(CEILING - 10);
        SandboxClient.until(() -> count(folder) == 1);

        SandboxClient.await(client.sandbox.close());
        assertThat(folder).doesNotExist();
    }

    @Test
    void an_upload_keeps_to_what_was_announced() {
        String longer = url(begin("", "video/mp4", 10));
        assertThat(send(longer, 0, "upload, finalize", random(11)).error())
                .isEqualTo("More bytes than were announced: 10.");
        String shorter = url(begin("", "video/mp4", 10));
        assertThat(send(shorter, 0, "upload, finalize", random(9)).error())
                .isEqualTo("Fewer bytes than were announced: 9 of 10.");
        assertThat(client.sandbox.filesBytes()).isZero();
        assertThat(begin("", "video/mp4", (2L << 30) + 1).error())
                .isEqualTo("File size exceeds the limit: 2147483648 bytes.");
    }

    @Test
    void an_upload_can_be_cancelled_and_an_abandoned_upload_is_dropped() {
        String cancelled = url(begin("", "video/mp4", 100));
        send(cancelled, 0, "upload", random(50));
        assertThat(send(cancelled, 0, "cancel", new byte[0]).header("x-goog-upload-status"))
                .isEqualTo("cancelled");
        assertThat(client.sandbox.filesBytes()).isZero();

        String idle = url(begin("", "video/mp4", 100));
        send(idle, 0, "upload", random(50));
        clock.move(Duration.ofMinutes(61));
        begin("", "video/mp4", 100);
        assertThat(send(idle, 50, "upload, finalize", random(50)).status()).isEqualTo(404);
        assertThat(client.sandbox.filesBytes()).isZero();
    }

    @Test
    void a_start_needs_a_key_the_protocol_a_type_and_a_free_name() {
        HttpRequest.Builder keyless = HttpRequest.newBuilder(
                        URI.create(client.sandbox.baseUrl() + "/upload/v1beta/files"))
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start");
        assertThat(client.send(keyless.POST(BodyPublishers.noBody()).build()).status())
                .isEqualTo(403);
        assertThat(client.post("/upload/v1beta/files", "{}").error())
                .startsWith("The sandbox takes resumable uploads only");
        assertThat(begin("{}", "", 5).error()).contains("file.mime_type");
        assertThat(begin("{\"file\":{\"nonsense\":1}}", "video/mp4", 5).error())
                .isEqualTo("Invalid JSON payload received. Unknown name \"nonsense\" at 'file': Cannot find field.");
        assertThat(begin("{\"file\":{\"name\":\"files/Not Allowed\"}}", "video/mp4", 5)
                        .status())
                .isEqualTo(400);

        String uri = uploaded("text/plain", new byte[1], "{\"file\":{\"name\":\"files/mine\"}}");
        assertThat(uri).endsWith("/v1beta/files/mine");
        assertThat(begin("{\"file\":{\"name\":\"files/mine\"}}", "text/plain", 1)
                        .status())
                .isEqualTo(409);
    }

    @Test
    void names_are_the_same_in_each_run_of_a_seed() {
        String here = id(uploaded("text/plain", new byte[1]));
        try (SandboxClient again = new SandboxClient(SandboxOptions.defaults());
                SandboxClient other =
                        new SandboxClient(SandboxOptions.defaults().withSeed(2))) {
            assertThat(idOfFirst(again)).isEqualTo(here);
            assertThat(idOfFirst(other)).isNotEqualTo(here);
        }
    }

    @Test
    void files_of_elsewhere_are_looked_at_by_their_address_and_type_only() {
        assertThat(use(GEMINI_25, "https://example.com/a.png", "image/png").answer())
                .startsWith("I received the file at https://example.com/a.png.");
        assertThat(use(GEMINI_25, "https://www.youtube.com/watch?v=abc", "").status())
                .isEqualTo(200);
        assertThat(use(GEMINI_25, "https://example.com/a.mp3", "audio/mp3").error())
                .isEqualTo("Unsupported MIME type: audio/mp3");
        assertThat(use(GEMINI_25, "http://example.com/a.png", "image/png").error())
                .isEqualTo("Cannot fetch content from the provided URL");
        assertThat(use(GEMINI_25, "https://nowhere.invalid/a.png", "image/png").error())
                .isEqualTo("Cannot fetch content from the provided URL");
        assertThat(use(GEMINI_25, "gs://bucket/a.png", "image/png").error())
                .isEqualTo("Unsupported file URI type: gs://bucket/a.png.");
        assertThat(use(GEMINI_25, "no uri at all", "image/png").status()).isEqualTo(400);
    }

    @Test
    void pictures_cost_tiles_on_2_5_and_a_resolution_on_3() {
        String large = uploaded("image/jpeg", TestPictures.jpeg(1_000, 700));
        String small = uploaded("image/png", TestPictures.png(300, 200));
        clock.move(Duration.ofSeconds(1));

        assertThat(details(use(GEMINI_25, large))).contains("IMAGE 516");
        assertThat(details(use(GEMINI_25, small))).contains("IMAGE 258");
        assertThat(details(use(GEMINI_3, large))).contains("IMAGE 1064");
        assertThat(use(GEMINI_25, large).answer()).contains("1000 x 700 pixels");
    }

    private String uploaded(String type, byte[] content) {
        return uploaded(type, content, "");
    }

    private String uploaded(String type, byte[] content, String description) {
        SandboxClient.Reply done = send(url(begin(description, type, content.length)), 0, "upload, finalize", content);
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        return done.json().path("file").path("uri").asString();
    }

    private SandboxClient.Reply begin(String description, String type, long bytes) {
        HttpRequest.Builder request = client.request("/upload/v1beta/files")
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .POST(BodyPublishers.ofString(description));
        if (!type.isEmpty()) {
            request.header("X-Goog-Upload-Header-Content-Type", type);
        }
        if (bytes >= 0) {
            request.header("X-Goog-Upload-Header-Content-Length", Long.toString(bytes));
        }
        return client.send(request.build());
    }

    private static String url(SandboxClient.Reply started) {
        assertThat(started.status()).as(started.text()).isEqualTo(200);
        return started.header("x-goog-upload-url");
    }

    private SandboxClient.Reply send(String url, long offset, String command, byte[] content) {
        return client.send(HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(60))
                .header("X-Goog-Upload-Offset", Long.toString(offset))
                .header("X-Goog-Upload-Command", command)
                .POST(BodyPublishers.ofByteArray(content))
                .build());
    }

    private long received(String url) {
        return Long.parseLong(send(url, 0, "query", new byte[0]).header("x-goog-upload-size-received"));
    }

    private SandboxClient.Reply use(String model, String uri) {
        return use(model, uri, "");
    }

    private SandboxClient.Reply use(String model, String uri, String type) {
        String mime = type.isEmpty() ? "" : ",\"mimeType\":\"" + type + "\"";
        return client.generate(
                model, "{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"" + uri + "\"" + mime + "}}]}]}");
    }

    private static List<String> details(SandboxClient.Reply reply) {
        return reply.usage()
                .path("promptTokensDetails")
                .valueStream()
                .map(each -> each.path("modality").asString() + " "
                        + each.path("tokenCount").asInt())
                .toList();
    }

    private SandboxClient.Reply with(String key, String path) {
        return client.send(client.request(path).setHeader("x-goog-api-key", key).build());
    }

    private String state(String uri) {
        return client.get("/v1beta/files/" + id(uri)).json().path("state").asString();
    }

    private static String idOfFirst(SandboxClient client) {
        SandboxClient.Reply started = client.send(client.request("/upload/v1beta/files")
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .header("X-Goog-Upload-Header-Content-Type", "text/plain")
                .POST(BodyPublishers.noBody())
                .build());
        return started.header("x-goog-upload-url").replaceAll(".*upload_id=([a-z0-9]+).*", "$1");
    }

    private static String id(String uri) {
        return uri.substring(uri.lastIndexOf('/') + 1);
    }

    private static byte[] random(int bytes) {
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        return content;
    }

    private static byte[] pdf(int pages) {
        return ("%PDF-1.4\n<< /Type /Pages >>\n" + "<< /Type /Page >>\n".repeat(pages))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private static long count(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
