package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.Stores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams through a real nginx with the file that is shipped. */
@Timeout(120)
class NginxTest {

    private static final String SHIPPED = shipped();
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Go"}]}""";

    @TempDir
    Path folder;

    private static String shipped() {
        try {
            return Files.readString(Path.of("deploy/nginx/tollgate.conf"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The upstream says its second word when the caller has read the first. */
    @Test
    void a_stream_comes_through_nginx_event_by_event_and_the_operators_routes_do_not() throws Exception {
        String program = Tool.named("nginx");
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway gateway = Gateway.startOn(Stores.SQLITE, upstream.environment(), "http.trusted-hops", "1");
                Nginx nginx = Nginx.start(
                        program, folder, SHIPPED, URI.create(gateway.url()).getPort());
                HttpClient client = HttpClient.newHttpClient()) {
            upstream.says("first", 1);
            HttpResponse<InputStream> answer = client.send(
                    HttpRequest.newBuilder(URI.create(nginx.url() + "/v1/chat/completions"))
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + Gateway.DEMO_KEY)
                            .POST(HttpRequest.BodyPublishers.ofString(CALL))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            readTo(lines, "first");
            upstream.says("second", 2);
            readTo(lines, "second");
            upstream.ends(2);
            readTo(lines, "[DONE]");
            for (String path : List.of("/admin/audit", "/%61dmin/audit", "/metrics", "/internal")) {
                HttpResponse<String> inside = ask(client, nginx.url() + path);
                assertThat(inside.statusCode()).as(path).isEqualTo(404);
                assertThat(inside.body()).contains("nginx");
            }
            for (String path :
                    List.of("//admin/audit", "/v1/v1/../admin/audit", "/%2fadmin/audit", "/v1//admin/audit")) {
                assertThat(ask(client, nginx.url() + path).statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            assertThat(ask(client, nginx.url() + "//v1/models").body()).contains("The right one is /v1/models");
            gateway.assertBooksAreClosed();
        }
    }

    /**
     * nginx passes on what it has when nothing more arrives, with or without buffering. It must not accept a response that the caller does not
     * read: then Tollgate would wait for no reader and notice a disconnect late.
     *
     * @param told the shipped directive alone, without the header of our responses that asks a proxy not to buffer; then that header alone, for
     *     an nginx of another configuration
     */
    @ParameterizedTest
    @ValueSource(strings = {"proxy_ignore_headers X-Accel-Buffering; proxy_buffering off;", "proxy_buffering on;"})
    void nginx_takes_no_more_of_an_answer_than_its_caller_reads(String told) throws Exception {
        String program = Tool.named("nginx");
        String file = SHIPPED.replace("proxy_buffering off;", told);
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway gateway = Gateway.startOn(Stores.SQLITE, upstream.environment());
                Nginx nginx = Nginx.start(
                        program, folder, file, URI.create(gateway.url()).getPort());
                HttpClient client = HttpClient.newHttpClient();
                Socket caller = new Socket()) {
            caller.setReceiveBufferSize(8_192);
            caller.setSoTimeout(60_000);
            caller.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), nginx.port()));
            caller.getOutputStream()
                    .write(("""
                    POST /v1/chat/completions HTTP/1.1\r
                    Host: localhost\r
                    Authorization: Bearer %s\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    \r
                    %s""".formatted(Gateway.DEMO_KEY, CALL.length(), CALL)).getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(caller.getInputStream(), StandardCharsets.UTF_8));
            upstream.says("first", 1);
            readTo(lines, "first");
            for (int i = 2; i < 40; i++) {
                upstream.says("x".repeat(65_536), i);
            }
            upstream.ends(40);
            for (int i = 0; i < 100; i++) { // each time nginx sees what there is to take
                assertThat(ask(client, nginx.url() + "/health/live").statusCode())
                        .isEqualTo(200);
            }
            readTo(lines, "[DONE]");
            assertThat(nginx.said()).doesNotContain("temporary file");
            gateway.assertBooksAreClosed();
        }
    }

    /** A head of 28 KiB, and names such as the session's that coding agents send. */
    @Test
    void nginx_passes_on_each_head_that_tollgate_takes() throws Exception {
        String program = Tool.named("nginx");
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway gateway = Gateway.startOn(Stores.SQLITE, upstream.environment());
                Nginx nginx = Nginx.start(
                        program, folder, SHIPPED, URI.create(gateway.url()).getPort());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder large = HttpRequest.newBuilder(URI.create(nginx.url() + "/v1/models"))
                    .header("Authorization", "Bearer " + Gateway.DEMO_KEY);
            for (int i = 0; i < 4; i++) {
                large.header("x-large-" + i, "v".repeat(7_000));
            }
            assertThat(client.send(large.build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(SHIPPED).contains("underscores_in_headers on;"); // session_id
        }
    }

    private static HttpResponse<String> ask(HttpClient client, String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void readTo(BufferedReader lines, String word) throws Exception {
        String line = "";
        while (!line.contains(word)) {
            line = lines.readLine();
            assertThat(line).as("before " + word).isNotNull();
        }
    }
}
