package dev.tollgate.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.Stores;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream through a real nginx with the file that is shipped. */
@Timeout(120)
class NginxTest {

    @TempDir
    Path folder;

    /** The upstream says its second word when the caller has read the first: a proxy that gathers would wait for ever. */
    @Test
    void a_stream_comes_through_nginx_event_by_event() throws Exception {
        String program = Tool.named("nginx");
        String file = Files.readString(Path.of("deploy/nginx/tollgate.conf"));
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway gateway = upstream.gateway(Stores.SQLITE, "http.trusted-hops", "1");
                Nginx nginx = Nginx.start(
                        program, folder, file, URI.create(gateway.url()).getPort());
                HttpClient client = HttpClient.newHttpClient()) {
            upstream.says("first", 1);
            HttpResponse<InputStream> answer = client.send(
                    HttpRequest.newBuilder(URI.create(nginx.url() + "/v1/chat/completions"))
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + Gateway.DEMO_KEY)
                            .POST(HttpRequest.BodyPublishers.ofString("""
                                    {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Go"}]}"""))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            readTo(lines, "first");
            upstream.says("second", 2);
            readTo(lines, "second");
            upstream.ends(2);
            readTo(lines, "[DONE]");
            gateway.assertBooksAreClosed();
        }
    }

    private static void readTo(BufferedReader lines, String word) throws Exception {
        String line = "";
        while (!line.contains(word)) {
            line = lines.readLine();
            assertThat(line).as("before " + word).isNotNull();
        }
    }
}
