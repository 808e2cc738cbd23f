package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.media.Medium;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of the Files API step by step, and what is made of its answers (protocol 1.9). */
@Timeout(240)
class UploadProtocolTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final String ACTIVE =
            "{\"file\":{\"name\":\"files/a-1\",\"state\":\"ACTIVE\",\"uri\":\"https://g.example/files/a-1\"}}";

    private ScriptedServer server;
    private UploadProtocol protocol;

    @BeforeEach
    void open() throws IOException {
        server = new ScriptedServer();
        protocol = new UploadProtocol(
                new FarEnd(Outbound.direct(VERTX), server.url() + "/base", 4, Timeouts.DEFAULT),
                new KeyAccess("upstream-key", false),
                new GeminiErrors("upstream-key"));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    private UploadedFile upload() {
        FileUpload upload = new FileUpload(
                protocol,
                new UploadedFile.Content("hash", "text/plain"),
                Medium.of("text/plain", "abcdef".getBytes()),
                () -> NOW);
        upload.start();
        return upload.file().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private UploadFailed fails() {
        try {
            throw new AssertionError(upload());
        } catch (CompletionException e) {
            return (UploadFailed) e.getCause();
        }
    }

    private void starts() {
        answers("X-Goog-Upload-URL: https://elsewhere.example/base/up?id=1\r\n", "");
    }

    private void answers(String headers, String body) {
        server.then(exchange ->
                exchange.raw("HTTP/1.1 200 OK\r\n" + headers + "content-length: " + body.length() + "\r\n\r\n" + body));
    }

    @Test
    void a_file_is_announced_sent_and_there_for_47_hours() throws Exception {
        starts();
        answers("", ACTIVE);
        UploadedFile file = upload();
        assertThat(file.name()).isEqualTo("files/a-1");
        assertThat(file.uri()).isEqualTo("https://g.example/files/a-1");
        assertThat(file.mimeType()).isEqualTo("text/plain");
        assertThat(file.until()).isEqualTo(NOW.plusSeconds(47 * 3_600));
        ScriptedServer.Request start = server.request();
        assertThat(start.head())
                .startsWith("POST /base/upload/v1beta/files HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nx-goog-api-key: upstream-key\r\n")
                .containsIgnoringCase("\r\nx-goog-upload-protocol: resumable\r\n")
                .containsIgnoringCase("\r\nx-goog-upload-header-content-length: 6\r\n")
                .containsIgnoringCase("\r\nx-goog-upload-header-content-type: text/plain\r\n");
        assertThat(start.body()).isEqualTo("{\"file\":{}}");
        ScriptedServer.Request sent = server.request();
        assertThat(sent.head())
                .as("at the channel's own host, whatever stands in the answer")
                .startsWith("POST /base/up?id=1 HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nx-goog-upload-offset: 0\r\n")
                .containsIgnoringCase("\r\nx-goog-upload-command: upload, finalize\r\n");
        assertThat(sent.body()).isEqualTo("abcdef");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T12:00:00Z, 2026-11-20T11:00:00Z",
        "2026-12-20T12:00:00Z, 2026-11-22T09:00:00Z",
        "tomorrow, 2026-11-22T09:00:00Z"
    })
    void a_file_is_used_until_an_hour_before_it_expires_and_for_two_days_at_most(String expires, Instant until) {
        starts();
        answers("", ACTIVE.replace("\"state\"", "\"expirationTime\":\"" + expires + "\",\"state\""));
        assertThat(upload().until()).isEqualTo(until);
    }

    @Test
    void an_upload_that_breaks_goes_on_where_the_upstream_has_come_to() throws Exception {
        starts();
        server.then(ScriptedServer.Exchange::reset);
        answers("x-goog-upload-status: active\r\nx-goog-upload-size-received: 4\r\n", "");
        answers("", ACTIVE);
        upload();
        server.request();
        server.request();
        assertThat(server.request().head()).containsIgnoringCase("\r\nx-goog-upload-command: query\r\n");
        ScriptedServer.Request rest = server.request();
        assertThat(rest.head()).containsIgnoringCase("\r\nx-goog-upload-offset: 4\r\n");
        assertThat(rest.body()).isEqualTo("ef");
    }

    @Test
    void an_upload_is_resumed_twice_and_not_more() {
        starts();
        for (int i = 0; i < 2; i++) {
            server.then(ScriptedServer.Exchange::reset);
            answers("x-goog-upload-status: active\r\nx-goog-upload-size-received: 6\r\n", "");
        }
        server.then(ScriptedServer.Exchange::reset);
        assertThat(fails().failure().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-goog-upload-status: final\r\nx-goog-upload-size-received: 4\r\n",
                "x-goog-upload-status: active\r\nx-goog-upload-size-received: 7\r\n",
                "x-goog-upload-status: active\r\nx-goog-upload-size-received: four\r\n",
                "x-goog-upload-status: active\r\n"
            })
    void an_upload_with_unknown_progress_has_failed(String state) {
        starts();
        server.then(ScriptedServer.Exchange::reset);
        answers(state, "");
        assertThat(fails().failure().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void a_refusal_of_an_upload_is_not_tried_again() {
        starts();
        server.then(exchange -> exchange.status("400 Bad Request", "{\"error\":{\"message\":\"no\"}}"));
        assertThat(fails().failure().kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void a_file_is_polled_until_active_or_refused_as_unreadable() throws Exception {
        starts();
        answers("", ACTIVE.replace("ACTIVE", "PROCESSING"));
        String described = ACTIVE.substring("{\"file\":".length(), ACTIVE.length() - 1);
        answers("", described.replace("ACTIVE", "PROCESSING"));
        answers("", described);
        assertThat(upload().name()).isEqualTo("files/a-1");
        server.request();
        server.request();
        assertThat(server.request().head()).startsWith("GET /base/v1beta/files/a-1 HTTP/1.1\r\n");

        starts();
        answers("", ACTIVE.replace("ACTIVE", "FAILED"));
        UploadFailed failed = fails();
        assertThat(failed.failure().kind()).isEqualTo(Kind.REFUSED);
        assertThat(failed.failure().detail()).contains("could not read a file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "not json",
                "{\"file\":{\"name\":\"files/../x\",\"state\":\"ACTIVE\",\"uri\":\"u\"}}",
                "{\"file\":{\"name\":\"files/a\",\"state\":\"ACTIVE\"}}",
                "{\"file\":{\"name\":\"files/a\",\"state\":\"ACTIVE\",\"uri\":\"two words\"}}"
            })
    void a_file_without_a_name_or_an_address_is_none(String body) {
        starts();
        answers("", body);
        assertThat(fails().failure().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void a_medium_that_is_gone_is_not_sent() {
        Medium medium = Medium.of("text/plain", "a".getBytes());
        medium.release();
        FileUpload upload = new FileUpload(protocol, new UploadedFile.Content("hash", "text/plain"), medium, () -> NOW);
        upload.start();
        assertThatThrownBy(() -> upload.file().get(30, TimeUnit.SECONDS)).hasMessageContaining("the medium is gone");
        assertThat(server.connections()).isZero();
    }

    @Test
    void only_the_path_of_a_returned_address_counts() throws Exception {
        assertThat(protocol.path("https://elsewhere.example/base/up?id=1")).isEqualTo("/up?id=1");
        assertThat(protocol.path("https://elsewhere.example/based/up")).isEqualTo("/based/up");
        assertThat(protocol.path("/up")).isEqualTo("/up");
        for (String url : new String[] {null, "", "mailto:me", "up", "https://far.example/a b"}) {
            assertThatThrownBy(() -> protocol.path(url)).isInstanceOf(UploadFailed.class);
        }
    }
}
