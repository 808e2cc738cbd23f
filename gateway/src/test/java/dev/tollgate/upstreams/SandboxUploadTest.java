package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;

import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.upstreams.gemini.GeminiMedia;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Media above what a body may hold, against the Files API of the sandbox, which takes its protocol at its word: the commands and offsets of
 * an upload, whose file it is, and that it is ACTIVE before it is named (G-08, protocol 1.9).
 */
@Timeout(240)
class SandboxUploadTest {

    private static final int LARGE = 1_600_000;
    private static final byte[] VIDEO = MediaSamples.video(LARGE, 1);

    private final HandServer host = new HandServer((request, out) -> HandServer.reply(out, 200, "", VIDEO));
    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start(
                Surroundings.REAL.with(it -> it.uploadedAbove = GeminiMedia.BODY_BYTES_MAX / 10),
                Map.of(),
                "media.allow",
                "127.0.0.1:" + host.port());
        customer = gateway.customer("10000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        host.close();
    }

    private String chat(String how) {
        return call(how.equals("data URL") ? MediaSamples.dataUrl("video/mp4", VIDEO) : host.url() + "/v");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data URL", "URL"})
    void a_large_video_goes_up_is_waited_for_seen_and_used_again(String how) {
        CallServer.Reply first = customer.chat(chat(how));

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        String said = first.json().at("/choices/0/message/content").asString();
        assertThat(said).contains("the file files/", "video/mp4 (" + LARGE + " bytes)");
        assertThat(gateway.sandbox().filesBytes()).isEqualTo(LARGE);
        assertThat(uploads()).as("begun, and sent").isEqualTo(2);
        assertThat(looks()).as("until it is ACTIVE").isPositive();
        assertThat(fileUri()).contains("/v1beta/files/");

        String uri = fileUri();
        CallServer.Reply again = gateway.customer("10000").chat(chat(how));
        assertThat(again.json().at("/choices/0/message/content").asString()).isEqualTo(said);
        assertThat(fileUri()).isEqualTo(uri);
        assertThat(uploads()).as("the same once more").isEqualTo(2);
        assertThat(gateway.sandbox().filesBytes()).isEqualTo(LARGE);
    }

    @Test
    void both_doors_share_what_was_uploaded() {
        assertThat(customer.chat(chat("URL")).status()).isEqualTo(200);
        String uri = fileUri();
        String bytes = Base64.getEncoder().encodeToString(VIDEO);
        for (String part : List.of(
                "{\"inlineData\":{\"mimeType\":\"video/mp4\",\"data\":\"" + bytes + "\"}}",
                "{\"fileData\":{\"fileUri\":\"" + host.url() + "/other\"}}")) {
            CallServer.Reply reply = generate("{\"contents\":[{\"parts\":[{\"text\":\"What is it?\"}," + part + "]}]}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.json().at("/candidates/0/content").toString()).contains("video/mp4 (" + LARGE + " bytes)");
            assertThat(fileUri()).isEqualTo(uri);
        }
        assertThat(uploads()).isEqualTo(2);
    }

    @Test
    void a_file_removed_by_the_sandbox_is_uploaded_again() {
        assertThat(customer.chat(chat("URL")).status()).isEqualTo(200);
        String lost = fileUri();
        remove(lost.substring(lost.indexOf("/v1beta/")));

        CallServer.Reply reply = customer.chat(chat("URL"));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        assertThat(fileUri()).isNotEqualTo(lost);
        assertThat(uploads()).isEqualTo(4);
    }

    @Test
    void files_of_the_upstreams_own_are_nobodys_to_name() {
        assertThat(customer.chat(chat("URL")).status()).isEqualTo(200);
        String mine = fileUri();
        for (String uri :
                List.of(mine, "https://generativelanguage.googleapis.com" + mine.substring(mine.indexOf("/v1beta/")))) {
            int asked = gateway.asked().size();
            CallServer.Reply reply =
                    generate("{\"contents\":[{\"parts\":[{\"fileData\":{\"mimeType\":\"video/mp4\",\"fileUri\":\"" + uri
                            + "\"}}]}]}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(gateway.asked()).hasSize(asked);
        }
    }

    private CallServer.Reply generate(String body) {
        return gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", body, customer.key());
    }

    private void remove(String path) {
        HttpRequest.Builder delete = HttpRequest.newBuilder(
                        URI.create(gateway.sandbox().baseUrl() + path))
                .header("x-goog-api-key", keyOfTheGateway())
                .DELETE();
        assertThat(gateway.send(delete).status()).isEqualTo(200);
    }

    private String keyOfTheGateway() {
        return gateway.asked().getLast().headers().get("x-goog-api-key");
    }

    private String fileUri() {
        JsonNode file = gateway.lastAsked().findValue("fileUri");
        assertThat(file).as(gateway.lastAsked().toString()).isNotNull();
        return file.asString();
    }

    private long uploads() {
        return count("POST", "/upload/v1beta/files");
    }

    private long looks() {
        return count("GET", "/v1beta/files/");
    }

    private long count(String method, String path) {
        return gateway.asked().stream()
                .filter((SandboxRequest asked) ->
                        asked.method().equals(method) && asked.path().startsWith(path))
                .count();
    }
}
